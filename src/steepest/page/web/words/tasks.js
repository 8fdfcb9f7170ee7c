// Tasks for the reader, with answers that are worked out from the data of the page when asked for:
// by trying, with the engine of the page, what the reader is to try by hand.
import { findsRate } from '../engine/rules.js';
import { activeRun } from '../state/select.js';
import { counted } from '../numerals.js';
import { FASTEST, tellFastest } from './fastest_task.js';
import { limitTask } from './limit_task.js';
import { arrivalOf } from './outcome.js';
import { predictTask } from './predict.js';
import { MOMENTUM, RAVINE, tellMomentum, tellRavine } from './ravine_tasks.js';
import { ARRIVED, ofAllRows } from './trials.js';

/**
 * Returns the tasks that fit the state: question, hint, `answer()`, which promises a text, and `paper`, the question
 * with all that its answer takes, where no trials are. One with `predict` also has `check([x, y])`, which judges a
 * guess on the surface: `{near, words}`.
 * @param {State} state
 * @param {Engine} engine
 * @returns {any[]}
 */
export function tasksOf(state, engine) {
  const run = activeRun(state);
  const predict = predictTask(state);
  if (engine.kind === 'record') {
    return [recordedTask(run), run.limit !== null && limitTask(state, null), predict].filter(Boolean);
  }
  const known = run.limit !== null || run.curvature !== null;
  return [
    !findsRate(run.choices.rule) && run.lowest !== null
      && { ...FASTEST, answer: ofAllRows(tellFastest, state, engine) },
    run.limit !== null && limitTask(state, engine),
    known && { ...RAVINE, answer: ofAllRows(tellRavine, state, engine) },
    known && { ...MOMENTUM, answer: ofAllRows(tellMomentum, state, engine) },
    predict,
  ].filter(Boolean);
}

/**
 * Returns the task on a run that was recorded, if it has a lowest loss to come near to.
 * @param {WalkedRun} run
 */
function recordedTask(run) {
  const question = `After how many rounds is this run ${ARRIVED}?`;
  return run.lowest !== null && {
    question,
    paper: question,
    hint: 'Move along the rounds and watch the loss.',
    answer: async () => tellRecorded(run),
  };
}

/** @param {WalkedRun} run */
function tellRecorded(run) {
  const arrival = arrivalOf(run);
  if (arrival !== null) return `After ${counted(arrival, 'round')}.`;
  return `Not in its ${counted(run.count - 1, 'round')}.`;
}
