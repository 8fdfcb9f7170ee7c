// All that the lesson draws and tells, of a record and in a language.
import { classNumbers, classesOf } from './classes.js';
import { lineNumbers, lineOf } from './line.js';
import { networkNumbers, networkOf, walkNumbers } from './network.js';
import { plainName } from '../draw/canvas.js';
import { editedBuilds, editedNumbers, editedWords } from './edited.js';
import { filled, placesIn } from '../sentences/filled.js';
import { printedSums } from './sums.js';
import { numerals, placesFor } from './telling.js';

/** Returns the lesson of a record: its models, and `in(language)` with the sentences and their numbers. */
export function lessonOf(record) {
  const models = { classes: classesOf(named(record.classes)), network: networkOf(named(record.network)) };
  return {
    ...models,
    get builds() {
      return editedBuilds(record);
    },
    languages: Object.keys(record.words),
    in: (language) => wordsIn(record, { ...models, line: lineOf(named(editedNumbers(record))) }, language),
  };
}

/** Returns rows with names that can stand in a sentence. */
function named(rows) {
  const { x, y, xLabel, yLabel, classes } = rows;
  const plain = { x: plainName(x), y: plainName(y), xLabel: plainName(xLabel), yLabel: plainName(yLabel) };
  return { ...rows, ...plain, classes: classes?.map(plainName) ?? null };
}

function wordsIn(record, models, language) {
  const sentences = startedWords(editedWords(record, language), models.line);
  const manner = { ...numerals(language), ui: sentences.ui };
  const { line, network } = models;
  const classes = { ...models.classes, classes: namesOf(record.classes, models.classes, manner) };
  const sums = printedSums(line, classes, manner);
  const known = {
    ...sums.squares, source: sourceIn(sentences, line.source), x: line.x, y: line.y,
    ...lineNumbers(line, manner), ...classNumbers(classes, manner), ...networkNumbers(network, manner),
  };
  const notes = notesOf(record, models, sentences, manner);
  const places = placesFor(line.bowl.yy ** 0.5);
  return {
    ...models,
    classes,
    ...manner,
    sentences,
    source: known.source,
    placed: (value) => manner.placed(value, places),
    unknown: (text) => placesIn(text).filter((name) => !(name in known)),
    raw: (key) => sentence(sentences.builds[key], 'say', line),
    say: (key) => filled(sentence(sentences.builds[key], 'say', line), known),
    sum: (key) => {
      const more = key === 'surface' ? walkNumbers(network, manner) : sums[key];
      return filled(sentence(sentences.builds[key], 'sum', line), { ...known, ...more }) || notes[key] || '';
    },
  };
}

/** Returns words in which a start that was chosen is not called random. */
function startedWords(sentences, { isChosen }) {
  if (!isChosen) return sentences;
  const { steps, notes, chosen } = sentences;
  return { ...sentences, steps: [chosen.step, ...steps.slice(1)], notes: { ...notes, line: chosen.note } };
}

/** Returns a sentence of a build: that of a chosen start, of a stretched, a round or a thin bowl, where it has one. */
function sentence(build, kind, { isChosen, isRavine, isThin, race }) {
  const other = { chosen: isChosen, stretched: race.isStretched, round: !isRavine, thin: isThin };
  const fitting = Object.keys(other).find((name) => other[name] && build[`${kind}_${name}`]);
  return build[fitting ? `${kind}_${fitting}` : kind];
}

/** Returns what rows are called: a data set that comes with the page has a name in each language. */
function sourceIn(sentences, source) {
  return sentences.sources[source] ?? plainName(source);
}

/** Returns the names of the classes; of those that are parts of a number, what they go to. */
function namesOf({ bounds }, { classes }, { short, ui }) {
  if (!bounds.length) return classes;
  const [first, last] = [bounds[0], bounds.at(-1)].map((bound) => short(bound));
  const between = bounds.slice(1).map((high, i) => (
    filled(ui.part_middle, { low: short(bounds[i]), high: short(high) })
  ));
  return [filled(ui.part_first, { high: first }), ...between, filled(ui.part_last, { low: last })];
}

/** Returns what is said of where rows came from, and what was made of them, by the build that says it. */
function notesOf(record, { line, classes, network }, sentences, { short }) {
  const { ui } = sentences;
  const shippedOf = (rows) => sourceIn(sentences, rows.source);
  const own = plainName(record.target);
  const shownOf = (rows) => (rows.total > rows.Y.length
    ? [filled(ui.sampled, { shown: short(rows.Y.length, 9), rows: short(rows.total, 9) })] : []);
  const dropped = ({ dropped: count }) => (count
    ? [filled(ui[count === 1 ? 'dropped_one' : 'dropped'], { count: short(count, 9) })] : []);
  const chosen = (rows) => (rows.of > 1 ? [filled(ui.feature, { count: short(rows.of), x: rows.x })] : []);
  const made = (rows) => (rows.made
    ? [filled(ui[rows.made], { own, shipped: shippedOf(rows), y: rows.y, is: plainName(rows.isClass) })] : []);
  const about = (rows) => (rows.own ? [...shownOf(rows), ...dropped(rows), ...chosen(rows)] : []);
  const note = (rows, said = []) => (
    [...made(rows), ...about(rows).filter((one) => !said.includes(one))].join('; ')
  );
  const numbers = { ...record.numbers, x: line.x, y: line.y };
  const isSame = classes.source === line.source;
  const counted = () => filled(sentences.builds.title.say, {
    source: shippedOf(classes), n: short(record.classes.Y.length, 9),
  });
  const ofOther = isSame || !record.classes.own ? [] : [counted()];
  const learnt = {
    shipped: shippedOf(network), own: plainName(record.network.target), x: network.x, y: network.y,
  };
  return {
    title: note(numbers),
    classes: [...ofOther, note({ ...record.classes, x: classes.x }, isSame ? about(numbers) : [])]
      .filter(Boolean).join('; '),
    two: [filled(ui[network.made || 'shipped_network'], learnt), ...about(record.network)].join('; '),
  };
}
