// A class without a server: a file of the links that students copied, or lines of them, is dropped here; each run is
// walked again, all lie over one true surface, and mistakes are counted. No name is read, and nothing leaves the page.
import { button } from '../controls/fields.js';
import { applyTheme } from '../controls/theme.js';
import { element, part } from '../draw/canvas.js';
import { Stage } from '../lesson/stage.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';
import { linksIn } from './links.js';
import { answeredIn, ENDS, studentsOf } from './students.js';
import { colourOf, drawClass, surfaceFor } from './ways_over.js';

const SAY = SENTENCES.classroom;

/** Milliseconds of runs between two words on how far it has come. */
const PAUSE = 100;

/** Rows that are listed one by one, as Python's MOST_ROWS. */
const MOST_ROWS = 12;

/**
 * Shows the class below `parent`; `tasks` are those of the lesson, `back` leads to the page. Returns `{destroy, take}`.
 * @param {Element} parent
 * @param {Store} store
 */
export function mountClass(parent, store, { tasks, back }) {
  const root = part(parent, 'st-lecture st-class');
  applyTheme(root, store.state);
  const head = part(root, 'st-le-head', 'header');
  element('h1', { class: 'st-le-part', text: 'A class' }, head);
  button(head, 'Explore', back);
  const place = part(root, 'st-class-map');
  const stage = new Stage(place);
  const side = part(root, 'st-class-side');
  const told = makeAsking(side, (text) => take(text));
  const shown = part(side, 'st-class-told');
  let drawn = () => {};
  const take = (text) => lay(store, tasks, { text, told, shown, stage }).then((draw) => { drawn = draw ?? drawn; });
  const sizes = new ResizeObserver(() => drawn());
  sizes.observe(place);
  return {
    take,
    destroy() {
      sizes.disconnect();
      root.remove();
    },
  };
}

/** Adds where links are dropped and pasted; returns where is said how far it has come. */
function makeAsking(side, take) {
  element('p', { text: SAY.how }, side);
  const area = element('textarea', { attributes: { 'aria-label': SAY.lines, rows: 3 } }, side);
  const row = part(side, 'st-le-answer');
  button(row, SAY.lay, () => take(area.value), { style: 'st-le-next' });
  const attributes = { type: 'file', 'aria-label': SAY.table, accept: '.csv,.tsv,.txt' };
  const file = element('input', { attributes });
  file.hidden = true;
  file.addEventListener('change', async () => file.files[0] && take(await file.files[0].text()));
  button(row, SAY.open, () => file.click());
  row.append(file);
  return element('p', { attributes: { role: 'status' } }, side);
}

/**
 * Runs the links in a text and shows what the class did; returns what draws it anew, null where nothing is shown.
 * @param {Store} store
 */
async function lay(store, tasks, { text, told, shown, stage }) {
  shown.replaceChildren();
  const rows = linksIn(text);
  if (!rows.some(({ link }) => link)) return say(told, SAY.none);
  if (store.engine.kind === 'record') return say(told, SAY.rows);
  try {
    const students = await studentsOf(store, rows, progress(told, rows.length));
    const runs = students.filter(({ run }) => run);
    tellClass(shown, stage, students, tasks);
    say(told, filled(SAY.told, [runs.length, rows.length]));
    if (!runs.length) return null;
    const surface = await surfaceFor(store, runs);
    const draw = () => drawClass(stage, surface, runs);
    draw();
    stage.canvas.setAttribute('aria-label', filled(SAY.map, [runs.length, endsOf(runs).join('; ')]));
    return draw;
  } catch (error) {
    return say(told, error.message);
  }
}

function say(told, words) {
  told.textContent = words;
  return null;
}

/** Returns what says how many runs there are, and leaves the page time to show it. */
function progress(told, count) {
  let last = performance.now();
  return (done) => {
    if (performance.now() - last < PAUSE) return null;
    last = performance.now();
    told.textContent = `${done} of ${count} runs …`;
    return new Promise((resolve) => { setTimeout(resolve); });
  };
}

function endsOf(runs) {
  return Object.keys(ENDS)
    .map((end) => [end, runs.filter((one) => one.end === end).length])
    .filter(([, count]) => count)
    .map(([end, count]) => `${count} ${ENDS[end]}`);
}

function tellClass(shown, stage, students, tasks) {
  stage.begin();
  const runs = students.filter(({ run }) => run);
  const list = section(shown, 'Runs');
  for (const end of Object.keys(ENDS)) {
    const count = runs.filter((one) => one.end === end).length;
    if (!count) continue;
    const line = element('li', {}, list);
    const dot = element('i', { class: 'st-class-dot' }, line);
    dot.style.background = colourOf(stage, end);
    line.append(`${count} ${ENDS[end]}`);
  }
  tellAnswers(shown, students, tasks);
  const faults = new Set(students.map(({ fault }) => fault).filter(Boolean));
  if (!faults.size) return;
  const lines = section(shown, 'Left out');
  faults.forEach((why) => {
    const some = students.filter(({ fault }) => fault === why);
    element('li', { text: `${rowsOf(some)}: ${why}` }, lines);
  });
}

/** Returns which rows these students are, the first of many one by one: Python's `_left_out`. */
function rowsOf(students) {
  const more = students.length - MOST_ROWS;
  const listed = students.slice(0, MOST_ROWS).map(({ row }) => row).join(', ');
  return `${students.length === 1 ? 'row' : 'rows'} ${listed}${more > 0 ? ` and ${more} more` : ''}`;
}

function tellAnswers(shown, students, tasks) {
  const found = answeredIn(students, tasks);
  if (!found.length) return;
  const list = section(shown, 'Answers');
  for (const [task, counts] of found) {
    const line = element('li', { text: `${task.question} ` }, list);
    element('b', { text: counts.map(([said, count]) => `${count} ${said}`).join(', ') }, line);
  }
}

function section(parent, name) {
  element('h2', { text: name }, parent);
  return element('ul', {}, parent);
}
