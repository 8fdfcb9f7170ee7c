// The card of the sharpness against the step: the largest curvature that Python found along its run,
// and, dashed, the one at which the learning rate is its limit.
import { linearAxis } from './axes.js';
import { RunPlot } from './run_plot.js';

/** The highest of what is drawn by which the axis ends. */
const ROOM = 1.1;

/** Make the card in an element. */
export function makeSharpness(parent) {
  return new Sharpness(parent);
}

class Sharpness extends RunPlot {
  constructor(parent) {
    super(parent, 'sharpness', 2.5);
    this.limit = this.lineOf({ 'stroke-dasharray': '5 3', 'stroke-width': 1.2 });
    this.plot.middle.prepend(this.limit);
  }

  /** @param {Run} run */
  drawRun(run) {
    const { scene: { sharpness }, at } = this.state;
    const { steps, largest, limits } = sharpness;
    const known = [...largest, ...limits].filter(Number.isFinite);
    const x = linearAxis(0, Math.max(1, run.index.at(-1)), 'round');
    const y = linearAxis(Math.min(0, ...known), ROOM * Math.max(...known), 'largest curvature');
    this.plot.frame({ x, y, note: sharpness.said, tall: true });
    const { runs, muted } = this.plot.theme;
    const places = (heights) => Array.from(steps, (step, i) => [this.plot.x(step), this.plot.y(heights[i])]);
    const points = places(largest);
    this.through(this.limit, places(limits), muted);
    this.through(this.ahead, points, runs[run.colour]);
    this.through(this.done, points.filter((_, i) => steps[i] <= run.index[at]), runs[run.colour]);
  }
}
