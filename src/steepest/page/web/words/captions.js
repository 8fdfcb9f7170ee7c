// The words under each card, which explain every mark, and the one sentence that says to those who
// do not see it what it shows now.
import { diverged, lossRange } from '../state/loss_range.js';
import {
  activeRun, isEarlier, isOverParams, offPlane, onPlane, paramsAt, probabilitiesOf, resultAt, trueLoss,
} from '../state/select.js';
import { mannerOf, pixelsOf } from '../state/drawn_as.js';
import { Network } from '../engine/network.js';
import { SATURATED, networkInWords } from './network_named.js';
import { counted, fixed, percent, short } from '../numerals.js';
import { sampledCaption } from './sampled.js';
import { paramsInWords } from './told.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsCaptions;

/** What a mouse can do, in a caption: on paper it is left out. */
export const ON_SCREEN = [SAY.clickDrag, SAY.click, SAY.surface];

const CAPTIONS = {
  network: networkCaption,
  fit: fitCaption,
  relief: reliefCaption,
  map: mapCaption,
  chart: chartCaption,
  sharpness: () => SHARPNESS,
  steepness: () => SAY.lengths,
};
const DESCRIBED = { fit: describedFit, chart: describedChart };

const SHARPNESS = SAY.line;

const PATH = SAY.hollow;

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
  const choose = manner === 'numbers' ? SAY.click : SAY.surface;
  const signs = manner === 'layers' ? '' : SIGNS + LOCKS;
  return `${LINES[manner]}${signs}${pictures}${engine === 'record' ? '' : choose}`;
}

const LINES = {
  numbers: SAY.lineWeight,
  lines: SAY.lineWeightCircle,
  layers: SAY.box,
};

const ANSWERS = SAY.behind;

const LOCKS = filled(SAY.lock, [SATURATED]);

const SIGNS = SAY.blue;

// --- data and fit --------------------------------------------------------------------------------

/** @param {State} state */
function fitCaption(state) {
  const { scene } = state;
  const own = scene.target.classes ? classCaption : numberCaption;
  const told = isPlane(scene) ? planeCaption(scene) : own(scene, state);
  const [pictured, sampled] = [pixelsOf(scene) ? PICTURED : '', scene.sampled && ` Here: ${scene.sampled}.`];
  return told + pictured + sampled + activeCaption(state);
}

const PICTURED = SAY.features;

/** Whether the rows are drawn in the plane of both features. */
function isPlane({ features }) {
  return features.length === 2;
}

function planeCaption({ target }) {
  if (!target.classes) {
    return filled(SAY.point, [target.name]);
  }
  return SAY.pointRow;
}

function numberCaption({ features, target, network }) {
  if (features.length === 1) {
    const line = network ? SAY.curve : SAY.lineWhat;
    return filled(SAY.pointRowCurrent, [line, network ? 's' : '']);
  }
  return filled(SAY.pointRowActual, [target.name]);
}

/**
 * @param {Scene} scene
 * @param {State} state
 */
function classCaption(scene, state) {
  const { features, margins, target } = scene;
  if (features.length === 1) return curveCaption(scene);
  if (margins === 1) {
    const margin = scene.network ? SAY.output : SAY.weights;
    return filled(SAY.pointRowAcross, [margin, target.classes[1]]);
  }
  return filled(SAY.pointRowHeight, [sureInWords(scene, state)]);
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
  return filled(SAY.above, [fixed(likely, 0), counted(shown, 'row'), least]);
}

/** The curves over one feature, and the strip that says what is predicted. */
function curveCaption({ target, margins }) {
  const strip = SAY.strip;
  if (margins > 1) {
    return filled(SAY.pointRowLane, [strip]);
  }
  const [zero, one] = target.classes;
  return filled(SAY.pointRowCurve, [one, zero, one, strip]);
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
  if (alone) return filled(SAY.runs, [label]);
  return target.classes ? filled(SAY.strip2, [label]) : filled(SAY.strokes, [label]);
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
    return filled(SAY.actual, [rows, scene.target.name, scene.features.length, loss]);
  }
  if (scene.network) return filled(SAY.curve2, [rows, networkInWords(scene.network)]);
  const sign = params[1] < 0 ? '-' : '+';
  const margin = `${short(params[0])} × ${scene.features[0].name} ${sign} ` +
    `${short(Math.abs(params[1]))}`;
  return activeRun(state).choices.loss === 'poisson'
    ? filled(SAY.curveExp, [rows, scene.target.name, margin])
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
  return filled(SAY.most, [of, scene.target.name, share]);
}

