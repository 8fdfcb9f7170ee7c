// What the pictures of data and fit share: ranges that stay put, one row alone, its numbers.
import { costsOf, probabilitiesOf } from '../state/select.js';
import { apartTexts } from '../words/arithmetic.js';
import { fixed, short, signed, tenTo } from '../numerals.js';

const WORD = {
  squared: 'squared error',
  absolute: 'absolute error',
  huber: 'Huber loss',
  quantile: 'quantile loss',
  poisson: 'half the deviance',
};

/** Return the range of values with a share of it as room on both sides. */
export function rangeOf(values, share) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(low <= high)) return [0, 1];
  const room = share * (high - low) || 0.1 * Math.abs(low) || 1;
  return [low - room, high + room];
}

/** Return the old range while the new one lies in it and fills most of it: axes seldom jump. */
export function steady(old, fresh) {
  if (!old) return fresh;
  const span = old[1] - old[0];
  const inside = fresh[0] >= old[0] - 0.02 * span && fresh[1] <= old[1] + 0.02 * span;
  return inside && fresh[1] - fresh[0] > 0.75 * span ? old : fresh;
}

/** Return `count` values evenly spaced over a range. */
export function spaced([low, high], count) {
  return Float64Array.from({ length: count }, (_, i) => low + (i / (count - 1)) * (high - low));
}

/** Whether the reader can change the rows: all are shown, and somebody works out what follows. */
export function canEdit({ editable, engine }) {
  return editable && engine !== 'record';
}

/**
 * Return how many rows are drawn, where these are not all: how many there are is in the heading.
 * @param {Scene} scene
 */
export function drawnOf({ sampled, shown }) {
  return sampled && `${fixed(shown, 0)} rows drawn`;
}

/**
 * Return the scene with other values of its one feature: what the model says of them.
 * @param {Scene} scene
 */
export function over(scene, values) {
  return { ...scene, X: values, shown: values.length };
}

/**
 * Return the scene with row i alone.
 * @param {Scene} scene
 */
export function rowAlone(scene, i) {
  const width = scene.features.length;
  const X = scene.X.slice(i * width, (i + 1) * width);
  return { ...scene, X, y: scene.y.slice(i, i + 1), shown: 1 };
}

/** Return a value with its unit. */
function withUnit(value, unit) {
  return unit ? `${short(value)} ${unit}` : short(value);
}

/** Return a value rounded to what a pixel can tell, a power of ten. */
export function rounded(value, pixel) {
  const unit = tenTo(Math.floor(Math.log10(pixel)));
  return Number((Math.round(value / unit) * unit).toPrecision(12));
}

/** Return an offset of row i in [-1, 1], always the same, that keeps equal points apart. */
export function jitter(i) {
  const noise = Math.sin((i + 1) * 12.9898) * 43758.5453;
  return 2 * (noise - Math.floor(noise)) - 1;
}

/**
 * Return what row i is, in a few words.
 * @param {Scene} scene
 */
export function rowName(scene, i) {
  const row = `row ${scene.rowNumbers[i]}`;
  if (scene.features.length > 1) return row;
  const [{ name, unit }] = scene.features;
  return `${row}: ${name} ${withUnit(scene.X[i], unit)}`;
}

/**
 * Return the actual value of row i in words.
 * @param {Scene} scene
 */
export function actualName(scene, i) {
  const { classes, unit } = scene.target;
  return classes ? String(classes[scene.y[i]]) : withUnit(scene.y[i], unit);
}

/** Return the unit of the loss of a row, '' where there is none. */
export function costUnit({ target }, { loss }) {
  if (target.classes || !target.unit || loss === 'poisson') return '';
  return ['absolute', 'quantile'].includes(loss) ? target.unit : `${target.unit}²`;
}

/**
 * Return lines that tell actual and predicted number of a row, the error, and what it costs.
 * @param {Scene} scene
 * @param {Choices} choices
 */
export function numberLines(scene, choices, params, i, predicted) {
  const { y, target: { unit } } = scene;
  const usual = [short(y[i]), short(predicted)];
  const [near, far] = apartTexts(y[i], predicted, usual);
  const [cost] = costsOf(rowAlone(scene, i), choices, params);
  return [
    rowName(scene, i),
    `actual ${near}${unit && ` ${unit}`}`,
    `predicted ${far}${unit && ` ${unit}`}`,
    `error ${signed(predicted - y[i])}${unit && ` ${unit}`}`,
    `${WORD[choices.loss]} ${withUnit(cost, costUnit(scene, choices))}`,
  ];
}

/** Return a probability in words; what is nearly 1 as what it lacks. */
export function chance(p) {
  return p < 1 && short(p) === '1' ? `1 - ${short(1 - p, 2)}` : short(p);
}

/**
 * Return lines that tell the actual class of a row, its probability, and what it costs.
 * @param {Scene} scene
 * @param {Choices} choices
 */
export function classLines(scene, choices, params, i) {
  const row = rowAlone(scene, i);
  const given = probabilitiesOf(row, params)[scene.y[i]];
  const [cost] = costsOf(row, choices, params);
  const name = actualName(scene, i);
  const lines = [rowName(scene, i), `actual ${name}`, `P(${name}) = ${chance(given)}`];
  return [...lines, `-log P = ${short(cost)}`];
}
