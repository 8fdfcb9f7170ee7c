// A canvas below the marks of a plot, as large as it is placed: a browser scales a small one for
// nothing, where an image in the SVG would be encoded and read again at every step.
import { element, svg } from '../draw/canvas.js';

export class Underlay {
  /**
   * Of so many pixels, below the SVG of a plot, in whose pictures it is too.
   * @param {import('./plot.js').Plot} plot
   * @param {number[]} size
   */
  constructor(plot, [width, height]) {
    this.frame = element('div', { class: 'st-underlay', attributes: { 'aria-hidden': 'true' } });
    this.canvas = element('canvas', {}, this.frame);
    Object.assign(this.canvas, { width, height });
    this.context = this.canvas.getContext('2d');
    this.plot = plot;
    plot.underlay?.destroy();
    plot.underlay = this;
    plot.wrap.prepend(this.frame);
  }

  /**
   * Lie in a box { x, y, width, height } of the plot; the canvas is so much larger on each side.
   * @param {{x: number, y: number, width: number, height: number}} box
   * @param {number[]} [more]
   */
  place(box, [across, up] = [0, 0]) {
    this.box = box;
    this.within = {
      x: -across, y: -up, width: box.width + 2 * across, height: box.height + 2 * up,
    };
    Object.assign(this.frame.style, styleOf(box));
    Object.assign(this.canvas.style, styleOf(this.within));
  }

  /** Return the same as a part of an SVG. */
  picture() {
    const held = svg('svg', { ...this.box, overflow: 'hidden' });
    const href = this.canvas.toDataURL();
    svg('image', { ...this.within, href, preserveAspectRatio: 'none' }, held);
    return held;
  }

  destroy() {
    this.frame.remove();
    if (this.plot.underlay === this) this.plot.underlay = null;
  }
}

function styleOf({ x, y, width, height }) {
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
}
