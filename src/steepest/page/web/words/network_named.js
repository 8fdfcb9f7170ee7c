// What every page says of a network, where it has one or not.

/** Returns `network 2-8-8-1, tanh`, as Python says it. */
export function networkInWords({ sizes, activation }) {
  return `network ${sizes.join('-')}, ${activation}`;
}

/** A unit whose slope is below this is saturated: less than one hundredth of what comes back passes. */
export const SATURATED = 0.01;
