// A network in words: what it is, and where its params stand.

/** Returns `network 2-8-8-1, tanh`, as Python says it. */
export function networkInWords({ sizes, activation }) {
  return `network ${sizes.join('-')}, ${activation}`;
}
