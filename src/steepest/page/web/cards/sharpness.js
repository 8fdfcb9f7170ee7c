// The card of the sharpness against the step: the largest curvature that Python found along its run,
// and, dashed, the one at which the learning rate is its limit.
import { activeRun } from '../state/select.js';
import { set, svg } from '../draw/canvas.js';
import { linearAxis } from './axes.js';
import { Plot } from './plot.js';

/** The highest of what is drawn by which the axis ends. */
const ROOM = 1.1;

/** Make the card in an element. */
export function makeSharpness(parent) {
  const card = new Sharpness(parent);
  return {
    show: (state) => card.show(state),
    picture: () => card.plot.picture(),
    destroy: () => card.plot.destroy(),
  };
}

class Sharpness {
  constructor(parent) {
    this.plot = new Plot(parent, 'sharpness', () => this.draw());
    const { middle, front } = this.plot;
    this.limit = svg('path', { fill: 'none', 'stroke-dasharray': '5 3', 'stroke-width': 1.2 }, middle);
    this.ahead = svg('path', { fill: 'none', 'stroke-width': 1.4, opacity: 0.45 }, middle);
    this.done = svg('path', { fill: 'none', 'stroke-width': 2.5 }, front);
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    this.draw();
  }

  draw() {
    if (!this.state || !this.plot.width) return;
    const { scene: { sharpness } } = this.state;
    const run = activeRun(this.state);
    const { steps, largest, limits } = sharpness;
    const known = [...largest, ...limits].filter(Number.isFinite);
    this.plot.dress();
    const x = linearAxis(0, Math.max(1, run.index.at(-1)), 'round');
    const y = linearAxis(Math.min(0, ...known), ROOM * Math.max(...known), 'largest curvature');
    this.plot.frame({ x, y, note: sharpness.said, tall: true });
    const { theme } = this.plot;
    const now = run.index[this.state.at];
    set(this.limit, { d: this.pathOf(steps, limits), stroke: theme.muted });
    set(this.ahead, { d: this.pathOf(steps, largest), stroke: theme.runs[run.colour] });
    const past = steps.filter((step) => step <= now);
    set(this.done, { d: this.pathOf(past, largest), stroke: theme.runs[run.colour] });
  }

  pathOf(steps, heights) {
    const points = Array.from(steps, (step, i) => [this.plot.x(step), this.plot.y(heights[i])]);
    const there = points.filter(([, y]) => Number.isFinite(y));
    return there.length ? `M${there.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join('L')}` : '';
  }
}
