// What the axes of a surface have in both of its pictures, the box and the map: letters of a size
// that suits the picture, and marks of ticks.
import { trace, typeFor } from './marks.js';

/** The axes of a surface, drawn into a 2D context in CSS pixels. `size`: {width, height}. */
export class Axes {
  /**
   * @param {Surface} surface
   * @param {Theme} theme
   */
  constructor(context, surface, theme, size) {
    this.context = context;
    this.surface = surface;
    this.theme = theme;
    this.size = size;
    const [text, titleText] = typeFor(theme, size.width);
    this.text = text;
    this.titleText = titleText;
  }

  /** The title of the axis up: in which units both are says the other. */
  get upTitle() {
    const { xLabel, yLabel } = this.surface;
    const [word, units = ''] = yLabel.split(/(?=, in standard units$)/);
    return xLabel.endsWith(units) ? word : yLabel;
  }

  /**
   * Draw the mark of a tick at a pixel, outwards.
   * @param {number[]} pixel
   * @param {number[]} out
   */
  tickMark([x, y], [ox, oy]) {
    const { context } = this;
    context.strokeStyle = this.theme.muted;
    context.lineWidth = 1;
    trace(context, [[x, y], [x + 4 * ox, y + 4 * oy]]);
    context.stroke();
  }
}
