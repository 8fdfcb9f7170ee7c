// The columns of the table of rows: for classes a probability each (or, for many classes or little
// room, that of the actual one and the one predicted); for numbers the prediction and its error.
// A column is { name, head, sort, left, make(cell) -> parts, write(parts, values, i) }.
import { apartTexts } from '../words/arithmetic.js';
import { fixed, short, tenTo } from '../numerals.js';
import { element, set, svg } from '../draw/canvas.js';
import { costUnit } from './fit_rows.js';
import { classColour, classMark } from './shapes.js';

const MOST_CLASSES = 4;

/** From `THIN` on there is room for what was predicted, from `WIDE` on for the one feature. */
const THIN = 420;
const WIDE = 500;

/**
 * Return the class names of a column's cells.
 * @param {{name: string, left?: boolean}} column
 */
export function lookOf({ name, left }) {
  return `st-col-${name}${left ? ' st-left' : ''}`;
}

/**
 * Return the columns that suit a scene and a width.
 * @param {Scene} scene
 * @param {Choices} choices
 */
export function columnsOf(scene, choices, width) {
  const middle = scene.target.classes ? ofClasses(scene, width) : ofNumbers(scene, width);
  return [rowColumn(), ...middle, costColumn(scene, choices), shareColumn()];
}

/** @param {Scene} scene */
function ofClasses(scene, width) {
  const { classes } = scene.target;
  if (width < THIN) return [actualColumn(), givenColumn()];
  const each = classes.length === 2 || (classes.length <= MOST_CLASSES && width >= WIDE);
  if (!each) return [actualColumn(), givenColumn(), guessColumn()];
  const feature = featureColumns(scene, width - 60 * (classes.length - 2));
  return [...feature, actualColumn(), ...classes.map(probabilityColumn)];
}

/** @param {Scene} scene */
function ofNumbers(scene, width) {
  const unit = scene.target.unit ? ` (${scene.target.unit})` : '';
  return [
    ...featureColumns(scene, width),
    textColumn('actual', `actual${unit}`, (values, i) => bothTexts(values, i)[0]),
    textColumn('predicted', `predicted${unit}`, (values, i) => bothTexts(values, i)[1]),
    ...(width < THIN ? [] : [textColumn('error', `error${unit}`, missed)]),
  ];
}

/** Return actual and predicted number of row i, with the digits that show the error. */
function bothTexts({ scene: { y }, predicted, places }, i) {
  return apartTexts(y[i], predicted[i], [short(y[i]), fixed(predicted[i], places.predicted)]);
}

const missed = ({ errors, places }, i) => plus(smallText(errors[i], places.errors));

/** @param {Scene} scene */
function featureColumns(scene, width) {
  if (scene.features.length > 1 || width < WIDE) return [];
  return [textColumn('feature', scene.features[0].label, ({ scene: { X } }, i) => short(X[i]))];
}

function textColumn(name, head, text) {
  const make = (cell) => cell;
  return { name, head, make, write: (cell, values, i) => write(cell, text(values, i)) };
}

function rowColumn() {
  const make = (cell) => ({
    number: element('span', {}, cell),
    most: element('span', { class: 'st-most' }, cell),
  });
  return {
    name: 'row',
    head: 'row',
    left: true,
    sort: true,
    make,
    write: (parts, { scene, worst }, i) => {
      write(parts.number, String(scene.rowNumbers[i]));
      write(parts.most, i === worst ? ' ▲ most' : '');
    },
  };
}

function actualColumn() {
  return classColumn('actual', 'actual', ({ scene: { y } }, i) => y[i], () => '');
}

function guessColumn() {
  const chance = ({ given, classes, guess }, i) => ` ${chanceText(given[i * classes + guess[i]])}`;
  return classColumn('predicted', 'predicted', ({ guess }, i) => guess[i], chance);
}

