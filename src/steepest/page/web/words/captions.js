// The words under each card, which explain every mark, and the one sentence that says to those who
// do not see it what it shows now.
import { diverged, lossRange } from '../state/loss_range.js';
import {
  activeRun, isEarlier, isOverParams, offPlane, onPlane, paramsAt, probabilitiesOf, resultAt, trueLoss,
} from '../state/select.js';
import { mannerOf, pixelsOf } from '../state/drawn_as.js';
import { Network } from '../engine/network.js';
import { SATURATED, networkInWords } from './network.js';
import { counted, fixed, percent, short } from '../numerals.js';
import { paramsInWords } from './told.js';

const CAPTIONS = {
  network: networkCaption,
  fit: fitCaption,
  relief: reliefCaption,
  map: mapCaption,
  chart: chartCaption,
  sharpness: () => SHARPNESS,
};
const DESCRIBED = { fit: describedFit, chart: describedChart };

const SHARPNESS =
  'Line: the largest curvature of the loss, measured at some steps; dashed: the one at which the ' +
  'learning rate is its limit. Of a network it rises up to there and hovers while the loss goes on ' +
  'falling: the edge of stability, which is normal.';

const PATH =
  'Hollow circle: the start; filled: the current step; line: the steps between, pale those to ' +
  'come, dotted where hidden; arrow: the steepest way down.';

/** A step so near to a slice lies on it. */
const ON = 1e-9;

/**
 * Returns what the marks of a card mean: `fit`, `relief`, `map` or `chart`.
 * @param {State} state
 */
export function captionOf(card, state) {
  return CAPTIONS[card](state);
}

/**
 * Returns what a card shows now, in a sentence with its numbers; the surface says so itself.
 * @param {State} state
 */
export function described(card, state) {
  return DESCRIBED[card]?.(state) ?? '';
}

// --- the network ---------------------------------------------------------------------------------

function networkCaption({ scene }) {
  const { network, engine } = scene;
  const manner = mannerOf(new Network(network));
  const pictures = manner === 'numbers' && network.sizes[0] <= 2 ? ANSWERS : '';
  const choose = manner === 'numbers' ? PRESS : ' The surface over any two params is chosen in the settings.';
  const signs = manner === 'layers' ? '' : SIGNS + LOCKS;
  return `${LINES[manner]}${signs}${pictures}${engine === 'record' ? '' : choose}`;
}

const LINES = {
  numbers: 'Each line is a weight, its number beside it where there is room; each circle a unit, in it the ' +
    'number of its bias.',
  lines: 'Each line is a weight, each circle a unit; of so many the numbers are left out.',
  layers: 'Each box is a layer: of so many weights no line could be seen.',
};

const PRESS = ' Click a line or a circle, or go there with the arrow keys and press Enter: a weight becomes ' +
  'the axis across of the surface, a bias the one up; with Shift the other way round.';

const ANSWERS = ' Behind that number: what the unit answers over the data, blue above 0, orange below.';

const LOCKS = ` A lock: a hidden unit that is saturated, its slope below ${SATURATED}.`;

const SIGNS = ' Blue, whole: above 0; orange, dashed: below 0. The wider, the larger beside the ' +
  'largest of its layer in this run (of inputs: for a change by their standard deviation).';

// --- data and fit --------------------------------------------------------------------------------

/** @param {State} state */
function fitCaption(state) {
  const { scene } = state;
  const own = scene.target.classes ? classCaption : numberCaption;
  const told = isPlane(scene) ? planeCaption(scene) : own(scene, state);
  const [pictured, sampled] = [pixelsOf(scene) ? PICTURED : '', scene.sampled && ` Here: ${scene.sampled}.`];
  return told + pictured + sampled + activeCaption(state);
}

const PICTURED = ' The features are the pixels of a picture, by their names (pixel_row_column): that of the '
  + 'row pointed at is shown.';

/** Whether the rows are drawn in the plane of both features. */
function isPlane({ features }) {
  return features.length === 2;
}

function planeCaption({ target }) {
  if (!target.classes) {
    return `Each point is a row, its colour the actual ${target.name}; the colour below it is what the ` +
      'current step predicts, with lines of equal height.';
  }
  return 'Each point is a row. Below it the colours of the classes, mixed by the probabilities that ' +
    'the current step gives; on the lines the most probable class changes.';
}

