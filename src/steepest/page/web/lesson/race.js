// A walk without momentum and one with it, beside each other in coordinates in which momentum matters.
import { Bowl } from './bowl.js';

/** Rounds of a walk in the reader's own units, and of both walks here. */
export const FAR = 100;

/** How much more curved across than along the loss is where it is stretched on purpose. */
const STRETCH = 100;

/** Momentum is seen to matter where it leaves less than this share of what is left without, ... */
const FASTER = 0.1;

/** ... and where this share of the loss at the start, over the lowest, is left without. */
const LEFT = 0.05;

/**
 * Returns both walks in the reader's own units where momentum is seen to matter in them, else in stretched ones.
 * @param {Bowl} raw
 * @param {number[]} ownStart
 * @param {Bowl} bowl
 * @param {number[]} start
 */
export function raceOf(raw, ownStart, bowl, start) {
  const own = { ...raceOn(raw, ownStart), isStretched: false };
  if (matters(own)) return own;
  const { of, from } = stretched(bowl, start);
  return { ...raceOn(of, from), isStretched: true };
}

/**
 * Both at 1 over the largest curvature, and at the momentum that is best at this rate: (1 - sqrt(1 / condition))^2.
 * @param {Bowl} of
 * @param {number[]} start
 */
function raceOn(of, start) {
  const [most, least] = of.curvatures;
  const beta = (1 - Math.sqrt(least / most)) ** 2;
  const [plain, momentum] = [0, beta].map((share) => of.walk(start, 1 / most, FAR, share));
  return { of, start, plain, momentum, beta, condition: most / least };
}

function matters({ of, plain, momentum }) {
  /** @param {number[]} params */
  const over = ([w, b]) => of.loss(w, b) - of.lowest;
  const left = over(plain.at(-1));
  return left > LEFT * over(plain[0]) && over(momentum.at(-1)) < FASTER * left;
}

/**
 * Returns the loss and the start with the feature scaled so that the param that is farther off is the slow one.
 * @param {Bowl} bowl
 * @param {number[]} start
 */
function stretched({ x, y, best }, [w, b]) {
  const times = Math.sqrt(STRETCH) ** (Math.abs(b - best[1]) >= Math.abs(w - best[0]) ? 1 : -1);
  return { of: new Bowl(x.map((value) => value * times), y), from: [w / times, b] };
}
