// The folded list of tasks; the answers are worked out from the data of the page when asked for.
import { element } from '../draw/canvas.js';
import { tasksOf } from '../words/tasks.js';
import { button } from './fields.js';

/** Adds the tasks; they are made anew when the data or the objective change. */
export function makeExercises(parent, store) {
  const held = element(
    'section',
    { class: 'st-panel', attributes: { 'data-control': 'tasks', 'aria-label': 'Tasks' } },
    parent,
  );
  element('h2', { text: 'Tasks' }, held);
  const list = element('ol', { class: 'st-tasks' }, held);
  let count = -1;
  return {
    show(state, changed) {
      const due = count < 0 || !changed || changed.has('scene');
      if (!due) return;
      count = tasksOf(state, store.engine).length;
      list.replaceChildren(...Array.from({ length: count }, (_, i) => item(store, i)));
      held.hidden = !count;
    },
  };
}

function item(store, i) {
  const made = element('li');
  const task = tasksOf(store.state, store.engine)[i];
  const fold = element('details', {}, made);
  element('summary', { text: task.question }, fold);
  if (task.hint) element('p', { class: 'st-hint', text: task.hint }, fold);
  const answer = element('p', { class: 'st-answer', attributes: { role: 'status' } });
  button(fold, 'Show the answer', () => tellAnswer(store, i, answer));
  fold.append(answer);
  return made;
}

/** The answer is that of the settings at this moment, not of those when the list was made. */
async function tellAnswer(store, i, answer) {
  answer.textContent = 'Working it out ...';
  try {
    answer.textContent = await tasksOf(store.state, store.engine)[i].answer();
  } catch (error) {
    answer.textContent = error.message;
  }
}
