// What is told of a run, step by step: which params, under which names, and the move of a step in
// the coordinates in which it was taken. All other words are made of this.
import { chooseObjective, rowsFor } from '../engine/choose_objective.js';
import { chooseLoss } from '../engine/losses.js';
import { chooseScale } from '../engine/scales.js';
import { activeRun, gradientAt, paramsAt } from '../state/select.js';
import { percent, short, shortened, straight } from '../numerals.js';

/** Params that are told one by one; of more, those that matter most. */
export const MOST_PARAMS = 6;

/** Letters of a name on one line. */
const MOST_LETTERS = 32;

/** The same in the strip of a fitted page: whoever points at a step sees more of it. */
const FEW_LETTERS = 22;

/** What changes by less than this share of itself hardly moves: its digits would all be zeros. */
const TINY = 1e-6;

const STANDARD = 'in standard units (each feature less its mean, by its standard deviation)';

const scales = new WeakMap();

/** Whether a value changes by less than a millionth of itself. */
export function hardlyMoves(before, after) {
  return before !== after && Math.abs(after - before) < TINY * Math.abs(before);
}

/** Returns a share of 1 as a percentage, without a row of zeros. */
export function shareOf(share) {
  return share > 0 && share < TINY ? `less than ${percent(TINY)}` : percent(share);
}

/** Returns a name on one line, cut where there is no room for more. */
function brief(name) {
  const line = straight(name).trim().split(/\s+/u).join(' ');
  const letters = Array.from(line);
  return letters.length <= MOST_LETTERS ? line : `${letters.slice(0, MOST_LETTERS - 1).join('')}…`;
}

/**
 * Returns what param i is called within a sentence about all of them.
 * @param {Scene} scene
 */
export function wordOf(scene, i) {
  return brief(scene.params[i].word);
}

/**
 * Returns the same before a number; a colon parts `weight 15` from it.
 * @param {Scene} scene
 */
export function namedOf(scene, i) {
  return `${wordOf(scene, i)}${scene.network ? ':' : ''}`;
}

/**
 * Returns what param i is called where it stands alone: `weight of duration`, `bias`, `weight 15`.
 * @param {Scene} scene
 */
function longWordOf(scene, i) {
  const name = brief(scene.params[i].name);
  return name.split('[')[0] === 'bias' ? name : `${scene.prefix}${name}`;
}

/**
 * Returns the params with their units, `most` lines, and how many more there are.
 * @param {State} state
 */
export function valueLines(state, params, most = MOST_PARAMS) {
  const { scene } = state;
  const told = toldParams(state, most);
  return linesOf(scene, told, '... and ', (i) =>
    `${longWordOf(scene, i)} = ${short(params[i])} ${scene.params[i].unit}`.trimEnd(),
  );
}

/**
 * Returns the params in as few words as there are: without unit, and no more of a name than tells them apart.
 * @param {State} state
 */
export function briefValues(state, params, most) {
  const { params: named } = state.scene;
  const nameOf = (i) => shortened(straight(named[i].word), FEW_LETTERS);
  return linesOf(state.scene, toldParams(state, most), '+', (i) => `${nameOf(i)} = ${short(params[i])}`);
}

/**
 * Returns a line for each param that is told, and how many more there are.
 * @param {Scene} scene
 */
function linesOf(scene, told, and, line) {
  const lines = told.map(line);
  const more = (scene.allParams ?? scene.params.length) - told.length;
  return more > 0 ? [...lines, `${and}${more} more`] : lines;
}

/**
 * Returns the params that are told: those that Python chose, all if few, of a network the two that
 * its surface is over, else those that the first step owes most to.
 * @param {State} state
 */
export function toldParams(state, most = MOST_PARAMS) {
  const run = activeRun(state);
  const all = Array.from({ length: run.size }, (_, i) => i);
  if (state.scene.told) return state.scene.told.slice(0, most);
  if (run.size <= most) return all;
  if (state.scene.network) return state.plane.toSorted((a, b) => a - b);
  const last = run.size - 1;
  const owed = all.slice(0, last).map((i) => Math.abs(run.gradient[i] * firstMove(run, i)));
  const dearest = all.slice(0, last).sort((a, b) => owed[b] - owed[a] || a - b);
  return [...dearest.slice(0, most - 1).sort((a, b) => a - b), last];
}

