// The words under each card, which explain every mark, and the one sentence that says to those who
// do not see it what it shows now.
import { lossRange } from '../cards/chart_range.js';
import { activeRun, lossOf, paramsAt, probabilitiesOf, trueLoss } from '../select.js';
import { offPlane, onPlane } from '../select.js';
import { counted, fixed, percent, short } from './numerals.js';
import { toldParams, wordOf } from './told.js';

const CAPTIONS = { fit: fitCaption, relief: reliefCaption, map: mapCaption, chart: chartCaption };
const DESCRIBED = {
  fit: describedFit,
  relief: describedSurface,
  map: describedSurface,
  chart: describedChart,
};

const PATH =
  'hollow circle: the start; line: the steps so far, thin and pale those to come; filled circle: ' +
  'the current step';

/** Returns what the marks of a card mean: `fit`, `relief`, `map` or `chart`. */
export function captionOf(card, state) {
  return CAPTIONS[card](state);
}

/** Returns what a card shows now, in a sentence with its numbers. */
export function described(card, state) {
  return DESCRIBED[card](state);
}

// --- data and fit --------------------------------------------------------------------------------

function fitCaption({ scene }) {
  const drawn = scene.sampled ? ` Here: ${scene.sampled}.` : '';
  const told = scene.target.classes ? classCaption(scene) : numberCaption(scene);
  return told + drawn;
}

function numberCaption({ features, target }) {
  const { name } = target;
  if (features.length === 1) {
    return `Each point is a row: its ${features[0].name} across, its ${name} up. The line is ` +
      'what weight and bias of the current step predict; the thin upright strokes are its errors.';
  }
  return `Each point is a row: the actual ${name} across, what the current step predicts up. ` +
    'On the dashed line the two are equal.';
}

function classCaption(scene) {
  const { features, margins } = scene;
  const marks = `Each point is a row; its colour and shape tell its class of ${scene.target.name}`;
  if (features.length === 1) return `${marks}. ${curveCaption(scene)}`;
  if (margins === 1) {
    return `${marks}, its place across is its margin: weights times features, plus bias. The ` +
      `curve is the probability of ${scene.target.classes[1]} at that margin; dashed: one half.`;
  }
  return `${marks}; its height is the probability that the current step gives to its actual ` +
    'class: the higher, the better. Dashed: a guess.';
}

/** The curves over one feature, and the strip that says what is predicted. */
function curveCaption({ target, margins }) {
  const strip = 'the coloured strip says which class is predicted where';
  if (margins > 1) {
    return `Each curve is the probability of one class at the current step; ${strip}.`;
  }
  const one = target.classes[1];
  return `Rows of ${one} lie at 1, the others at 0. The curve is the probability of ${one} that ` +
    `the current step gives; ${strip}: it changes where the curve crosses the dashed half.`;
}

function describedFit(state) {
  const { scene } = state;
  const params = paramsAt(state);
  const rows = counted(scene.rows, 'row');
  if (scene.target.classes) return describedClasses(state, rows);
  if (scene.features.length > 1) {
    const loss = short(trueLoss(activeRun(state), state.at));
    return `${rows}: actual ${scene.target.name} against the prediction of ` +
      `${scene.features.length} features; loss ${loss}.`;
  }
  const sign = params[1] < 0 ? '-' : '+';
  return `${rows} and the line ${scene.target.name} = ${short(params[0])} x ` +
    `${scene.features[0].name} ${sign} ${short(Math.abs(params[1]))}.`;
}

function describedClasses(state, rows) {
  const { scene } = state;
  const chances = probabilitiesOf(scene, paramsAt(state));
  const k = scene.target.classes.length;
  let right = 0;
  for (let row = 0; row < scene.shown; row += 1) {
    const own = chances.subarray(row * k, (row + 1) * k);
    right += own.indexOf(Math.max(...own)) === scene.y[row] ? 1 : 0;
  }
  const of = scene.shown === scene.rows ? rows : `${fixed(scene.shown, 0)} rows drawn of ${rows}`;
  const share = percent(right / scene.shown);
  return `${of}; the most probable ${scene.target.name} is the actual one for ${share} of them.`;
}

// --- the surface ---------------------------------------------------------------------------------