function numberCaption({ features, target, network }) {
  if (features.length === 1) {
    const line = network ? 'curve is what the network' : 'line is what weight and bias';
    return `Each point is a row. The ${line} of the current step predict${network ? 's' : ''}; ` +
      'the thin strokes are its errors.';
  }
  return `Each point is a row: its actual ${target.name} across, its predicted one up. On the ` +
    'dashed line the two are equal.';
}

/**
 * @param {Scene} scene
 * @param {State} state
 */
function classCaption(scene, state) {
  const { features, margins, target } = scene;
  if (features.length === 1) return curveCaption(scene);
  if (margins === 1) {
    const margin = scene.network ? 'the output of the network' : 'weights times features, plus bias';
    return `Each point is a row; across is its margin: ${margin}. The ` +
      `curve is the probability of ${target.classes[1]} at a margin; dashed: one half.`;
  }
  return 'Each point is a row; its height is the probability that the current step gives its ' +
    `actual class. Dashed: a guess. ${sureInWords(scene, state)}`;
}

/**
 * How many rows find their own class probable, and the least of these probabilities.
 * @param {any} p0
 * @param {State} state
 */
function sureInWords({ y, shown, margins }, state) {
  const given = probabilitiesOf(state.scene, paramsAt(state));
  const own = Float64Array.from({ length: shown }, (_, i) => given[i * margins + y[i]]);
  const likely = own.filter((share) => share > 0.5).length;
  const least = short(own.reduce((a, b) => Math.min(a, b), 1));
  return `${fixed(likely, 0)} of ${counted(shown, 'row')} above one half; the least ${least}.`;
}

/** The curves over one feature, and the strip that says what is predicted. */
function curveCaption({ target, margins }) {
  const strip = 'the strip says which class is predicted, dotted where that changes';
  if (margins > 1) {
    return 'Each point is a row in the lane of its class. Each curve is the probability of one ' +
      `class at the current step; ${strip}.`;
  }
  const [zero, one] = target.classes;
  return `Each point is a row: ${one} at 1, ${zero} at 0. The curve is the probability of ${one} ` +
    `at the current step; ${strip}: at one half (dashed).`;
}

/**
 * Which of several runs is drawn, where it is one alone, or what is drawn of one alone.
 * @param {State} state
 */
function activeCaption(state) {
  if (state.runs.length < 2) return '';
  const { features, target } = state.scene;
  const { label } = activeRun(state);
  const alone = features.length > 1 || target.classes?.length > 2;
  if (alone) return ` Of the runs only ${label} is drawn.`;
  return target.classes ? ` The strip is that of ${label}.` : ` The strokes are those of ${label}.`;
}

/** @param {State} state */
function describedFit(state) {
  const { scene } = state;
  const params = paramsAt(state);
  const rows = counted(scene.rows, 'row');
  if (scene.target.classes) return describedClasses(state, rows);
  if (isPlane(scene)) return `${rows} over ${scene.features.map(({ name }) => name).join(' and ')}.`;
  if (scene.features.length > 1) {
    const loss = short(trueLoss(activeRun(state), state.at));
    return `${rows}: actual ${scene.target.name} against the prediction of ` +
      `${scene.features.length} features; loss ${loss}.`;
  }
  if (scene.network) return `${rows} and the curve of the ${networkInWords(scene.network)}.`;
  const sign = params[1] < 0 ? '-' : '+';
  const margin = `${short(params[0])} × ${scene.features[0].name} ${sign} ` +
    `${short(Math.abs(params[1]))}`;
  return activeRun(state).choices.loss === 'poisson'
    ? `${rows} and the curve ${scene.target.name} = exp(${margin}).`
    : `${rows} and the line ${scene.target.name} = ${margin}.`;
}

/** @param {State} state */
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

/** @param {State} state */
function reliefCaption(state) {
  return `Height is the loss, on a square-root axis so that the floor shows. ${PATH}` +
    crossCaption(state) + sliceCaption(state) + walkCaption(state) + pointsCaption(state);
}

/** @param {State} state */
function mapCaption(state) {
  return 'Along each contour the loss is the same; darker is lower. Triangle at the scale: the ' +
    `loss of the current step. Other marks as on the surface.${arrowCaption(state)}` +
    walkCaption(state) + startCaption(state);
}

