// The card of the gradient's length against the step, of a run that no surface is drawn of: beside
// its losses that is what is known of each step.
import { activeRun } from '../state/select.js';
import { set, svg } from '../draw/canvas.js';
import { linearAxis, logAxis, stepAxis } from './axes.js';
import { Plot } from './plot.js';

/** The longest of what is drawn by which the axis ends. */
const ROOM = 1.15;

/** A logarithmic axis is worth its price from here on. */
const FACTOR = 3;

const NAME = 'length of the gradient';

/** Make the card in an element. */
export function makeSteepness(parent) {
  const card = new Steepness(parent);
  return {
    show: (state) => card.show(state),
    picture: () => card.plot.picture(),
    destroy: () => card.plot.destroy(),
  };
}

class Steepness {
  constructor(parent) {
    this.plot = new Plot(parent, 'steepness', () => this.draw());
    const { middle, front } = this.plot;
    this.ahead = svg('path', { fill: 'none', 'stroke-width': 1.4, opacity: 0.45 }, middle);
    this.done = svg('path', { fill: 'none', 'stroke-width': 2 }, middle);
    this.dot = svg('circle', { r: 6, 'stroke-width': 2 }, front);
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    this.draw();
  }

  draw() {
    if (!this.state || !this.plot.width) return;
    const run = activeRun(this.state);
    this.plot.dress();
    this.plot.frame({ x: stepAxis(run.index.at(-1)), y: this.axisOf(run.norm), tall: true });
    const points = Array.from(run.norm, (length, i) => [this.plot.x(run.index[i]), this.heightOf(length)]);
    const stroke = this.plot.theme.runs[run.colour];
    const past = points.slice(0, this.state.at + 1);
    set(this.ahead, { d: pathOf(points), stroke });
    set(this.done, { d: pathOf(past), stroke });
    const [cx, cy] = past.findLast(isKnown) ?? [-50, -50];
    set(this.dot, { cx, cy, fill: stroke, stroke: this.plot.theme.halo });
  }

  /** Returns the axis of all lengths that are known; it is `log` where that shows more. */
  axisOf(lengths) {
    const known = Array.from(lengths).filter((one) => Number.isFinite(one) && one > 0);
    const least = Math.min(...known);
    const most = Math.max(...known);
    this.log = most >= FACTOR * least;
    return this.log ? logAxis(least / ROOM, most * ROOM, `${NAME}, log axis`)
      : linearAxis(0, known.length ? ROOM * most : 1, NAME);
  }

  /** Returns how high a length is drawn; NaN of what is not known, or is 0 on a logarithmic axis. */
  heightOf(length) {
    return Number.isFinite(length) && !(this.log && length <= 0) ? this.plot.y(length) : NaN;
  }
}

const isKnown = ([, y]) => Number.isFinite(y);

/** Returns the line through the points that are known. */
function pathOf(points) {
  const there = points.filter(isKnown);
  return there.length ? `M${there.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join('L')}` : '';
}
