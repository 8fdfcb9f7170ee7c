// The tasks of a lesson as a page that marks itself, and tells a learning management system where there is one.
import { beginSession, findRuntime } from './runtime.js';
import { numberIn } from './typed.js';

/** Starts the page. */
export function start() {
  const { tasks, words, language } = JSON.parse(document.getElementById('tasks').textContent);
  const session = beginSession(findRuntime(window));
  const given = session.state();
  const list = document.querySelector('ol');
  const shown = tasks.map((task) => makeTask(list, task, words, language, given[task.key] ?? ''));
  const said = document.getElementById('score');
  const button = document.getElementById('send');
  button.addEventListener('click', () => {
    const answers = shown.map((one) => one.check()).filter(Boolean);
    const right = answers.filter((one) => one.right).length;
    const score = Math.round((100 * right) / tasks.length);
    said.textContent = filled(words.score, { right, count: tasks.length, score });
    session.keep(Object.fromEntries(shown.map((one) => one.state())));
    session.report(score, answers);
  });
  list.addEventListener('change', () => session.keep(Object.fromEntries(shown.map((one) => one.state()))));
  window.addEventListener('pagehide', () => session.end());
}

/** Adds a task; `check()` marks it and returns the answer, null if there is none yet. */
function makeTask(list, task, words, language, before) {
  const item = list.appendChild(document.createElement('li'));
  const choices = task.choices.length > 0;
  const field = choices ? makeChoices(item, task, before) : makeNumber(item, task, before);
  const actions = add(item, 'div', 'actions');
  const said = add(item, 'p', 'said');
  said.setAttribute('role', 'status');
  const check = () => {
    const text = field.text();
    if (text === '') return null;
    const value = choices ? Number(text) : numberIn(text, language);
    if (!Number.isFinite(value)) {
      said.textContent = filled(words.no_number, { example: language === 'de' ? '−1,5' : '−1.5' });
      return null;
    }
    const right = Math.abs(value - task.answer) <= task.tolerance;
    said.textContent = right ? `${words.right} ${task.why}` : `${words.wrong} ${saidTo(task, value)}`;
    const [low, high] = [task.answer - task.tolerance, task.answer + task.tolerance];
    return { key: task.key, given: value, choice: choices, low, high, right };
  };
  addButton(actions, words.check, check);
  if (task.hint) addButton(actions, words.hint, () => (said.textContent = task.hint));
  return { check, state: () => [task.key, field.text().slice(0, 24)] };
}

function makeNumber(item, task, before) {
  const label = add(item, 'label');
  label.textContent = task.question;
  const input = document.createElement('input');
  Object.assign(input, { type: 'text', autocomplete: 'off', value: before, id: `answer-${task.key}` });
  label.htmlFor = input.id;
  const row = add(item, 'div', 'actions');
  row.append(input);
  return { text: () => input.value.trim() };
}

function makeChoices(item, task, before) {
  // Of a legend the number in the list would stand beside the choices below it.
  const asked = add(item, 'div');
  Object.assign(asked, { textContent: task.question, id: `asked-${task.key}` });
  const group = add(item, 'div');
  group.setAttribute('role', 'radiogroup');
  group.setAttribute('aria-labelledby', asked.id);
  const inputs = task.choices.map((choice, i) => {
    const label = add(group, 'label', 'choice');
    const input = document.createElement('input');
    Object.assign(input, { type: 'radio', name: task.key, value: String(i), checked: before === String(i) });
    label.append(input, ` ${choice}`);
    return input;
  });
  return { text: () => inputs.find((one) => one.checked)?.value ?? '' };
}

/** Returns what to say to a wrong answer: to a mistake that is known what it is, else the hint. */
function saidTo({ wrong, tolerance, hint }, value) {
  const known = wrong.find(([at]) => Math.abs(at - value) <= tolerance);
  return known ? known[1] : hint;
}

function addButton(parent, text, press) {
  const button = add(parent, 'button');
  button.type = 'button';
  button.textContent = text;
  button.addEventListener('click', press);
  parent.append(' ');
}

function add(parent, name, look = '') {
  const made = parent.appendChild(document.createElement(name));
  if (look) made.className = look;
  return made;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}