function crossCaption({ surface }) {
  return surface.lowest ? ` Cross, below the circles: the minimum${surface.slice ? ' of the slice' : ''}.` : '';
}

/**
 * How far a coarser picture was from a finer one, if one was drawn before.
 * @param {State} state
 */
function pointsCaption({ surface: { coarser, nx, ny } }) {
  if (!coarser) return '';
  const { points, off } = coarser;
  return ` Drawn of ${nx} × ${ny} points; drawn of ${points} × ${points} it was off by ${short(off, 2)} at most there.`;
}

function startCaption({ scene }) {
  return scene.engine === 'record' ? '' : ' Click or drag to start there.';
}

/**
 * What a slice holds still, and how far from it the current step is.
 * @param {State} state
 */
function sliceCaption(state) {
  const { surface, scene } = state;
  if (!surface.slice) return '';
  const held = (scene.allParams ?? scene.params.length) - 2;
  const { away, there } = offSlice(state);
  const others = held === 1 ? 'the other param is' : `the other ${held} params are`;
  const still = isOverParams(surface)
    ? ` A slice through ${throughInWords(state)}: ${others} held.`
    : ` ${surface.said || GIVEN}`;
  if (away < ON) return `${still} The current step lies on it.`;
  return `${still} The current step lies ${short(away, 3)} off it, at its true loss ` +
    `${there}.${arrowCaption(state)}`;
}

const GIVEN = 'The axes are the two directions that were given.';

/**
 * What a slice goes through: of a run that went on since, the step where it ended.
 * @param {State} state
 */
export function throughInWords(state) {
  const { surface } = state;
  const run = activeRun(state);
  const step = run.index[resultAt(run)];
  const through = surface.through ?? step;
  if (through !== step) return `step ${fixed(through, 0)}`;
  return step === run.index.at(-1) ? 'the end of the run' : `step ${fixed(step, 0)}, the result`;
}

/**
 * Why the arrow of a step off the slice does not lead down what is drawn.
 * @param {State} state
 */
function arrowCaption(state) {
  if (!state.surface.slice || offSlice(state).away < ON) return '';
  return " The arrow is the true gradient's shadow: it need not lead down this slice.";
}

/** @param {State} state */
function offSlice(state) {
  const params = paramsAt(state);
  const [x, y] = onPlane(state.surface, params);
  const shadow = offPlane(state.surface, x, y);
  const away = Math.hypot(...params.map((value, i) => value - shadow[i]));
  return { away, there: short(trueLoss(activeRun(state), state.at)) };
}

function walkCaption({ surface }) {
  return surface.axes === 'walk' ? ' The axes are those of the scaling, not your units.' : '';
}

// --- the chart -----------------------------------------------------------------------------------

/** @param {State} state */
function chartCaption(state) {
  const run = activeRun(state);
  const log = lossRange(state.runs).log ? ' Log axis: equal factors, equal distances.' : '';
  const lowest = run.lowest === null ? '' : ' Dashed: the lowest loss known.';
  const left = state.runs.some(diverged) ? ' Triangle: a run leaves, with its last loss.' : '';
  return 'Filled circle: the current step; pale: the steps to come.' +
    `${lowest}${heldOutCaption(run)}${left}${log}`;
}

/** @param {Run} run */
function heldOutCaption(run) {
  const { heldOut } = run;
  if (!heldOut) return '';
  const at = fixed(heldOut.best, 0);
  const ring = isEarlier(run) ? ' (ring), which is the result' : '';
  return ` Blue, dashed: the ${counted(heldOut.rows, 'row')} kept back, lowest at step ${at}${ring}.`;
}

/** @param {State} state */
function describedChart(state) {
  const run = activeRun(state);
  const last = run.index.length - 1;
  const [first, now, end] = [0, state.at, last].map((i) => short(trueLoss(run, i)));
  const at = state.at < last ? `, ${now} at step ${fixed(run.index[state.at], 0)}` : '';
  const lowest = run.lowest === null ? '' : `; the lowest known is ${short(run.lowest)}`;
  const params = paramsInWords(state, 2).join(', ');
  const there = params ? ` There ${params}.` : '';
  return `The loss goes from ${first} at the start${at} to ${end} after ` +
    `${counted(run.index[last], 'step')}${lowest}.${there}`;
}
