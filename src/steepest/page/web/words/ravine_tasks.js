// The tasks on the ravine, and on momentum in it, and their answers: steps counted, curvatures.
import { eigen } from '../engine/eigen.js';
import { chooseLoss } from '../engine/losses.js';
import { Objective } from '../engine/objective.js';
import { bendAt } from '../engine/plane.js';
import { chooseScale, waysOf } from '../engine/scales.js';
import { rowAt } from '../engine/vectors.js';
import { counted, percent, short } from '../numerals.js';
import { arrivalOf } from './outcome.js';
import { ARRIVED, LONG, leftOf, stepsFor, walk } from './trials.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsRavineTasks;

export const RAVINE = {
  question: SAY.make,
  hint: SAY.count,
};

export const MOMENTUM = {
  question: SAY.why,
  hint: SAY.scaling,
};

/**
 * @param {State} state
 * @param {Engine} engine
 */
export async function tellRavine(state, engine) {
  const told = [];
  for (const scale of ['none', 'standard']) {
    const { run, steps, rate } = await steadily(state, engine, { scale, rule: 'steepest' });
    const ratio = ratioOf(state, scale, run);
    const shape = ratio && filled(SAY.curves, [bowlOf(run), times(ratio)]);
    told.push(filled(SAY.scalingRate, [scale, shape ?? '', short(rate, 3), steps]));
  }
  return `${sentence(told[0])} ${sentence(told[1])} (Counted ${ARRIVED}.)`;
}

/**
 * @param {State} state
 * @param {Engine} engine
 */
export async function tellMomentum(state, engine) {
  const [steepest, momentum] = [
    await steadily(state, engine, { scale: 'none', rule: 'steepest' }),
    await steadily(state, engine, { scale: 'none', rule: 'momentum' }),
  ];
  const counts = filled(SAY.rate, [short(steepest.rate, 3), steepest.steps, momentum.steps]);
  const ratio = ratioOf(state, 'none', momentum.run);
  const why = SAY.along;
  if (ratio === null) return `${counts} ${why}`;
  const root = short(Math.sqrt(ratio), 3);
  const shape = filled(SAY.curvesMuch, [capital(bowlOf(momentum.run)), times(ratio)]);
  const law = momentum.run.exactLimit ? '' : SAY.bowl;
  return filled(SAY.steps, [counts, why, shape, law, root]);
}

/** Returns what has the shape that is told: a bowl has it everywhere, another loss in a place. */
function bowlOf({ exactLimit }) {
  return exactLimit ? 'the bowl' : SAY.lowest;
}

/**
 * Walks at the safe rate 1/curvature until the lowest loss is near; tells the steps in words.
 * @param {State} state
 * @param {Engine} engine
 */
async function steadily(state, engine, patch) {
  const most = LONG * stepsFor(state);
  const asked = { ...patch, learning_rate: 1 };
  const { curvature } = await walk(state, engine, { ...asked, rule: 'steepest', steps: 0 });
  const rate = 1 / curvature;
  const run = await walk(state, engine, { ...patch, learning_rate: rate, steps: most });
  const arrival = arrivalOf(run);
  const left = filled(SAY.after, [counted(most, 'round'), percent(leftOf(run))]);
  const steps = arrival === null ? left : counted(arrival, 'round');
  return { run, rate, steps };
}

/**
 * Returns the largest curvature by the smallest at the best point of a run; null if not known.
 * @param {any} p0
 * @param {any} scale
 * @param {WalkedRun} run
 */
export function ratioOf({ scene, choices }, scale, run) {
  if (scene.margins > 1 || !['squared', 'cross_entropy'].includes(choices.loss)) return null;
  if (scene.shown !== scene.rows) return null;
  const params = rowAt(run.params, run.size, run.best);
  const { values } = eigen(curvatures(scene, choices, scale, params));
  const [least, most] = [values[0], values.at(-1)];
  return least > 1e-13 * most ? most / least : null;
}

/** Returns the second derivatives of the objective at `params` in the coordinates of a scale. */
function curvatures({ X, y, margins }, { loss, delta, l2 }, scale, params) {
  const objective = new Objective(X, y, chooseLoss(loss, margins, { delta }), l2);
  return bendAt(objective, params, waysOf(chooseScale(scale, objective), objective.size));
}

function times(ratio) {
  return ratio < 1.005 ? 'just' : `${short(ratio, 3)} times`;
}

function sentence(text) {
  return `${capital(text)}.`;
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
