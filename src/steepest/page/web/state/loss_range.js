// Which losses the chart shows, on which kind of axis, and which step lies at a place of it.
import { trueLoss } from './select.js';

/** A run that diverged is shown up to so many times the highest start. */
const TIMES = 100;

/** A logarithmic axis is worth its price from here on. */
const FACTOR = 3;

const known = new WeakMap();

/** Return { log, range }: the range that all runs share, the lowest loss known included. */
export function lossRange(runs) {
  if (!known.has(runs)) known.set(runs, rangeOf(runs));
  return known.get(runs);
}

function rangeOf(runs) {
  const most = TIMES * Math.max(...runs.map((run) => trueLoss(run, 0)).filter(Number.isFinite));
  let [low, high] = [Infinity, -Infinity];
  for (const run of runs) {
    const cap = diverged(run) ? most : Infinity;
    for (const loss of shown(run)) {
      if (!Number.isFinite(loss)) continue;
      low = Math.min(low, loss, cap);
      high = Math.max(high, Math.min(loss, cap));
    }
  }
  return low <= high ? roomy(low, high) : { log: false, range: [0, 1] };
}

/**
 * Whether a run blew up.
 * @param {Run} run
 */
export function diverged(run) {
  return run.stop.reason === 'diverged';
}

/**
 * Yield the losses that are drawn: of all rows, of mini-batches, and the lowest known.
 * @param {Run} run
 */
function* shown(run) {
  for (let i = 0; i < run.index.length; i += 1) yield trueLoss(run, i);
  if (run.choices.batch) yield* run.loss;
  if (run.heldOut) yield* run.heldOut.loss;
  if (run.lowest !== null) yield run.lowest;
}

/** Room above the highest loss, and below the lowest, where its label stands. */
const ABOVE = 0.07;
const BELOW = 0.13;

function roomy(low, high) {
  const log = low > 0 && high >= FACTOR * low;
  if (log) return { log, range: [low / (high / low) ** BELOW, high * (high / low) ** ABOVE] };
  const span = high - low || Math.abs(high) || 1;
  return { log, range: [low - BELOW * span, high + ABOVE * span] };
}

/**
 * Return where a diverged run leaves through the top, and what it came to: {x, step, loss}.
 * @param {Run} run
 */
export function arrival(run, place) {
  const last = run.index.length - 1;
  if (!diverged(run) || place(last)[1] >= 0) return null;
  let inside = last;
  while (inside > 0 && place(inside)[1] < 0) inside -= 1;
  const [[x0, y0], [x1, y1]] = [place(inside), place(inside + 1)];
  const share = y0 > 0 ? y0 / (y0 - y1) : 0;
  return { x: x0 + share * (x1 - x0), step: run.index[last], loss: trueLoss(run, last) };
}

/**
 * Return those of the points {x, y}, from left to right, that a curve through all of them needs:
 * of each column, half a pixel wide, the first, the lowest, the highest and the last.
 */
export function columnsOf(points) {
  const kept = [];
  let column = [];
  const close = () => kept.push(...new Set(column.sort((a, b) => a.x - b.x)));
  for (const point of points) {
    if (Number.isNaN(point.y)) continue;
    if (column.length && Math.floor(2 * point.x) === Math.floor(2 * column[0].x)) {
      const [first, low, high] = column;
      column = [first, point.y < low.y ? point : low, point.y > high.y ? point : high, point];
    } else {
      close();
      column = [point, point, point, point];
    }
  }
  close();
  return kept;
}

/** Return the place in `index` of the step drawn nearest to `px`. */
export function nearestStep(index, x, px) {
  let [low, high] = [0, index.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x(index[middle]) <= px) low = middle;
    else high = middle;
  }
  return Math.abs(x(index[high]) - px) < Math.abs(x(index[low]) - px) ? high : low;
}
