// The page: mount(element, store) puts it below any element, behind any of the three doors: the
// saved file, the live page, the notebook.
import { makeChart } from './cards/chart.js';
import { makeFit } from './cards/fit.js';
import { makeMap } from './cards/map.js';
import { makeNetwork } from './cards/network.js';
import { Paced } from './cards/paced.js';
import { makeRelief } from './cards/relief.js';
import { makeSteepness } from './cards/steepness.js';
import { makeSharpness } from './cards/sharpness.js';
import { makeTable } from './cards/table.js';
import { makeChecked } from './controls/checked.js';
import { makeExercises } from './controls/exercises.js';
import { makeEquation } from './controls/equation.js';
import { box, button, choice, panel } from './controls/fields.js';
import { makeFrame } from './controls/frame.js';
import { makeKeeping } from './controls/keeping.js';
import { listenToKeys } from './controls/keys.js';
import { makeKnobs } from './controls/knobs.js';
import { Later } from './controls/later.js';
import { makeLayout } from './controls/layout.js';
import { makeLossNumber } from './controls/loss_number.js';
import { makeNotes } from './controls/notes.js';
import { Player } from './controls/player.js';
import { makePresets } from './controls/presets.js';
import { makeRuns } from './controls/runs.js';
import { makeSettings } from './controls/settings.js';
import { makeStepsTable } from './controls/steps_table.js';
import { applyTheme, followSystem, THEMES } from './controls/theme.js';
import { makeTransport } from './controls/transport.js';
import { element, part } from './draw/canvas.js';
import { helpOf, KEYS } from './gestures/keys.js';
import { straight } from './numerals.js';
import { activeRun, isNew, trueLoss } from './state/select.js';
import { ON_SCREEN, captionOf, described } from './words/captions.js';
import { spoken } from './words/spoken.js';
import SENTENCES from './sentences/en.json' with { type: 'json' };
import { filled } from './sentences/filled.js';

const SAY = SENTENCES.app;

/**
 * Each card's name, title and maker; how many milliseconds stand between two of its pictures at least
 * while a run goes on; and for which scenes it is, if not for all. Widths and signs of a hundred lines
 * are not read sixty times a second, and drawing them cost a quarter of a frame.
 * @type {[string, string, CardMaker, number, ((scene: Scene) => boolean)?][]}
 */
const CARDS = [
  ['network', 'Network', makeNetwork, 80, ({ network }) => Boolean(network)],
  ['fit', 'Data and fit', makeFit, 0],
  ['relief', 'Loss surface', makeRelief, 0],
  ['map', SAY.same, makeMap, 0],
  ['chart', SAY.loss, makeChart, 0],
  ['sharpness', SAY.sharpness, makeSharpness, 40],
  ['steepness', SAY.gradient, makeSteepness, 40],
];

/** Whether a run has rows, of which pictures, a table and tasks can be made. */
const hasRows = ({ shown }) => shown > 0;

const hasSurface = ({ surface }) => surface.nx > 0;

/** What it takes for some of the cards. */
const NEEDS = {
  fit: hasRows, relief: hasSurface, map: hasSurface, sharpness: ({ sharpness }) => Boolean(sharpness),
  steepness: ({ surface }) => !surface.nx,
};

/**
 * Puts the page below `parent`; returns `{destroy, pictures}`: what is drawn, for paper. `keys` is who hears the
 * keyboard, `followTheme` tells the store what is dark, and returns how to end that; `sources` make more controls, of
 * what only some pages can do; a `helper` works beside the page; `lesson` and `classroom` lead there, if there are any.
 * @param {Element} parent
 * @param {Store} store
 * @param {MountOptions} [options]
 */
