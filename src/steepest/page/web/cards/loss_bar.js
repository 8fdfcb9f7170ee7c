// The loss of the step that is shown as a bar beside its curve: as high as the axis has it, over what remains above
// the lowest loss that is known.
import { fittedHeight, set, svg } from '../draw/canvas.js';
import { drawable } from './points.js';

/** The room that the bar takes to the right of the curve, and how wide it is, in pixels. */
const [ROOM, WIDE] = [17, 11];

/** A plot so wide has room for it beside its words; in a fitted page, where it is high, any has. */
const HOLDS = 300;

export class LossBar {
  constructor(plot) {
    this.plot = plot;
    this.group = svg('g', { 'pointer-events': 'none' }, plot.svg);
    this.frame = svg('rect', { fill: 'none', width: WIDE }, this.group);
    this.bar = svg('rect', { class: 'st-loss-bar', width: WIDE }, this.group);
    this.lowest = svg('path', { fill: 'none', 'stroke-width': 2 }, this.group);
  }

  /** What it takes of the width; 0 where there is none. */
  get room() {
    return this.plot.width >= HOLDS || fittedHeight(this.plot.wrap) ? ROOM : 0;
  }

  /** Draw it from the axis below up to a height of the area; `lowest` is that of the lowest loss, or null. */
  show(height, lowest, colour) {
    const { box, inner, theme } = this.plot;
    this.group.setAttribute('display', this.room ? 'inline' : 'none');
    this.group.setAttribute('transform', `translate(${box.right + ROOM - WIDE - 2} ${box.top})`);
    const top = Number(drawable(Math.max(0, Math.min(inner.height, height))));
    set(this.frame, { height: inner.height, stroke: theme.line });
    set(this.bar, { y: top, height: inner.height - top, fill: colour, 'fill-opacity': 0.75 });
    set(this.lowest, { d: lowest === null ? '' : `M-2 ${drawable(lowest)}h${WIDE + 4}`, stroke: theme.ink });
  }
}
