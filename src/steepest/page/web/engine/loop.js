// The one loop of a descent. The same numbers as Python's `descent/loop.py`, held to its golden
// runs by tests/web/test_golden.py. Nothing here knows of data sets, pictures or the page.
import { equal, length, plus } from './vectors.js';

/** A gradient that shrinks to this share in a step needs no better coordinates. */
export const SWIFT = 0.1;

/**
 * A descent on its way: where it stands, and what it carries from one step to the next. A step: look,
 * choose a direction, choose how far, note it, move. `objective` has value and valueAndGradient, `scale`
 * leads from the params to the coordinates of the walk and back, and `anew` makes others on the way, if
 * it is there;
 * `rate(here)` is a stride: how far, and how much of the last step once more; `batches` gives the
 * mini-batch of each step, or is null.
 */
export class Walk {
  /** @param {{anew?: any, batches?: any, [other: string]: any}} parts */
  constructor({ objective, start, rule, rate, scale, anew = null, batches = null }) {
    this.objective = objective;
    this.rule = rule;
    this.rate = rate;
    this.scale = scale;
    this.anew = anew;
    this.batches = batches;
    this.params = start;
    this.memory = rule.init(start.length);
    this.last = null;
    this.rounded = 0;
    this.isRound = false;
    this.trace = emptyTrace();
  }

  /** Takes steps until `why(trace)` says why it is over; of a walk that was over, the next ones. */
  until(why) {
    const { trace } = this;
    trace.stop = null;
    while (!trace.stop) {
      this.step();
      trace.stop = why(trace);
    }
    return trace;
  }

  step() {
    const { batches, params, trace } = this;
    const index = trace.loss.length;
    const rows = batches ? batches.next() : this.objective;
    const seen = this.look(rows, params);
    if (this.anew && index) this.round(rows, seen.gradient, index);
    let here = this.here(rows, seen, index);
    let stride = this.rate(here);
    if (stride === STILL && here.direction.some((d, i) => d !== -here.slope[i])) {
      here = this.restarted(here);
      stride = this.rate(here);
    }
    note(trace, here, seen.gradient, stride);
    if (!batches) trace.fullLoss.push(seen.loss);
    else trace.fullLoss.push(index % batches.inEpoch ? NaN : this.objective.value(params));
    const moved = moveOf(here, stride);
    this.last = { rate: stride.rate, moved, slope: here.slope, gradient: seen.gradient };
    this.params = plus(params, this.scale.params(moved));
  }

  /** Looks at params; a search has often looked already where the next step stands. */
  look(rows, params) {
    const { before } = this;
    if (before && before.rows === rows && equal(before.params, params)) return before.seen;
    const seen = rows.valueAndGradient(params);
    this.before = { rows, params, seen };
    return seen;
  }

  /** Goes on in new coordinates, if it is time for them; notes whether the bowl is round here. */
  round(rows, gradient, index) {
    const { params, last, scale } = this;
    const shrunk = length(scale.pull(gradient)) / length(last.slope);
    const when = { since: index - this.rounded, isFirst: !this.rounded };
    const fresh = this.anew({ rows, params, gradient, shrunk, ...when });
    if (fresh) this.rounded = index;
    this.isRound = this.rounded > 0 && ((fresh && rows.margins === 1) || shrunk <= SWIFT);
    if (!fresh) return;
    const moved = fresh.position(scale.params(last.moved));
    this.last = { ...last, moved, slope: fresh.pull(last.gradient) };
    this.scale = fresh;
  }

  /** Returns where the walk stands, with how the gradient turned if its rows were the same. */
  here(rows, { loss, gradient }, index) {
    const { params, scale, last, batches, isRound } = this;
    const slope = scale.pull(gradient);
    const [direction, memory] = this.rule.update(slope, this.memory);
    this.memory = memory;
    const tryMove = (move) => {
      const there = this.look(rows, plus(params, scale.params(move)));
      return { loss: there.loss, slope: scale.pull(there.gradient) };
    };
    const turned = last && !batches ? slope.map((s, i) => s - last.slope[i]) : null;
    const before = { lastRate: last?.rate, moved: last?.moved, turned };
    return { index, rows, params, scale, loss, slope, direction, tryMove, isRound, ...before };
  }

  /** Returns here with the rule begun anew, and the gradient as its first step. */
  restarted(here) {
    const { init, update } = this.rule;
    [, this.memory] = update(here.slope, init(here.slope.length));
    return { ...here, direction: here.slope.map((s) => -s) };
  }
}

/** The stride of a search that finds no rate. */
export const STILL = { rate: 0 };

/**
 * Returns the step of a stride: so far along the direction, its own if it has one, so much of the
 * last step once more.
 */
export function moveOf({ direction, moved }, { rate, momentum = 0, along = direction }) {
  if (!moved || !momentum) return along.map((d) => rate * d);
  return along.map((d, i) => rate * d + momentum * moved[i]);
}

/** @returns {Trace} */
function emptyTrace() {
  const names = ['params', 'gradient', 'loss', 'fullLoss', 'norm', 'steepness', 'rate', 'momentum'];
  return Object.fromEntries([...names.map((name) => [name, []]), ['stop', null]]);
}

function note(trace, { params, loss, slope }, gradient, { rate, momentum = 0 }) {
  trace.params.push(params);
  trace.gradient.push(gradient);
  trace.loss.push(loss);
  trace.norm.push(length(gradient));
  trace.steepness.push(length(slope));
  trace.rate.push(rate);
  trace.momentum.push(momentum);
}
