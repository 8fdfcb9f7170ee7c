// The folded list of tasks; the answers are worked out from the data of the page when asked for.
import { element, part } from '../draw/canvas.js';
import { isNew } from '../state/select.js';
import { tasksOf } from '../words/tasks.js';
import { button, panel } from './fields.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };

const SAY = SENTENCES.controlsExercises;

/**
 * Adds the tasks; they are made anew when others are asked.
 * @param {Store} store
 */
export function makeExercises(parent, store) {
  const held = panel(parent, 'tasks', 'Tasks');
  const list = part(held, 'st-tasks', 'ol');
  let asked = null;
  store.hearGuess = (point) => tellGuess(store, list, point);
  return {
    show(state, changed) {
      if (changed?.has('guessing') && state.guessing) awaitGuess(store, list);
      if (!isNew(changed, 'scene', 'choices', 'runs', 'exam')) return;
      const tasks = tasksOf(state, store.engine);
      const questions = tasks.map(({ question }) => question).join('\n') + state.exam;
      if (questions === asked) return;
      asked = questions;
      list.replaceChildren(...tasks.map((task, i) => item(store, task, i)));
      held.hidden = !tasks.length;
    },
  };
}

/** @param {Store} store */
function item(store, task, i) {
  const made = element('li');
  const fold = element('details', {}, made);
  element('summary', { text: task.question }, fold);
  if (store.state.exam) return made;
  if (task.hint) element('p', { class: 'st-hint', text: task.hint }, fold);
  const answer = element('p', { class: 'st-answer', attributes: { role: 'status' } });
  const row = part(fold, 'st-row');
  if (task.predict) button(row, SAY.point, () => store.startGuess());
  button(row, 'Show the answer', () => tellAnswer(store, i, answer));
  fold.append(answer);
  return made;
}

/**
 * The answer is that of the settings at this moment, not of those when the list was made.
 * @param {Store} store
 */
function taskNow(store, i) {
  return tasksOf(store.state, store.engine)[i];
}

/** @param {Store} store */
async function tellAnswer(store, i, answer) {
  answer.textContent = SAY.working;
  try {
    answer.textContent = await taskNow(store, i).answer();
  } catch (error) {
    answer.textContent = error.message;
  }
}

/**
 * The path ahead is hidden until the reader has pointed.
 * @param {Store} store
 */
function awaitGuess(store, list) {
  const { fold, answer } = guessed(store, list);
  if (!fold) return;
  fold.open = true;
  answer.textContent = SAY.press;
}

/** @param {Store} store */
function tellGuess(store, list, point) {
  const { task, answer } = guessed(store, list);
  if (task) answer.textContent = task.check(point).words;
}

/**
 * Returns the task with a guess, and where it stands, if there is one.
 * @param {Store} store
 */
function guessed(store, list) {
  if (store.state.exam) return {};
  const tasks = tasksOf(store.state, store.engine);
  const i = tasks.findIndex(({ predict }) => predict);
  const fold = list.children[i]?.firstChild;
  return { task: tasks[i], fold, answer: fold?.lastChild };
}
