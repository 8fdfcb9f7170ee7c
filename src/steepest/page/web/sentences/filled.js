/**
 * Returns a sentence with its places filled, `{0}` or `{name}`; a place that nothing fills stays, so that it is seen.
 * @param {string} sentence
 * @param {any} values
 */
export function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/**
 * Returns the names of the places of a sentence.
 * @param {string} sentence
 */
export function placesIn(sentence) {
  return Array.from(sentence.matchAll(/\{(\w+)\}/g), ([, name]) => name);
}
