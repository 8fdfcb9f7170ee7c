// The loss of a network on a plane through its params, `origin + a u + b v`: exactly, at many points.
//
// What comes before the first layer that a direction moves is worked out once, and in that layer only
// the units that it moves. So of two weights the one of the later layer costs little. The twin of
// Python's `objective/plane/network.py`.
import { supersededError } from './checks.js';
import { sumsOf } from './network.js';
import { byRow } from './turned.js';
import { total } from './vectors.js';

/** Milliseconds of work after which the page may draw and hear its reader. */
const SLICE = 12;

/**
 * Returns the loss of a network on a plane: no `bowl` is known there; `grid(a, b)` promises it row by
 * row. With `isGivenUp` the page goes on meanwhile, and the grid is given up once that says so.
 */
export function networkOnPlane(objective, { origin, u, v }) {
  const [first, second] = [u, v].map((way) => firstMoved(objective.network, way));
  const inOrder = first <= second;
  const [early, late] = inOrder ? [u, v] : [v, u];
  const walk = new PlaneWalk(objective, { origin, early, late, from: Math.min(first, second) });
  return {
    bowl: () => null,
    grid: async (a, b, isGivenUp = null) => {
      const loss = new Float64Array(a.length * b.length);
      const [outer, inner] = inOrder ? [a, b] : [b, a];
      const rest = restingWhile(isGivenUp);
      for (let i = 0; i < outer.length; i += 1) {
        walk.along(outer[i], inner, (value, j) => {
          loss[inOrder ? j * a.length + i : i * a.length + j] = value;
        });
        if (isGivenUp) await rest();
      }
      return loss;
    },
  };
}

/** Returns what lets the page go on for a moment where enough was worked; throws if given up. */
function restingWhile(isGivenUp) {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE) return;
    await new Promise((go) => { setTimeout(go); });
    if (isGivenUp()) throw supersededError();
    since = performance.now();
  };
}

/** Returns the first layer that a direction moves; the last, if it moves none. */
function firstMoved(network, way) {
  const moves = ({ weights, bias }) => [...weights, ...bias].some((value) => value !== 0);
  const found = network.matrices(way).findIndex(moves);
  return found < 0 ? network.layers.length - 1 : found;
}

/** Walks along one direction of the plane, and from each of its points along the other. */
class PlaneWalk {
  constructor(objective, { origin, early, late, from }) {
    const { network, rows, inputs } = objective;
    this.objective = objective;
    this.network = network;
    this.rows = rows;
    this.origin = origin;
    this.early = early;
    this.late = late;
    this.from = from;
    this.turn = firstMoved(network, late);
    this.before = this.through(inputs, network.matrices(origin), 0, from);
    this.margins = new Float64Array(rows * objective.margins);
    this.slope = new Float64Array(this.margins.length);
    this.costs = new Float64Array(rows);
  }

  /** Calls `tell(loss, j)` for each point `s early + inner[j] late`. */
  along(s, inner, tell) {
    const { network, rows, turn, late } = this;
    const here = this.origin.map((value, i) => value + s * this.early[i]);
    const a = this.through(this.before, network.matrices(here), this.from, turn);
    const base = sumsOf(network.matrices(here)[turn], a, rows);
    const moved = sumsOf(network.matrices(late)[turn], a, rows);
    const isLast = turn === network.layers.length - 1;
    const known = isLast ? null : network.activated(base);
    const units = unitsMoved(network.matrices(late)[turn]);
    inner.forEach((t, j) => {
      const params = here.map((value, i) => value + t * late[i]);
      const z = this.outputs(params, { base, moved, known, units, t });
      tell(this.lossOf(z, params), j);
    });
  }

  /** Returns the outputs at params of which the sums of one layer are `base + t moved`. */
  outputs(params, { base, moved, known, units, t }) {
    const { network, rows, turn } = this;
    if (!known) return base.map((value, i) => value + t * moved[i]);
    const a = known.slice();
    const { value } = network.activation;
    for (const unit of units) {
      const end = (unit + 1) * rows;
      for (let i = unit * rows; i < end; i += 1) a[i] = value(base[i] + t * moved[i]);
    }
    const matrices = network.matrices(params);
    const last = this.through(a, matrices, turn + 1, matrices.length - 1);
    return sumsOf(matrices.at(-1), last, rows);
  }

  /** Returns the activations before layer `to`, from those before layer `from`. */
  through(a, matrices, from, to) {
    const { network, rows } = this;
    return matrices.slice(from, to).reduce((x, layer) => {
      const z = sumsOf(layer, x, rows);
      return network.activated(z, z);
    }, a);
  }

  lossOf(z, params) {
    const { objective, rows, margins, costs, slope } = this;
    objective.loss.fill(byRow(z, rows, margins), objective.y, costs, slope);
    return total(costs) / rows + objective.penalty(params);
  }
}

/** Returns the units of a layer that a direction moves. */
function unitsMoved({ units, inputs, weights, bias }) {
  const all = Array.from({ length: units }, (_, unit) => unit);
  const into = (unit) => weights.subarray(unit * inputs, (unit + 1) * inputs);
  return all.filter((unit) => bias[unit] !== 0 || into(unit).some((w) => w !== 0));
}