/**
 * Returns the params of the step that is shown in words; none where they are more than `most`.
 * @param {State} state
 */
export function paramsInWords(state, most) {
  const told = toldParams(state);
  const params = paramsAt(state);
  return told.length > most ? [] : told.map((i) => `${namedOf(state.scene, i)} ${short(params[i])}`);
}

/** @param {Run} run */
function firstMove(run, i) {
  return run.index.length > 1 ? run.params[run.size + i] - run.params[i] : run.gradient[i];
}

/**
 * Returns the step that is told, or null if none was taken: the one that leads to the current
 * point; at the start, and while a step is shown slowly, the one that leaves it.
 *
 * `old`, `after` and `gradient` are in the coordinates that `where` names, empty for the reader's
 * own. `gradient` is null where it cannot be told there; then the move is the reader's; `unkept` says
 * that no more than its length was kept. `least` says
 * that it is no step of the rule, but leads to the least weights of the same loss. `last` is the
 * step before, of which `momentum` is taken once more; null where it is not known.
 * @param {State} state
 */
export function moveOf(state, most = MOST_PARAMS) {
  const run = activeRun(state);
  const from = state.phase || !state.at ? state.at : state.at - 1;
  if (from + 1 >= run.index.length) return null;
  const old = paramsAt(state, run, from);
  const after = paramsAt(state, run, from + 1);
  const gradient = gradientAt(state, run, from);
  const least = Boolean(run.least) && run.index[from + 1] === run.count - 1;
  const single = run.index[from + 1] - run.index[from] === 1 && !least;
  const common = { from, single, least, rate: run.rate[from], told: toldParams(state, most) };
  const again = lastStep(state, run, from, old, after);
  const move = inCoordinates(state.scene, run, single, { old, after, gradient, last: again.last });
  return { ...common, momentum: again.momentum, ...move };
}

/**
 * Returns the last step and how much of it is taken once more; 0 where that is next to nothing.
 * @param {State} state
 * @param {Run} run
 */
function lastStep(state, run, from, old, after) {
  const known = from > 0 && run.index[from] - run.index[from - 1] === 1;
  const before = known ? paramsAt(state, run, from - 1) : null;
  const last = before && old.map((value, i) => value - before[i]);
  const momentum = run.momentum?.[from] ?? 0;
  const hardly = (d, i) => Math.abs(momentum * d) <= TINY * Math.abs(after[i] - old[i]);
  return { last, momentum: last?.every(hardly) ? 0 : momentum };
}

/**
 * @param {Scene} scene
 * @param {Run} run
 * @param {any} single
 * @param {any} p3
 */
function inCoordinates(scene, run, single, { old, after, gradient, last }) {
  const plain = { where: '', old, after, gradient: null, last };
  if (!single) return plain;
  if (gradient.some(Number.isNaN)) return { ...plain, unkept: true };
  if (run.choices.scale === 'none') return { ...plain, gradient };
  const { network, shown, rows, weighted } = scene;
  if (run.choices.scale !== 'standard' || shown !== rows || (network && weighted)) return plain;
  const scale = standardOf(scene, run.choices);
  const [from, to] = [old, after].map(scale.position);
  const moved = last && scale.position(last);
  return { where: STANDARD, old: from, after: to, gradient: scale.pull(gradient), last: moved };
}

/**
 * Returns the coordinates in which each feature has mean 0 and deviation 1; made once for X.
 * @param {Scene} scene
 * @param {Choices} choices
 */
function standardOf(scene, choices) {
  const { margins, network } = scene;
  const { X, y } = rowsFor(scene);
  const known = scales.get(X);
  if (known && known.network === network && known.loss === choices.loss) return known.scale;
  const loss = chooseLoss(choices.loss, margins, choices);
  const scale = chooseScale('standard', chooseObjective(scene, X, y, loss));
  scales.set(X, { network, loss: choices.loss, scale });
  return scale;
}
