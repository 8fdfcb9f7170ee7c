// The card of the gradient's length against the step, of a run that no surface is drawn of: beside
// its losses that is what is known of each step.
import { set, svg } from '../draw/canvas.js';
import { linearAxis, logAxis, stepAxis } from './axes.js';
import { RunPlot, isKnown } from './run_plot.js';

/** The longest of what is drawn by which the axis ends. */
const ROOM = 1.15;

/** A logarithmic axis is worth its price from here on. */
const FACTOR = 3;

const NAME = 'length of the gradient';

/** Make the card in an element. */
export function makeSteepness(parent) {
  return new Steepness(parent);
}

class Steepness extends RunPlot {
  constructor(parent) {
    super(parent, 'steepness');
    this.dot = svg('circle', { r: 6, 'stroke-width': 2 }, this.plot.front);
  }

  /** @param {Run} run */
  drawRun(run) {
    const { plot } = this;
    plot.frame({ x: stepAxis(run.index.at(-1)), y: this.axisOf(run.norm), tall: true });
    const points = Array.from(run.norm, (length, i) => [plot.x(run.index[i]), this.heightOf(length)]);
    const stroke = plot.theme.runs[run.colour];
    const past = points.slice(0, this.state.at + 1);
    this.through(this.ahead, points, stroke);
    this.through(this.done, past, stroke);
    const [cx, cy] = past.findLast(isKnown) ?? [-50, -50];
    set(this.dot, { cx, cy, fill: stroke, stroke: plot.theme.halo });
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