export function mount(parent, store, options = {}) {
  const { keys, helper, followTheme = followSystem, sources = [], lesson, classroom, fits = false } = options;
  const root = part(parent, 'st-app');
  const shown = build(root, store, { sources, helper, lesson, classroom, fits });
  const pictures = shown.filter((one) => one.isPicture);
  const words = new Later(shown.filter((one) => !one.isPicture), store);
  // What says the round says the one that is drawn, however fast a run is shown.
  const rounds = shown.filter((one) => one.saysRound);
  const show = (state, changed) => {
    if (changed?.has('dark')) changed.add('theme');
    if (isNew(changed, 'theme')) applyTheme(root, state);
    pictures.forEach((one) => one.show(state, changed));
    if (state.playing && changed) rounds.forEach((one) => one.show(state, changed));
    words.ask(changed);
    shown.forEach((one) => one.settle?.());
    mirror(root, state);
  };
  const ends = [
    followTheme(store),
    store.subscribe(show),
    listenToKeys(keys ?? root, root, store),
    () => words.cancel(),
    () => shown.forEach((one) => one.destroy?.()),
    () => root.remove(),
  ];
  const player = new Player(store);
  show(store.state, null);
  return {
    pictures: () => onPaper(root, shown.find(({ cards }) => cards).cards),
    destroy() {
      player.destroy();
      ends.forEach((end) => end());
    },
  };
}

/** How high a picture is on paper, in pixels. */
const PAPER = '280px';

/** Returns the cards in sight as they are printed: their pictures are drawn anew for the size that they have there. */
function onPaper(root, cards) {
  root.classList.add('st-paper');
  const visible = cards.filter(({ figure }) => figure?.checkVisibility());
  const styles = visible.map(({ figure }) => figure.querySelector('.st-draw').style);
  const highs = styles.map((style) => style.getPropertyValue('--st-high'));
  const size = (all) => styles.forEach((style, i) => style.setProperty('--st-high', all[i]));
  size(visible.map(() => PAPER));
  const all = visible.flatMap(printed);
  root.classList.remove('st-paper');
  size(highs);
  window.dispatchEvent(new Event('resize'));
  return all;
}

/** Returns what is printed of a card: its title, a copy of its picture, and what its marks mean. */
function printed({ title, caption, picture }) {
  const drawn = picture();
  const told = ON_SCREEN.reduce((text, said) => text.replace(said, ''), caption.textContent);
  return drawn ? [{ title, picture: drawn, caption: told }] : [];
}

/** @param {Store} store */
function build(root, store, { sources, helper, lesson: toLesson, classroom, fits }) {
  const head = part(root, 'st-head', 'header');
  const title = makeTitle(head);
  const lesson = makeNotes(root, store);
  const transport = makeTransport(root, store);
  const frame = makeFrame(root, store);
  const live = element('p', { class: 'st-unseen', attributes: { 'aria-live': 'polite' } }, root);
  const body = part(root, 'st-body');
  const cards = makeCards(body, store, helper);
  const aside = part(body, 'st-aside', 'aside');
  const below = part(body, 'st-below');
  const parts = [
    ...sources.map((make) => make(aside, store, root)),
    makeSettings(aside, store),
    makeKnobs(aside, store),
    makeRuns(aside, store),
    makeChecked(aside, store),
    ...(hasRows(store.state.scene) ? [makeRows(below, store)] : []),
    makeMore(below, store),
  ];
  // A saved page of more features, of classes or a network has no equation in its code.
  const equations = hasRows(store.state.scene) && makeEquation ? [makeEquation(cards.figureOf('fit'), store)] : [];
  equations.forEach(({ held }) => cards.figureOf('fit').prepend(held));
  const number = makeLossNumber(cards.figureOf('chart'));
  cards.figureOf('chart').prepend(number.held);
  // Of what a saved page can never show it has no code: of presets a network, whose rate has no limit.
  const presets = hasRows(store.state.scene) && makePresets ? [makePresets(transport.bar, store)] : [];
  const layout = makeLayout(root, head, store, { fits, cards: cards.cards });
  const tools = makeTools(head, store, { cards, root, toLesson, classroom });
  makeFoot(root);
  const words = [title, lesson, transport, frame, makeLive(live)];
  const fitted = [...equations, number, ...presets].map((one) => ({ ...one, isPicture: true }));
  return [...words, cards, layout, { show: cards.tell }, ...fitted, ...parts, tools, makeHider(root)];
}

