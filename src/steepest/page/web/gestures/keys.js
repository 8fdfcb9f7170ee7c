// The keys of the page, all of them, once: where each is heard, what it does, in words and by the name of the act
// that does it, in keys.json. What hears them (keyboard.js), the help of the page, aria-keyshortcuts and the tests
// read this.
import TABLE from './keys.json' with { type: 'json' };

/**
 * Keys are named as in aria-keyshortcuts: as browsers name them, after Shift+ or Alt+; Space and Plus by their names.
 * @typedef {Record<string, [act: string, ...numbers: number[]]>} Asked
 * @typedef {{where: string, entries: [does: string, keys: Asked][]}} Place
 */

/** @type {Record<string, Place>} A key to the end goes a thousand million on, which every act takes for the last. */
export const KEYS = /** @type {any} */ (TABLE);

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
