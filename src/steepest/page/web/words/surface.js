// What both faces of the surface say of themselves to those who cannot see them.
import { activeRun, isOverParams, onPlane, paramsAt, trueLoss } from '../state/select.js';
import { fixed, short } from '../numerals.js';

/**
 * The surface and the current step in words, for those who cannot see them.
 * @param {State} state
 */
export function inWords(state) {
  const { surface } = state;
  const run = activeRun(state);
  const at = Math.min(state.at, run.index.length - 1);
  const here = placeInWords(surface, onPlane(surface, paramsAt(state)));
  const steps = `${fixed(run.index[at], 0)} of ${fixed(run.index.at(-1), 0)}`;
  const [x, y] = [rangeInWords(surface.xLabel, surface.x), rangeInWords(surface.yLabel, surface.y)];
  return [
    `${surface.lossLabel} by ${x} and ${y}.`,
    surface.slice && isOverParams(surface) ? 'A slice: all other params are held.' : '',
    `${run.label}, round ${steps}: loss ${short(trueLoss(run, at))} at ${here}.`,
    lowestInWords(surface),
  ].filter(Boolean).join(' ');
}

/**
 * A point of the plane in words.
 * @param {Surface} surface
 * @param {number[]} point
 */
export function placeInWords(surface, [x, y]) {
  return `${surface.xLabel} ${short(x)}, ${surface.yLabel} ${short(y)}`;
}

function lowestInWords({ lowest, lowestLoss }) {
  if (!lowest) return '';
  const loss = Number.isFinite(lowestLoss ?? NaN) ? ` ${short(lowestLoss)}` : '';
  return `Lowest${loss} at ${short(lowest[0])}, ${short(lowest[1])}.`;
}

function rangeInWords(label, axis) {
  return `${label} from ${short(axis[0])} to ${short(axis.at(-1))}`;
}
