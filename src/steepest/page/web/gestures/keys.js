// The keys of the page, all of them, once: where each is heard, what it does, in words and by the name of the act
// that does it. What hears them (keyboard.js), the help of the page, aria-keyshortcuts and the tests read this.

/**
 * Keys are named as in aria-keyshortcuts: as browsers name them, after Shift+ or Alt+; Space and Plus by their names.
 * @typedef {{does: string, keys: Record<string, [act: string, ...numbers: number[]]>}} Entry
 * @typedef {{where: string, entries: Entry[]}} Place
 */

/** @type {Record<string, Place>} */
export const KEYS = {
  page: {
    where: 'Anywhere',
    entries: [
      { does: 'take a step', keys: { Space: ['step'] } },
      { does: 'a step on, a step back', keys: { ArrowRight: ['walk', 1], ArrowLeft: ['walk', -1] } },
      { does: '25 steps on, 25 back', keys: { PageDown: ['walk', 25], PageUp: ['walk', -25] } },
      { does: 'the start, the last step', keys: { Home: ['restart'], End: ['end'] } },
      { does: 'run, pause', keys: { Enter: ['play'] } },
      { does: 'new random start', keys: { r: ['newStart'] } },
      { does: 'slow motion on, off', keys: { s: ['slow'] } },
      { does: 'keep this run and try another', keys: { k: ['keep'] } },
    ],
  },
  surface: {
    where: 'On the loss surface',
    entries: [
      { does: 'turn it', keys: { ArrowLeft: ['turn', -0.1, 0], ArrowRight: ['turn', 0.1, 0],
        ArrowUp: ['turn', 0, 0.08], ArrowDown: ['turn', 0, -0.08] } },
      { does: 'zoom', keys: { 'Plus': ['zoom', 1.15], '=': ['zoom', 1.15], '-': ['zoom', 1 / 1.15] } },
      { does: 'look from the first side again', keys: { 0: ['reset'] } },
    ],
  },
  start: {
    where: 'On the start of the descent',
    entries: [
      { does: 'move it', keys: arrows('', 'move', 1) },
      { does: 'move it ten times as far', keys: arrows('Shift+', 'move', 10) },
    ],
  },
  points: {
    where: 'On the rows of the picture of data and fit',
    entries: [
      { does: 'choose a row', keys: { ArrowLeft: ['choose', -1], ArrowDown: ['choose', -1],
        ArrowRight: ['choose', 1], ArrowUp: ['choose', 1], Home: ['choose', -Infinity], End: ['choose', Infinity] } },
      { does: 'move it', keys: { ...arrows('Shift+', 'move', 1), ...arrows('Alt+', 'move', 1) } },
      { does: 'add a row', keys: { a: ['add'] } },
      { does: 'remove it', keys: { Delete: ['remove'], Backspace: ['remove'] } },
    ],
  },
  chart: {
    where: 'On the loss against the step',
    entries: [
      { does: 'a step on, a step back', keys: { ArrowRight: ['walk', 1], ArrowUp: ['walk', 1],
        ArrowLeft: ['walk', -1], ArrowDown: ['walk', -1] } },
      { does: 'ten steps on, ten back', keys: { 'Shift+ArrowRight': ['walk', 10], 'Shift+ArrowUp': ['walk', 10],
        'Shift+ArrowLeft': ['walk', -10], 'Shift+ArrowDown': ['walk', -10] } },
      { does: 'a tenth of the run on, a tenth back', keys: { PageUp: ['part', 1], PageDown: ['part', -1] } },
      { does: 'the start, the last step', keys: { Home: ['walk', -Infinity], End: ['walk', Infinity] } },
    ],
  },
  network: {
    where: 'On the network',
    entries: [
      { does: 'go from param to param', keys: { ArrowUp: ['along', -1], ArrowDown: ['along', 1],
        ArrowLeft: ['layer', -1], ArrowRight: ['layer', 1] } },
      { does: 'put one on an axis of the surface', keys: { Enter: ['choose', 0], Space: ['choose', 0] } },
      { does: 'put it on the other axis', keys: { 'Shift+Enter': ['choose', 1], 'Shift+Space': ['choose', 1] } },
    ],
  },
  table: {
    where: 'On the table of rows',
    entries: [
      { does: 'the row above, the row below', keys: { ArrowUp: ['walk', -1], ArrowDown: ['walk', 1] } },
      { does: 'the first, the last', keys: { Home: ['walk', -Infinity], End: ['walk', Infinity] } },
    ],
  },
  menu: { where: 'In a menu', entries: [{ does: 'close it', keys: { Escape: ['close'] } }] },
  lesson: {
    where: 'In the lesson',
    entries: [
      { does: 'the next build', keys: { Space: ['go', 1], ArrowRight: ['go', 1], ArrowDown: ['go', 1],
        PageDown: ['go', 1], Enter: ['go', 1] } },
      { does: 'the build before', keys: { ArrowLeft: ['go', -1], ArrowUp: ['go', -1], PageUp: ['go', -1],
        Backspace: ['go', -1] } },
      { does: 'the first, the last', keys: { Home: ['go', -Infinity], End: ['go', Infinity] } },
    ],
  },
};

/**
 * The four arrows, each to an act with how far right and how far up.
 * @returns {Entry['keys']}
 */
function arrows(held, act, far) {
  const ways = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] };
  return Object.fromEntries(Object.entries(ways).map(([key, way]) => [held + key, [act, ...way]]));
}

/** Returns what each key of a place asks for: the name of an act, and its numbers. */
export function actsOf(place) {
  return Object.assign({}, ...KEYS[place].entries.map(({ keys }) => keys));
}

/** Returns the keys of a place as aria-keyshortcuts has them. */
export function shortcutsOf(place) {
  return Object.keys(actsOf(place)).join(' ');
}

const SIGNS = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Space: 'space', Plus: '+', '-': '−',
  PageDown: 'Page Down', PageUp: 'Page Up' };

/** Returns keys as they are written on a keyboard, the four arrows as one word. */
function named(keys) {
  const text = Object.keys(keys).map((key) => key.replace(/[^+]+$/, (last) => SIGNS[last] ?? last)).join(' ');
  return text.replace(/(\S*\+)?[←→↑↓](?: \1?[←→↑↓]){3}/g, '$1arrows');
}

/** Returns the help for a place: for each entry its keys, and what they do. */
export function helpOf(place) {
  return KEYS[place].entries.map(({ does, keys }) => [named(keys), does]);
}

/** Returns the keys of a place as a sentence. */
export function keysInWords(place) {
  return `Keys: ${helpOf(place).map(([keys, does]) => `${keys}: ${does}`).join('; ')}.`;
}
