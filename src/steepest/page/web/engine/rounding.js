// Rounding anew: coordinates in which the bowl is round as it curves where the walk stands, class by
// class, made again on the way. The twin of Python's `objective/coordinates/hessian_whitening.py`, but
// for a turn of the coordinates, to which the plane search is blind.
import { eigen } from './eigen.js';
import { SWIFT } from './loop.js';
import { withoutCommon } from './objective.js';
import { rebuilt, standardUnits, turned, withPenalty } from './scales.js';
import { length } from './vectors.js';

/** The share of the bound that is added: no direction is flat only because all rows are sure. */
const BOUND_SHARE = 1e-3;

/** From which share of the safe steepness on, inverted, that share falls with L2. */
const NEAR = 1e5;

/** The share of the largest curvature below which a direction is flat but for rounding. */
const FLATTEST = 1e-12;

/** The share of the bound below which the curvature here says nothing of the bowl. */
const NOTHING = 1e-8;

/** What the margins' weights have in common, against the largest, that is rounding of many steps. */
const COMMON = 1e-12;

/**
 * Steps between two roundings, at least; and how many for each feature: half of them before the first
 * of several margins, of which no row curves as much as the bound says.
 */
const [LEAST_STEPS, STEPS_EACH] = [3, 1 / 32];

/**
 * Returns the coordinates in which a plane search begins (`scale`), and what makes them anew on the
 * way (`anew`): null for the squared loss, which curves the same everywhere. What the weights of all
 * margins have in common moves no prediction, and L2 draws it to 0: a walk from a `start` at which it
 * is 0 keeps it out.
 */
export function roundingOf(objective, start) {
  const { margins, loss, gram, l2, size } = objective;
  const most = Number.isFinite(loss.most) ? loss.most : 1;
  const bound = gram.map((g) => most * g);
  const from = l2 && hasCommon(objective, start) ? size - margins : 0;
  const round = (bends) => roundedBy(objective, bends, from);
  const scale = round(new Array(margins).fill(bound));
  const anew = ({ rows, params, gradient, shrunk, since, isFirst }) => {
    const dear = Math.sqrt(gram.length) * STEPS_EACH * (isFirst && margins > 1 ? 0.5 : 1);
    if (!(shrunk > SWIFT && since >= Math.max(LEAST_STEPS, dear))) return null;
    const bends = rows.gramsAt(params);
    const sure = bends.map((bend) => spanOf(bend) / spanOf(bound));
    if (!l2 && !sure.every((share) => share > NOTHING)) return null;
    const share = shareOfBound(objective, scale.pull(gradient));
    const firm = (bend, m) => {
      const least = share * Math.max(sure[m], NOTHING);
      return bend.map((b, cell) => b + least * bound[cell]);
    };
    return round(bends.map(firm));
  };
  return { scale, anew: loss.name === 'squared' ? null : anew };
}

/** Returns whether the weights of all margins have more in common than rounding leaves. */
function hasCommon({ weights, margins }, start) {
  const all = start.slice(0, weights);
  const most = all.reduce((size, w) => Math.max(size, Math.abs(w)), 0);
  const own = withoutCommon(all.slice(), margins);
  return own.some((w, i) => Math.abs(all[i] - w) > COMMON * most);
}

/** Returns the share of the bound that is added: with L2 it goes to 0 as the slope there does. */
function shareOfBound({ l2, nullLoss }, slope) {
  if (!l2) return BOUND_SHARE;
  return BOUND_SHARE * Math.min(1, (NEAR * length(slope)) / Math.sqrt(2 * nullLoss || Infinity));
}

/** Returns the sum of the diagonal. */
function spanOf(matrix) {
  const n = Math.sqrt(matrix.length);
  return matrix.reduce((sum, value, cell) => (cell % (n + 1) ? sum : sum + value), 0);
}

/**
 * Returns the coordinates in which these curvatures, one for each margin, are round. What all margins
 * have in common in the params `from` one on is kept out.
 */
function roundedBy(objective, bends, from) {
  const { l2, margins, moments: { deviation } } = objective;
  const roots = bends.map((bend) => rootOf(withPenalty(bend.slice(), l2, deviation)));
  const units = standardUnits(objective);
  const by = (key, vector) => turned(roots.map((root) => root[key]), null, vector, margins);
  const free = (params) => withoutCommon(params, margins, from);
  const plain = (position) => units.params(by('whiten', position));
  return {
    name: 'round',
    params: margins > 1 ? (position) => free(plain(position)) : plain,
    position: (params) => by('unwhiten', units.position(params)),
    pull: (gradient) => by('pull', units.pull(gradient)),
    curvature: 1,
  };
}

/** Returns the root of a curvature as matrices that lead to where it is 1, and back. */
function rootOf(bend) {
  const n = Math.sqrt(bend.length);
  const [row, column] = [(cell) => Math.floor(cell / n), (cell) => cell % n];
  const unit = Float64Array.from({ length: n }, (_, i) => Math.sqrt(bend[i * n + i]) || 1);
  const { values, vectors } = eigen(bend.map((b, at) => b / (unit[row(at)] * unit[column(at)])));
  const most = values[values.length - 1];
  // Where the data do not reach it is as curved as any, lest rounding be taken for a way to go.
  const root = values.map((value) => Math.sqrt(value > FLATTEST * most ? value : most));
  const inverse = rebuilt(vectors, root.map((r) => 1 / r));
  return {
    whiten: inverse.map((value, at) => value / unit[row(at)]),
    pull: inverse.map((value, at) => value / unit[column(at)]),
    unwhiten: rebuilt(vectors, root).map((value, at) => value * unit[column(at)]),
  };
}
