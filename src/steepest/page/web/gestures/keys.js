// The keys of the page, all of them, once: where each is heard, what it does, in words and by the name of the act
// that does it. What hears them (keyboard.js), the help of the page, aria-keyshortcuts and the tests read this.

/**
 * Keys are named as in aria-keyshortcuts: as browsers name them, after Shift+ or Alt+; Space and Plus by their names.
 * @typedef {Record<string, [act: string, ...numbers: number[]]>} Asked
 * @typedef {{where: string, entries: [does: string, keys: Asked][]}} Place
 */

/** @type {Record<string, Place>} */
export const KEYS = {
  page: {
    where: 'Anywhere',
    entries: [
      ['take a step', { Space: ['step'] }],
      ['a step on, a step back', ways('walk', 1, 'ArrowRight', 'ArrowLeft')],
      ['25 steps on, 25 back', ways('walk', 25, 'PageDown', 'PageUp')],
      ['the start, the last step', { Home: ['restart'], End: ['end'] }],
      ['run, pause', { Enter: ['play'] }],
      ['new random start', { r: ['newStart'] }],
      ['slow motion on, off', { s: ['slow'] }],
      ['keep this run and try another', { k: ['keep'] }],
    ],
  },
  surface: {
    where: 'On the loss surface',
    entries: [
      ['turn it', arrows('turn', 0.1, 0.08)],
      ['zoom', { Plus: ['zoom', 1.15], '=': ['zoom', 1.15], '-': ['zoom', 1 / 1.15] }],
      ['look from the first side again', { 0: ['reset'] }],
    ],
  },
  start: {
    where: 'On the start of the descent',
    entries: [
      ['move it', arrows('move', 1, 1)],
      ['move it ten times as far', arrows('move', 10, 10, 'Shift+')],
    ],
  },
  points: {
    where: 'On the points of data and fit',
    entries: [
      ['choose one', ways('choose', 1, 'ArrowRight ArrowUp', 'ArrowLeft ArrowDown')],
      ['the last, the first', ways('choose', Infinity, 'End', 'Home')],
      ['move it', { ...arrows('move', 1, 1, 'Shift+'), ...arrows('move', 1, 1, 'Alt+') }],
      ['add one', { a: ['add'] }],
      ['remove it', { Delete: ['remove'], Backspace: ['remove'] }],
    ],
  },
  chart: {
    where: 'On the loss against the step',
    entries: [
      ['a step on, a step back', ways('walk', 1, 'ArrowRight ArrowUp', 'ArrowLeft ArrowDown')],
      ['ten on, ten back', ways('walk', 10, 'ArrowRight ArrowUp', 'ArrowLeft ArrowDown', 'Shift+')],
      ['a tenth of the run on, a tenth back', ways('part', 1, 'PageUp', 'PageDown')],
      ['the last step, the start', ways('walk', Infinity, 'End', 'Home')],
    ],
  },
  network: {
    where: 'On the network',
    entries: [
      ['go from param to param', { ...ways('along', 1, 'ArrowDown', 'ArrowUp'),
        ...ways('layer', 1, 'ArrowRight', 'ArrowLeft') }],
      ['put one on an axis of the surface', { Enter: ['choose', 0], Space: ['choose', 0] }],
      ['put it on the other axis', { 'Shift+Enter': ['choose', 1], 'Shift+Space': ['choose', 1] }],
    ],
  },
  table: {
    where: 'On the table of rows',
    entries: [
      ['the row below, the row above', ways('walk', 1, 'ArrowDown', 'ArrowUp')],
      ['the last, the first', ways('walk', Infinity, 'End', 'Home')],
    ],
  },
  menu: { where: 'In a menu', entries: [['close it', { Escape: ['close'] }]] },
  lesson: {
    where: 'In the lesson',
    entries: [
      ['the next build, the build before', ways('go', 1, 'Space ArrowRight ArrowDown PageDown Enter',
        'ArrowLeft ArrowUp PageUp Backspace')],
      ['the last, the first', ways('go', Infinity, 'End', 'Home')],
      ['the whole screen, a blank one', { p: ['present'], b: ['blank'] }],
      ['one picture alone', { 1: ['alone', 0], 2: ['alone', 1], 3: ['alone', 2], 4: ['alone', 3] }],
      ['all pictures again', { 0: ['alone', -1] }],
      ['a pen on the map; its strokes once more; wiped off', { d: ['pen'], r: ['replay'], x: ['wipe'] }],
      ['the notes, in a window of their own; the tasks', { n: ['notes'], t: ['tasks'] }],
    ],
  },
};

/**
 * Keys that go so far on with an act, and keys that go as far back, while another is held.
 * @returns {Asked}
 */
function ways(act, far, on, back, held = '') {
  const each = (keys, by) => keys.split(' ').map((key) => [held + key, [act, by]]);
  return Object.fromEntries([...each(on, far), ...each(back, -far)]);
}

/**
 * The four arrows, each to an act with how far right and how far up, while another is held.
 * @returns {Asked}
 */
function arrows(act, right, up, held = '') {
  const by = { ArrowLeft: [-right, 0], ArrowRight: [right, 0], ArrowUp: [0, up], ArrowDown: [0, -up] };
  return Object.fromEntries(Object.entries(by).map(([key, far]) => [held + key, [act, ...far]]));
}

/** Returns what each key of a place asks for: the name of an act, and its numbers. */
export function actsOf(place) {
  return Object.assign({}, ...KEYS[place].entries.map(([, keys]) => keys));
}

/** Returns the keys of a place as aria-keyshortcuts has them. */
export function shortcutsOf(place) {
  return Object.keys(actsOf(place)).join(' ');
}

const SIGNS = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Plus: '+', '-': '−' };

/** Returns keys as they are written on a keyboard, the four arrows as one word. */
function named(keys) {
  const text = Object.keys(keys).map((key) => key.replace(/[^+]+$/, (last) => SIGNS[last] ?? last)).join(' ');
  return text.replace(/(\S*\+)?[←→↑↓](?: \1?[←→↑↓]){3}/g, '$1arrows');
}

/** Returns the help for a place: for each entry its keys, and what they do. */
export function helpOf(place) {
  return KEYS[place].entries.map(([does, keys]) => [named(keys), does]);
}

/** Returns the keys of a place as a sentence. */
export function keysInWords(place) {
  return `Keys: ${helpOf(place).map(([keys, does]) => `${keys}: ${does}`).join('; ')}.`;
}
