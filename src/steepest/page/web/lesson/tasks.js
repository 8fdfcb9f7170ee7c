// The tasks of the lesson, over its picture: hints one after another, and a link that carries the answers.
import { button, numberIn } from '../controls/fields.js';
import { element, part } from '../draw/canvas.js';
import { attached } from '../gestures/gesture.js';
import { Keyboard } from '../gestures/keyboard.js';
import { filled } from '../sentences/filled.js';
import { withoutProduct } from './telling.js';

/**
 * Shows tasks above the lesson; returns `{destroy}`. `answers` are those so far, by key; `keep(key, value)` takes
 * one in, `handIn()` copies the link and returns it where it could not be copied; `isExam` says that nothing of
 * what is right is shown.
 */
export function showTasks(parent, { tasks, ui, language, isExam, answers, keep, handIn, close }) {
  const attributes = { role: 'dialog', 'aria-modal': 'true', 'aria-label': ui.tasks };
  const held = element('section', { class: 'st-le-tasks', attributes }, parent);
  const head = part(held, 'st-le-tasks-head');
  element('h2', { text: ui.tasks }, head);
  const end = button(head, ui.close, close);
  if (isExam) element('p', { text: ui.exam }, held);
  const list = element('ol', {}, held);
  const manner = { ui, language, isExam };
  for (const task of tasks) {
    addTask(list, task, { ...manner, before: answers[task.key], keep: (value) => keep(task.key, value) });
  }
  const said = element('p', { attributes: { role: 'status' } });
  button(held, ui.hand_in, () => tellLink(said, ui, handIn), { style: 'st-le-next' });
  held.append(said);
  end.focus();
  const detach = attached(new Keyboard(held, 'menu', { close }));
  return {
    destroy() {
      detach();
      held.remove();
    },
  };
}

async function tellLink(said, ui, handIn) {
  const link = await handIn();
  said.textContent = link ? ui.copy : ui.copied;
  if (!link) return;
  const area = element('textarea', { attributes: { readonly: '', 'aria-label': ui.copy } }, said);
  area.value = link;
  area.select();
}

function addTask(list, task, { ui, language, isExam, before, keep }) {
  const item = element('li', {}, list);
  element('p', { text: task.question }, item);
  const row = part(item, 'st-le-answer');
  const said = element('p', { attributes: { role: 'status' } });
  let value = before;
  const take = (given) => {
    value = given;
    const isKnown = Number.isFinite(given);
    said.textContent = isKnown ? '' : filled(ui.no_number, { example: language === 'de' ? '−1,5' : '−1.5' });
    if (isKnown) keep(given);
  };
  if (task.choices.length) addChoices(row, task, before, take);
  else addNumber(row, task, { ui, language, before, take });
  if (!isExam && task.hints) addHelp(row, task, { ui, said, given: () => value });
  item.append(said);
}

function addNumber(row, task, { ui, language, before, take }) {
  const name = `${task.question} ${ui.number}`;
  const input = element('input', { attributes: { type: 'text', autocomplete: 'off', 'aria-label': name } }, row);
  const text = String(before ?? '');
  input.value = language === 'de' ? text.replace('.', ',') : text;
  input.addEventListener('change', () => take(typed(input.value, language)));
}

function addChoices(row, task, before, take) {
  const attributes = { role: 'radiogroup', 'aria-label': task.question };
  const group = element('div', { class: 'st-le-answer', attributes }, row);
  task.choices.forEach((choice, i) => {
    const label = element('label', {}, group);
    const input = element('input', { attributes: { type: 'radio', name: task.key } }, label);
    input.checked = before === i;
    element('span', { text: choice }, label);
    input.addEventListener('change', () => take(i));
  });
}

/** What says whether an answer is right, and hints, the last of which is the answer. */
function addHelp(row, task, { ui, said, given }) {
  const hints = [...task.hints, task.why];
  let told = 0;
  button(row, ui.check, () => { said.textContent = judged(task, given(), ui); });
  const hint = button(row, ui.hint, () => {
    said.textContent = hints[told];
    told = Math.min(told + 1, hints.length - 1);
    hint.textContent = told === hints.length - 1 ? ui.answer : `${ui.hint} ${told + 1}`;
  });
}

/** Returns what is said to an answer: to a mistake that is known what it is. */
function judged(task, value, ui) {
  if (isRight(task, value)) return `${ui.right} ${task.why}`;
  const [, , words] = task.wrong.find(([, at]) => Math.abs(at - value) <= task.tolerance) ?? [];
  return `${ui.wrong} ${words ?? ''}`;
}

/** Whether a number, or the place of a choice, answers a task, as Python has it. */
export function isRight(task, value) {
  return Math.abs(value - task.answer) <= task.tolerance;
}

/** Returns the number in a text as a language writes it; NaN if it is none. */
export function typed(text, language) {
  const plain = withoutProduct(text).replace(/\s/g, '').replace(/[\u2212\u2013]/g, '-').replace(/%$/, '');
  if (language !== 'de') return numberIn(plain.replace(/^([^,.]*),(\d{1,2}|\d{4,})$/, '$1.$2'));
  return numberIn(plain.replace(/[.,]/g, (sign) => (sign === '.' ? ',' : '.')));
}
