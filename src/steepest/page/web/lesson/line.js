// The line of the lesson: its rows in standard units and in the reader's own, its walks, and the numbers
// that the sentences tell of them.
import { Bowl, momentsOf, shareLeft } from './bowl.js';
import { FAR, raceOf } from './race.js';

/** The rates of the lesson: the loss in standard units curves by 2, so 1 is the bound. */
const RATES = { small: 0.01, rate: 0.15, large: 0.95, limit: 1, over: 1.02 };

/** Rounds of the first walk, and of each rate that is tried. */
const [ROUNDS, TRIES] = [30, 20];

/** Below this a bowl has much the same shape in every unit, and is called no ravine. */
const ROUND = 5;

/** Returns all that the builds draw and tell of a line through the lesson's rows, which walks at `rate` first. */
export function lineOf({ X, Y, start, rate = RATES.rate, ...named }) {
  const rates = { ...RATES, rate };
  const { mean, deviation } = momentsOf(X);
  const bowl = new Bowl(X.map((value) => (value - mean) / deviation), Y);
  const raw = new Bowl(X, Y);
  const from = Array.from(start);
  /** @param {number[]} params */
  const inOwn = ([w, b]) => [w / deviation, b - (w * mean) / deviation];
  const walks = Object.fromEntries(['small', 'rate', 'large', 'over'].map((name) => (
    [name, bowl.walk(from, rates[name], TRIES)]
  )));
  return {
    ...named,
    bowl,
    raw,
    start: from,
    ownStart: inOwn(from),
    rates,
    path: bowl.walk(from, rate, ROUNDS),
    walks,
    plain: raw.walk(inOwn(from), 1 / raw.curvatures[0], FAR),
    race: raceOf(raw, inOwn(from), bowl, from),
    mean,
    deviation,
    isThin: raw.isThin(inOwn(from)),
    isRavine: raw.curvatures[0] / raw.curvatures[1] >= ROUND,
    worst: worstOf(bowl, from),
  };
}

/**
 * Returns the row that the line misses most.
 * @param {Bowl} bowl
 * @param {number[]} params
 */
function worstOf({ x, y }, [w, b]) {
  const miss = Array.from(y, (value, i) => Math.abs(value - w * x[i] - b));
  return miss.indexOf(Math.max(...miss));
}

/** Returns the part of each row in the gradient of the weight, (rows,): -2 error x. */
export function partsOf({ bowl: { x, y }, start: [w, b] }) {
  return Array.from(x, (value, i) => -2 * (y[i] - w * value - b) * value);
}

/** Returns the numbers of the line by their names in the sentences, as `numbers` writes them. */
export function lineNumbers(line, { short, percent, bracketed, divisor, beside, ui }) {
  const { bowl, raw, start, path, walks, worst, race } = line;
  const [gw, gb] = bowl.gradient(...start);
  const at = (points, of = bowl) => short(of.loss(...points.at(-1)));
  const left = (points, of = bowl) => percent(shareLeft(points.at(-1), points[0], of.best));
  const predicted = start[0] * bowl.x[worst] + start[1];
  const way = (slope) => (slope < 0 ? ui.up : ui.down);
  return {
    n: short(bowl.y.length, 9), w0: short(start[0]), b0: short(start[1]), loss0: short(bowl.loss(...start)),
    row_y: short(bowl.y[worst]), row_f: bracketed(predicted), row_e: short(bowl.y[worst] - predicted),
    gw: short(gw), gb: short(gb), gw_in: bracketed(gw), gb_in: bracketed(gb),
    gw_size: short(Math.abs(gw)), gb_size: short(Math.abs(gb)), w_way: way(gw), b_way: way(gb),
    w1: short(path[1][0]), b1: short(path[1][1]), loss1: at(path.slice(0, 2)), loss2: at(path.slice(0, 3)),
    rounds: short(ROUNDS), loss_end: at(path), lowest: short(bowl.lowest), tries: short(TRIES), far: short(FAR),
    small_left: left(walks.small), good_left: left(walks.rate), large_left: left(walks.large),
    small_loss: at(walks.small), good_loss: at(walks.rate), large_loss: at(walks.large), over_loss: at(walks.over),
    condition: short(raw.curvatures[0] / raw.curvatures[1], 3), ravine_left: left(line.plain, raw),
    plain_loss: at(race.plain, race.of), momentum_loss: at(race.momentum, race.of), beta: short(race.beta, 3),
    stretch: short(race.condition, 3),
    mean: beside(line.mean, line.deviation), deviation: divisor(line.deviation),
    ...Object.fromEntries(Object.entries(line.rates).map(([name, value]) => [name, short(value)])),
  };
}

/** Returns the spread of the rows and of the line that starts, so that no error is cut, for a window: [low, high]. */
export function heightsOf({ bowl: { x, y }, start: [w, b] }) {
  const ends = [Math.min(...x), Math.max(...x)].map((value) => w * value + b);
  const [low, high] = [Math.min(...y, ...ends), Math.max(...y, ...ends)];
  const room = (high - low || 1) * 0.08;
  return [low - room, high + room];
}

/** Returns where the rows lie from left to right: [low, high], with a little room. */
export function widthsOf(x) {
  const [low, high] = [Math.min(...x), Math.max(...x)];
  const room = (high - low) * 0.06;
  return [low - room, high + room];
}
