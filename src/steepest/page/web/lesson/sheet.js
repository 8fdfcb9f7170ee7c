// What the page is on paper: a hand-out of four pictures and four steps, the tasks with room to write, and the
// answers on a page of their own. The twin of Python's lesson/handout.py.
import { element, part, plainName } from '../draw/canvas.js';
import { filled } from '../sentences/filled.js';
import { classesAfter } from './class_scenes.js';
import { lineOf } from './own.js';
import { dataAlone, SCENES } from './scenes.js';
import { Stage } from './stage.js';
import { lessonOf } from './words.js';

/** The build of each step and its picture, by place among those of the build. */
const STEPS = [['line', 0], ['sum', 1], ['loss', 0], ['walk', 1]];

/** The same where the rows are the reader's own in classes: their pictures, and the terms of one row. */
const CLASS_STEPS = [['class_rows', 0], ['class_row', 1], ['loss', 0], ['class_walk', 0]];

/** The step whose new weight and bias tasks ask for: it is said without numbers. */
const ASKED = 3;

/** Pixels of a picture for each of the screen's, as a printer needs them. */
const SHARP = 3;

/** Seconds after which every picture stands still. */
const STILL = 99;

/**
 * Adds the sheet below `parent`; `tasks` are asked on it, and those that have a `why` are answered. A `run` that the
 * lesson does not tell stands in place of its pictures: {title, pictures, steps}. Returns how to `answer` tasks later,
 * and to `remove` it.
 * @param {Element} parent
 * @param {any} record
 * @param {string} language
 * @param {{ tasks: any[], run: any }} what
 */
export function makeSheet(parent, record, language, { tasks, run }) {
  const lesson = lessonOf(record);
  const spoken = lesson.languages.includes(language) ? language : lesson.languages[0];
  const words = { ...lesson.in(spoken), guesses: {}, strokes: () => [] };
  const attributes = { lang: spoken, 'data-theme': 'projector' };
  const sheet = element('div', { class: 'st-lecture st-sheet', attributes }, parent);
  const first = part(sheet, 'st-sheet-page', 'section');
  if (run) addRun(first, words, run);
  else {
    const classes = record.isClass && record.classes.own ? record.classes : null;
    // Classes start at random, whatever the line of the lesson starts at.
    addSteps(first, words, classes, classes ? record.words[spoken].steps : words.sentences.steps);
  }
  if (tasks.length) addTasks(part(sheet, 'st-sheet-page', 'section'), words, tasks, record.builds);
  const answer = (answered) => addAnswers(part(sheet, 'st-sheet-page', 'section'), words, answered);
  const answered = tasks.filter(({ why }) => why);
  if (answered.length) answer(answered);
  return { answer, remove: () => sheet.remove() };
}

/** Adds a title, what is said below it, and room for a name. */
function addHead(page, title, said, ui) {
  element('h1', { text: title }, page);
  element('p', { text: `${said}      ${ui.name}: ${'_'.repeat(30)}` }, page);
}

/** Adds the run that was explored: its pictures, and its four steps with their numbers. */
function addRun(page, { sentences, ui }, { title, pictures, steps }) {
  addHead(page, title, sentences.title, ui);
  const grid = part(page, 'st-sheet-steps');
  for (const { title: name, picture, caption } of pictures) {
    const figure = element('figure', {}, grid);
    element('b', { text: name }, figure);
    const held = part(figure, 'st-sheet-own');
    held.append(picture);
    element('figcaption', { text: caption }, figure);
  }
  for (const { number, heading, brief } of steps) {
    const line = element('p', {}, page);
    element('b', { text: `${ui.step.replace('{step}', String(number))} ` }, line);
    line.append([heading, ...brief].join('   '));
  }
}

/** Of the reader's own `classes` the pictures are of these rows, else of a line. */
function addSteps(page, words, classes, said) {
  const { sentences, ui } = words;
  const steps = classes ? CLASS_STEPS : STEPS;
  addHead(page, sentences.title, titleOf(words, classes), ui);
  const grid = part(page, 'st-sheet-steps');
  steps.forEach(([key, which], i) => {
    const figure = element('figure', {}, grid);
    const step = element('figcaption', {}, figure);
    element('b', { text: `${ui.step.replace('{step}', String(i + 1))} ` }, step);
    step.append(said[i]);
    const stage = new Stage(part(figure, 'st-sheet-picture'));
    Object.assign(stage, { alone: which, sharp: SHARP });
    stage.begin();
    // The new weight and bias are asked for, so the knobs, which tell them, are left out.
    if (i + 1 === ASKED) drawAsked(stage, words, classes);
    else SCENES[key](stage, STILL, words);
    stage.canvas.setAttribute('aria-label', said[i]);
    const say = i + 1 === ASKED && classes ? ui.class_after : words.say(key);
    element('figcaption', { text: i + 1 === ASKED ? say : `${say} ${words.sum(key)}` }, figure);
  });
}

/** Says whose rows the pictures have. */
function titleOf(words, classes) {
  if (!classes) return words.say('title');
  const { builds, sources } = words.sentences;
  const source = sources[classes.source] ?? plainName(classes.source);
  return filled(builds.title.say, { source, n: words.short(classes.Y.length, 9) });
}

/** Draws the rows and the model after one round. */
function drawAsked(stage, words, classes) {
  if (classes) classesAfter(stage, words, 1);
  else dataAlone(stage, words, words.line.path[1]);
}

function addTasks(page, { ui }, tasks, builds) {
  element('h2', { text: ui.tasks }, page);
  // Where they are answered, as the author's last slide shows it.
  const { lines = [] } = builds.find(({ key }) => key === 'questions') ?? {};
  part(page, 'st-sheet-link').append(...lines.map(lineOf));
  const list = element('ol', {}, page);
  for (const { question, choices } of tasks) {
    const item = element('li', { text: question }, list);
    if (choices.length) element('p', { text: choices.map((choice) => `☐ ${choice}`).join('    ') }, item);
    for (let line = choices.length ? 1 : 0; line < 2; line += 1) part(item, 'st-sheet-line');
  }
}

function addAnswers(page, { ui }, tasks) {
  element('h2', { text: ui.answers }, page);
  const list = element('ol', {}, page);
  for (const { choices, answer, why } of tasks) {
    element('li', { text: [choices[answer], why].filter(Boolean).join('. ') }, list);
  }
}
