// The arithmetic under a build, with numbers whose printed digits give the printed result; its twin is lesson/sums.py.
import { givenTo } from './classes.js';

/** Digits of the numbers that are tried, and those that tell a large sum whole. */
const [DIGITS, WHOLE] = [[4, 5, 6], 9];

/** Returns the numbers of the arithmetic of each build by their places. */
export function printedSums({ bowl, start, path, rates, worst }, classes, manner) {
  const { losses, Y, row } = classes;
  const { short, printed, bracketed, divisor } = manner;
  // The numbers, what is worked out of them, and its value; `texts` writes the numbers.
  const sum = (numbers, of, value, texts = numbers.map(() => short)) => {
    const worked = (digits) => short(of(...numbers.map((one) => printed(one, digits))));
    const digits = DIGITS.find((some) => worked(some) === short(value)) ?? DIGITS.at(-1);
    return [...numbers.map((one, i) => texts[i](one, digits)), worked(digits)];
  };
  const [y, f] = [bowl.y[worst], start[0] * bowl.x[worst] + start[1]];
  const [row_y, row_f, row_e] = sum([y, f], (a, b) => a - b, y - f, [short, bracketed]);
  const loss = bowl.loss(...start);
  const n = bowl.y.length;
  const isWhole = loss * n >= 1e7 && loss * n < 1e15;
  const [sq_sum, , loss0] = isWhole ? [short(loss * n, WHOLE), '', short(loss)]
    : sum([loss * n, n], (a, b) => a / b, loss);
  const step = (i) => sum(
    [start[i], rates.rate, bowl.gradient(...start)[i]], (old, rate, g) => old - rate * g, path[1][i],
    [short, short, bracketed],
  );
  const [[w0, rate, gw_in, w1], [b0, , gb_in, b1]] = [step(0), step(1)];
  const p = givenTo(classes, 0)[row];
  const [row_p, row_cost] = sum([p], (one) => -Math.log(one), -Math.log(p), [divisor]);
  const [cost_sum, , c_loss0] = sum([losses[0] * Y.length, Y.length], (a, b) => a / b, losses[0]);
  return {
    errors: { row_y, row_f, row_e }, squares: { sq_sum, loss0 }, step: { w0, rate, gw_in, w1, b0, gb_in, b1 },
    class_row: { row_p, row_cost }, class_rows: { cost_sum, c_loss0 },
  };
}
