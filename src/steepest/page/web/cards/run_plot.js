// What the plots of one number of a run by the round share: the line of all rounds, faint, and on it the rounds that
// were taken.
import { activeRun } from '../state/select.js';
import { set, svg } from '../draw/canvas.js';
import { Plot } from './plot.js';

/** A plot by the round; who extends it has drawRun, which lays out the axes and draws the lines. */
export class RunPlot {
  constructor(parent, name, width = 2) {
    this.plot = new Plot(parent, name, () => this.draw());
    this.ahead = this.lineOf({ 'stroke-width': 1.4, opacity: 0.45 });
    this.done = this.lineOf({ 'stroke-width': width });
  }

  lineOf(look) {
    return svg('path', { fill: 'none', ...look }, this.plot.middle);
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    this.draw();
  }

  draw() {
    if (!this.state || !this.plot.width) return;
    this.plot.dress();
    this.drawRun(activeRun(this.state));
  }

  /** Have a line go through the points, pixels of the area, that are known. */
  through(line, points, stroke) {
    const there = points.filter(isKnown);
    const d = there.length ? `M${there.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join('L')}` : '';
    set(line, { d, stroke });
  }

  picture() {
    return this.plot.picture();
  }

  destroy() {
    this.plot.destroy();
  }
}

/** Whether a point has a height. */
export const isKnown = ([, y]) => Number.isFinite(y);
