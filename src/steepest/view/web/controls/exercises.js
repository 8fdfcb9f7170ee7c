// The folded list of tasks; the answers are worked out from the data of the page when asked for.
import { element } from '../draw/canvas.js';
import { tasksOf } from '../words/tasks.js';
import { button } from './fields.js';

/** Adds the tasks; they are made anew when others are asked. */
export function makeExercises(parent, store) {
  const held = element(
    'section',
    { class: 'st-panel', attributes: { 'data-control': 'tasks', 'aria-label': 'Tasks' } },
    parent,
  );
  element('h2', { text: 'Tasks' }, held);
  const list = element('ol', { class: 'st-tasks' }, held);
  let asked = null;
  return {
    show(state, changed) {
      if (changed && !['scene', 'choices', 'runs'].some((key) => changed.has(key))) return;
      const tasks = tasksOf(state, store.engine);
      const questions = tasks.map(({ question }) => question).join('\n');
      if (questions === asked) return;
      asked = questions;
      list.replaceChildren(...tasks.map((task, i) => item(store, task, i)));
      held.hidden = !tasks.length;
    },
  };
}

function item(store, task, i) {
  const made = element('li');
  const fold = element('details', {}, made);
  element('summary', { text: task.question }, fold);
  if (task.hint) element('p', { class: 'st-hint', text: task.hint }, fold);
  const answer = element('p', { class: 'st-answer', attributes: { role: 'status' } });
  const row = element('div', { class: 'st-row' }, fold);
  if (task.predict) button(row, 'Point at it on the map', () => askGuess(store, i, answer));
  button(row, 'Show the answer', () => tellAnswer(store, i, answer));
  fold.append(answer);
  return made;
}

/** The answer is that of the settings at this moment, not of those when the list was made. */
function taskNow(store, i) {
  return tasksOf(store.state, store.engine)[i];
}

async function tellAnswer(store, i, answer) {
  answer.textContent = 'Working it out ...';
  try {
    answer.textContent = await taskNow(store, i).answer();
  } catch (error) {
    answer.textContent = error.message;
  }
}

/** The path ahead is hidden until the reader has pointed. */
function askGuess(store, i, answer) {
  answer.textContent = 'Press on the map or the surface where the next step will land.';
  store.startGuess((point) => {
    answer.textContent = taskNow(store, i).check(point).words;
  });
}