function makeTitle(head) {
  element('span', { class: 'st-brand', text: 'steepest' }, head);
  const title = element('h1', {}, head);
  return {
    show({ scene, rows }) {
      const changed = rows ? filled(SAY.changed, [scene.rows]) : '';
      title.textContent = straight(`${scene.title}${changed}`);
    },
  };
}

/** @param {Store} store */
function makeCards(body, store, helper) {
  const grid = part(body, 'st-cards');
  const on = callbacks(store);
  const there = CARDS.filter(([name]) => NEEDS[name]?.(store.state.scene) ?? true);
  const cards = there.map(([name, title, make, pause, fits]) => {
    const card = () => makeCard(grid, name, title, (place) => new Paced(make(place, on, helper), pause));
    return fits ? makeWhereFits(card, { name, title, fits, grid }) : card();
  });
  store.prepare = (surface) => Promise.all(cards.map((card) => card.prepare?.(surface)));
  return {
    cards,
    figureOf: (name) => cards.find((card) => card.name === name).figure,
    isPicture: true,
    show: (state, changed) => cards.forEach((card) => card.show(state, changed)),
    tell: (state, changed) => cards.forEach((card) => card.tell(state, changed)),
    destroy: () => cards.forEach((card) => card.destroy()),
  };
}

function makeCard(grid, name, title, make) {
  const figure = element('figure', { class: 'st-card', attributes: { 'data-card': name } }, grid);
  element('h2', { text: title }, figure);
  const card = make(part(figure, 'st-draw'));
  const caption = element('figcaption', {}, figure);
  const text = part(figure, 'st-unseen', 'p');
  return {
    name,
    title,
    caption,
    figure,
    picture: () => card.picture(),
    prepare: (surface) => card.prepare?.(surface),
    destroy: () => card.destroy(),
    show: (state, changed) => card.show(state, changed),
    tell(state, changed) {
      if (!isNew(changed, 'scene', 'surface', 'runs', 'at', 'axes')) return;
      caption.textContent = straight(card.caption?.(state) ?? captionOf(name, state));
      // Where the numbers of the picture are, for those who do not see it.
      const where = name === 'fit' ? 'rows' : 'the rounds';
      text.textContent = straight(filled(SAY.numbers, [described(name, state), where]));
    },
  };
}

/** A card that is there only for scenes that it fits, before all others. */
function makeWhereFits(make, { name, title, fits, grid }) {
  let card = null;
  const drop = () => {
    card?.destroy();
    card?.figure.remove();
    card = null;
  };
  return {
    name,
    title,
    get caption() {
      return card?.caption ?? '';
    },
    get figure() {
      return card?.figure ?? null;
    },
    picture: () => card?.picture() ?? null,
    destroy: drop,
    show(state, changed) {
      const isFirst = !card && fits(state.scene);
      if (isFirst) {
        card = make();
        grid.prepend(card.figure);
      } else if (card && !fits(state.scene)) drop();
      card?.show(state, isFirst ? null : changed);
    },
    tell: (state, changed) => card?.tell(state, changed),
  };
}

/** @param {Store} store */
function callbacks(store) {
  const able = (act) => (...values) => store.engine.kind === 'record' ? null : act(...values);
  return {
    ...starting(able, store),
    look: (x, y) => store.lookAt(x ?? null, y),
    turn: (camera) => store.set({ camera }),
    row: (i) => store.lightRow(i),
    tellRow: (number) => store.tellRow(number),
    movePoint: able((i, x, y) => store.drag(() => store.movePoint(i, x, y))),
    addPoint: able((x, y) => store.addPoint(x, y)),
    removePoint: able((i) => store.removePoint(i)),
    pointEnd: able(() => {
      store.set({ dragging: false });
      store.lookAround();
    }),
    seek: (at) => store.seek(at),
    run: (i) => store.chooseRun(i),
    plane: able((x, y) => store.setPlane(x, y)),
    line: able((params) => store.drag(() => store.standAt(params))),
    lineEnd: able(() => store.endDrag()),
  };
}

