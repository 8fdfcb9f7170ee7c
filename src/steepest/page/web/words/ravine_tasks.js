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

export const RAVINE = {
  question: 'Make the ravine: compare scaling none with scaling standard.',
  hint: 'Count the steps of steepest at the rate 1/curvature of each.',
};

export const MOMENTUM = {
  question: 'Why does momentum help? Compare it with steepest, at the same rate.',
  hint: 'Scaling none, rate 1/curvature: count the steps of both.',
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
    const shape = ratio && `: ${bowlOf(run)} curves ${times(ratio)} as much one way as another`;
    told.push(`scaling ${scale}${shape ?? ''}; at the rate ${short(rate, 3)}: ${steps}`);
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
  const counts = `At the rate ${short(steepest.rate, 3)}, scaling none: steepest: ` +
    `${steepest.steps}; momentum: ${momentum.steps}.`;
  const ratio = ratioOf(state, 'none', momentum.run);
  const why = 'Along the floor of the ravine the gradients agree and add up to speed; across it ' +
    'they change sign and cancel.';
  if (ratio === null) return `${counts} ${why}`;
  const root = short(Math.sqrt(ratio), 3);
  const shape = `${capital(bowlOf(momentum.run))} curves ${times(ratio)} as much across as along`;
  const law = momentum.run.exactLimit ? '' : ' on a bowl of that shape';
  return `${counts} ${why} ${shape}:${law} the steps of steepest grow with that, those of ` +
    `momentum at its best with the root of it, ${root}.`;
}

/** Returns what has the shape that is told: a bowl has it everywhere, another loss in a place. */
function bowlOf({ exactLimit }) {
  return exactLimit ? 'the bowl' : 'the lowest place found';
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
  const left = `after ${counted(most, 'step')} ${percent(leftOf(run))} of the way is left`;
  const steps = arrival === null ? left : counted(arrival, 'step');
  return { run, rate, steps };
}

/**
 * Returns the largest curvature by the smallest at the best point of a run; null if not known.
 * @param {any} p0
 * @param {any} scale
 * @param {WalkedRun} run
 */
function ratioOf({ scene, choices }, scale, run) {
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