// --- the surface ---------------------------------------------------------------------------------

/** @param {State} state */
function reliefCaption(state) {
  return filled(SAY.height, [PATH, crossCaption(state), sliceCaption(state), walkCaption(state), pointsCaption(state)])
    + sampledCaption(state, state.surface);
}

/** @param {State} state */
function mapCaption(state) {
  return filled(SAY.along, [arrowCaption(state), walkCaption(state), startCaption(state)])
    + sampledCaption(state, state.surface);
}

function crossCaption({ surface }) {
  return surface.lowest ? filled(SAY.cross, [surface.slice ? ' of the slice' : '']) : '';
}

/**
 * How far a coarser picture was from a finer one, if one was drawn before.
 * @param {State} state
 */
function pointsCaption({ surface: { coarser, nx, ny } }) {
  if (!coarser) return '';
  const { points, off } = coarser;
  return filled(SAY.drawn, [nx, ny, points, points, short(off, 2)]);
}

function startCaption({ scene }) {
  return scene.engine === 'record' ? '' : SAY.clickDrag;
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
  const others = held === 1 ? SAY.other : `the other ${held} params are`;
  const still = isOverParams(surface)
    ? filled(SAY.slice, [throughInWords(state), others])
    : ` ${surface.said || GIVEN}`;
  if (away < ON) return filled(SAY.current, [still]);
  return filled(SAY.currentStep, [still, short(away, 3), there, arrowCaption(state)]);
}

const GIVEN = SAY.axes;

/**
 * What a slice goes through: of a run that went on since, the step where it ended.
 * @param {State} state
 */
export function throughInWords(state) {
  const { surface } = state;
  const run = activeRun(state);
  const step = run.index[resultAt(run)];
  const through = surface.through ?? step;
  if (through !== step) return `round ${fixed(through, 0)}`;
  return step === run.index.at(-1) ? SAY.end : `round ${fixed(step, 0)}, the result`;
}

/**
 * Why the arrow of a step off the slice does not lead down what is drawn.
 * @param {State} state
 */
function arrowCaption(state) {
  const words = arrowWords(state);
  return words && filled(SAY.notHere, [words]);
}

/**
 * Returns what the arrow is where it is not the steepest way down what is drawn, in so few words that they
 * have room beside it; '' elsewhere.
 * @param {State} state
 */
export function arrowWords(state) {
  const { scene, surface } = state;
  const isSteepest = !surface.slice || offSlice(state).away < ON;
  return isSteepest ? '' : filled(SAY.arrow, [scene.allParams ?? scene.params.length]);
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
  return surface.axes === 'walk' ? SAY.axesThose : '';
}

// --- the chart -----------------------------------------------------------------------------------

/** @param {State} state */
function chartCaption(state) {
  const run = activeRun(state);
  const log = lossRange(state.runs).log ? SAY.log : '';
  const lowest = run.lowest === null ? '' : SAY.dashed;
  const left = state.runs.some(diverged) ? SAY.triangle : '';
  return filled(SAY.filled, [lowest, heldOutCaption(run), left, log]) + sampledCaption(state, run);
}

/** @param {Run} run */
function heldOutCaption(run) {
  const { heldOut } = run;
  if (!heldOut) return '';
  const at = fixed(heldOut.best, 0);
  const ring = isEarlier(run) ? SAY.ring : '';
  return filled(SAY.blueDashed, [counted(heldOut.rows, 'row'), at, ring]);
}

/** @param {State} state */
function describedChart(state) {
  const run = activeRun(state);
  const last = run.index.length - 1;
  const [first, now, end] = [0, state.at, last].map((i) => short(trueLoss(run, i)));
  const at = state.at < last ? `, ${now} at round ${fixed(run.index[state.at], 0)}` : '';
  const lowest = run.lowest === null ? '' : `; the lowest known is ${short(run.lowest)}`;
  const params = paramsInWords(state, 2).join(', ');
  const there = params ? ` There ${params}.` : '';
  return filled(SAY.loss, [first, at, end, counted(run.index[last], 'round'), lowest, there]);
}