/** A class with its mark, and what comes after its name. */
function classColumn(name, head, codeOf, after) {
  const make = (cell) => {
    const picture = svg('svg', { width: 13, height: 12, 'aria-hidden': 'true' }, cell);
    const path = svg('path', { transform: 'translate(5 7)' }, picture);
    return { path, text: element('span', {}, cell), after: element('span', {}, cell), code: -1 };
  };
  return {
    name,
    head,
    left: true,
    make,
    write: (parts, values, i) => {
      const code = codeOf(values, i);
      set(parts.path, { d: classMark(code, 4), fill: classColour(values.theme, code) });
      write(parts.text, String(values.scene.target.classes[code]));
      write(parts.after, after(values, i));
    },
  };
}

function probabilityColumn(name, code) {
  const fill = ({ theme }) => classColour(theme, code);
  return barColumn(`p${code}`, `P(${name})`, ({ given, classes }, i) => given[i * classes + code], {
    text: chanceText,
    fill,
  });
}

function givenColumn() {
  const chance = ({ given, classes, scene: { y } }, i) => given[i * classes + y[i]];
  const fill = ({ theme, scene: { y } }, i) => classColour(theme, y[i]);
  return barColumn('given', 'P(actual)', chance, { text: chanceText, fill });
}

function shareColumn() {
  const share = ({ shares }, i) => shares[i];
  const fill = ({ theme }) => theme.muted;
  const scaled = (value, { shares, worst }) => value / (shares[worst] || 1);
  return barColumn('share', 'share of the sum', share, { text: shareText, fill, scaled });
}

/**
 * A number from 0 to 1 with a small bar below.
 * @param {string} name
 * @param {string} head
 * @param {(values: any, i: number) => number} value
 * @param {{text: Function, fill: Function, scaled?: Function}} look
 */
function barColumn(name, head, value, { text, fill, scaled = (share) => share }) {
  const make = (cell) => {
    const number = element('span', {}, cell);
    const track = element('span', { class: 'st-bar', attributes: { 'aria-hidden': 'true' } }, cell);
    return { number, bar: element('span', {}, track) };
  };
  return {
    name,
    head,
    make,
    write: ({ number, bar }, values, i) => {
      const share = value(values, i);
      write(number, text(share));
      const length = scaled(share, values);
      bar.style.transform = `scaleX(${Number.isFinite(length) ? length.toFixed(4) : 0})`;
      bar.style.background = fill(values, i);
    },
  };
}

const SHORT = {
  squared: 'error²',
  absolute: '|error|',
  huber: 'Huber loss',
  quantile: 'quantile loss',
  poisson: 'deviance / 2',
};

/**
 * @param {Scene} scene
 * @param {Choices} choices
 */
function costColumn(scene, choices) {
  const unit = costUnit(scene, choices);
  const name = scene.target.classes ? '-log P(actual)' : SHORT[choices.loss] ?? 'loss';
  const head = unit ? `${name} (${unit})` : name;
  const text = ({ costs, places }, i) => smallText(costs[i], places.costs);
  return { ...textColumn('cost', head, text), sort: true };
}

/** Return a probability with three decimals; what would read 0 or 1 and is not, says so. */
function chanceText(p) {
  if (p > 0 && p < 0.0005) return short(p, 2);
  if (p < 1 && p >= 0.9995) return '>0.999';
  return Number.isFinite(p) ? p.toFixed(3) : 'nan';
}

/** Return a share in percent with one decimal. */
export function shareText(share) {
  if (!Number.isFinite(share)) return 'nan';
  if (share > 0 && share < 0.0005) return '<0.1 %';
  return share === 1 ? '100 %' : `${(100 * share).toFixed(1)} %`;
}

/** Return a number with so many decimals; what would read 0 and is not, with two digits. */
function smallText(value, decimals) {
  const size = Math.abs(value);
  return size > 0 && size < tenTo(-decimals, 0.5) ? short(value, 2) : fixed(value, decimals);
}

const plus = (text) => (text.startsWith('-') ? text : `+${text}`);

/** Set the text of a node where it is another one. */
function write(node, text) {
  if (node.said === text) return;
  node.said = text;
  node.textContent = text;
}