function reliefCaption(state) {
  const marks = `${PATH}, and the arrow from it: the way of the steepest descent`;
  return `Height is the loss, on an axis of square roots so that the floor can be read. On it, ` +
    `${marks}.${crossCaption(state)}` + sliceCaption(state) + walkCaption(state);
}

function mapCaption(state) {
  const marks = `${PATH}, with the arrow of the steepest descent`;
  return `Along each contour the loss is the same; darker is lower. Again ${marks}.` +
    crossCaption(state) + sliceCaption(state) + walkCaption(state) + startCaption(state);
}

function crossCaption({ surface }) {
  return surface.lowest ? ' Cross: the minimum.' : '';
}

function startCaption({ scene }) {
  return scene.engine === 'record' ? '' : ' Click or drag to start there.';
}

/** What a slice holds still, and how far from it the current step is. */
function sliceCaption(state) {
  const { surface, scene } = state;
  if (!surface.slice) return '';
  const held = scene.params.length - 2;
  const { away, there } = offSlice(state);
  const others = held === 1 ? 'the other param is' : `the other ${held} params are`;
  const still = ` A slice through the end of the run: ${others} held.`;
  if (away < 1e-9) return `${still} The current step lies on it.`;
  return `${still} The current step lies ${short(away, 3)} off it, at its true loss ` +
    `${there}; dotted: straight down to the slice.`;
}

function offSlice(state) {
  const params = paramsAt(state);
  const [x, y] = onPlane(state.surface, params);
  const shadow = offPlane(state.surface, x, y);
  const away = Math.hypot(...params.map((value, i) => value - shadow[i]));
  return { away, there: short(trueLoss(activeRun(state), state.at)) };
}

function walkCaption({ surface }) {
  if (surface.axes !== 'walk') return '';
  return ' Both axes are those of the scaled walk, not of your units: so the steps see the bowl.';
}

function describedSurface(state) {
  const { surface } = state;
  const run = activeRun(state);
  const [x, y] = onPlane(surface, paramsAt(state)).map((value) => short(value));
  const place = `${surface.xLabel} ${x}, ${surface.yLabel} ${y}`;
  const lowest = surface.lowest
    ? ` The lowest point, loss ${short(surface.lowestLoss)}, is at ` +
      `${surface.lowest.map((value) => short(value)).join(', ')}.`
    : '';
  return `${surface.lossLabel} over ${surface.xLabel} and ${surface.yLabel}. ` +
    `Step ${fixed(run.index[state.at], 0)} is at ${place}, ` +
    `loss ${short(trueLoss(run, state.at))}.${lowest}`;
}

// --- the chart -----------------------------------------------------------------------------------

function chartCaption(state) {
  const run = activeRun(state);
  const loss = lossOf(state.scene, run.choices.loss).label;
  const batch = run.choices.batch ? ' Pale: the loss of each mini-batch; line: of all rows.' : '';
  const lowest = run.lowest === null ? '' : ' Dashed: the lowest loss that is known.';
  const several = state.runs.length > 1 ? ' Each run has its own colour and dash.' : '';
  const evenly = '; on the log axis equal factors are equally far apart';
  const log = lossRange(state.runs).log ? evenly : '';
  return `The ${loss} after each step${log}. Filled circle: the current step.` +
    `${lowest}${batch}${several}`;
}

function describedChart(state) {
  const run = activeRun(state);
  const last = run.index.length - 1;
  const [first, now, end] = [0, state.at, last].map((i) => short(trueLoss(run, i)));
  const at = state.at < last ? `, ${now} at step ${fixed(run.index[state.at], 0)}` : '';
  const lowest = run.lowest === null ? '' : `; the lowest known is ${short(run.lowest)}`;
  return `The loss goes from ${first} at the start${at} to ${end} after ` +
    `${counted(run.index[last], 'step')}${lowest}.${paramsNow(state)}`;
}

function paramsNow(state) {
  const told = toldParams(activeRun(state));
  if (told.length > 2) return '';
  const params = paramsAt(state);
  const said = told.map((i) => `${wordOf(state.scene, i)} ${short(params[i])}`);
  return ` There ${said.join(', ')}.`;
}