/**
 * A press on the surface is a new start, or, if one is asked for, a guess.
 * @param {Store} store
 */
function starting(able, store) {
  let guessed = false;
  const guess = (point) => {
    guessed = true;
    store.endGuess(point);
  };
  return {
    start: (x, y) => {
      if (store.state.guessing) guess([x, y]);
      else if (!guessed) able((...point) => store.drag(() => store.startAt(...point)))(x, y);
    },
    startEnd: () => {
      guessed = false;
      store.endDrag();
    },
  };
}

/** @param {Store} store */
function makeRows(below, store) {
  const held = panel(below, 'table', 'Rows', SAY.actual);
  return { ...makeTable(element('div', {}, held), callbacks(store)), follows: true };
}

/**
 * Beside the rows: the tasks, and the steps as a table.
 * @param {Store} store
 */
function makeMore(below, store) {
  const held = part(below, 'st-more');
  const tasks = hasRows(store.state.scene) ? [makeExercises(held, store)] : [];
  const parts = [...tasks, makeStepsTable(held, store)];
  return { show: (state, changed) => parts.forEach((one) => one.show(state, changed)) };
}

/** The words of each step for those who do not see it; a film is told when it stops. */
function makeLive(live) {
  return {
    show(state, changed) {
      if (!isNew(changed, 'at', 'runs', 'phase', 'playing')) return;
      if (!state.playing) live.textContent = straight(spoken(state));
    },
  };
}

/** @param {Store} store */
function makeTools(head, store, { cards, root, toLesson, classroom }) {
  const tools = part(head, 'st-tools');
  if (toLesson) button(box(tools, 'lesson', 'st-inline'), 'Lesson', toLesson);
  const held = box(tools, 'theme', 'st-inline');
  const theme = choice(held, 'theme', (value) => store.set({ theme: value }));
  theme.offer(THEMES.map((name) => ({ value: name, text: name })));
  const keeping = makeKeeping(tools, store, { cards: cards.cards, root, classroom });
  return { ...keeping, show: (state) => { theme.select.value = state.theme; } };
}

function makeFoot(root) {
  const foot = part(root, 'st-foot', 'footer');
  const help = element('details', {}, foot);
  element('summary', { text: 'Keys' }, help);
  for (const [place, { where }] of Object.entries(KEYS)) {
    if (place === 'lesson') continue;
    element('h3', { text: where }, help);
    const list = element('dl', {}, help);
    for (const [keys, does] of helpOf(place)) {
      element('dt', { text: keys }, list);
      element('dd', { text: does }, list);
    }
  }
}

/** Hides the controls and the pictures that a link names. */
function makeHider(root) {
  return {
    show(state, changed) {
      if (!isNew(changed, 'hidden')) return;
      for (const one of root.querySelectorAll('[data-control], [data-card]')) {
        one.classList.toggle('st-hidden', state.hidden.includes(one.dataset.control ?? one.dataset.card));
      }
      // What holds controls goes with the last of them: no empty box stays.
      for (const one of root.querySelectorAll('.st-settings, .st-settings > .st-row')) {
        const held = one.querySelector(':is([data-control], .st-note):not(.st-hidden, [hidden])');
        one.classList.toggle('st-hidden', !held);
      }
    },
  };
}

/**
 * What is shown, in attributes, for tests and style sheets.
 * @param {State} state
 */
function mirror(root, state) {
  const run = activeRun(state);
  root.dataset.at = String(run.index[state.at]);
  root.dataset.loss = String(trueLoss(run, state.at));
  root.dataset.phase = String(state.phase);
  root.dataset.busy = String(state.busy);
  root.dataset.points = String(state.surface.nx);
}
