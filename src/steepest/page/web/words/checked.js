// What the page has checked of its own numbers, in words.
import { chooseObjective } from '../engine/choose_objective.js';
import { chooseLoss } from '../engine/losses.js';
import { gradientCheck, pythonCheck, surfaceCheck } from '../engine/recomputed.js';
import { activeRun, paramsAt } from '../state/select.js';
import { counted, fixed, short } from '../numerals.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.wordsChecked;

/**
 * Up to these shares two ways agree: differences leave out a cube of their step (4e-7 was the most
 * that they differed by, where classes were far apart), sums round (2e-15).
 */
const [BY_DIFFERENCES, BY_SUMS] = [1e-5, 1e-10];

/** The same of sums that Python made in float32: off by 2e-7 where it was measured. */
const BY_FLOAT32 = 1e-5;

/** Returns whether the page holds all that its losses are made of. */
export function canCheck({ scene, choices }) {
  const { shown, rows, weighted, exposure } = scene;
  return shown > 0 && shown === rows && !weighted && !exposure && !choices.l1;
}

/**
 * Returns the checks of a state: { words, agrees, told }, `told` being what was done.
 * @param {State} state
 */
export function checksOf(state) {
  const { scene, surface, at } = state;
  const run = activeRun(state);
  const objective = objectiveOf(scene, run.choices);
  const slopes = gradientCheck(objective, paramsAt(state));
  const points = surfaceCheck(objective, surface);
  const step = fixed(run.index[at], 0);
  const sums = sumsOf(scene);
  return [
    line('gradient', slopes, BY_DIFFERENCES, filled(SAY.step, [step, counted(slopes.count, 'param')])),
    line('surface', points, sums, filled(SAY.against, [counted(points.count, 'point')])),
    ...pythonLine(state),
  ];
}

function sumsOf({ network }) {
  return network?.dtype === 'float32' ? BY_FLOAT32 : BY_SUMS;
}

/**
 * @param {Scene} scene
 * @param {Choices} choices
 */
function objectiveOf(scene, choices) {
  const loss = chooseLoss(choices.loss, scene.margins, choices);
  return chooseObjective(scene, scene.X, scene.y, loss, choices.l2);
}

/** What Python told is there of its own run alone, on the rows that it had. */
function pythonLine({ scene, rows }) {
  if (rows || scene.own) return [];
  const found = pythonCheck(objectiveOf(scene, scene.run.choices), scene.run);
  const of = filled(SAY.losses, [counted(found.count, 'round')]);
  return [line('Python', found, sumsOf(scene), of)];
}

function line(name, { share }, most, told) {
  const off = filled(SAY.they, [short(share, 2)]);
  return { name, share, agrees: share <= most, told: `${name}: ${told}; ${off}` };
}
