// The loss surface from above: colours and lines of equal loss in a frame with axes, and a bar that
// says which colour is which loss. Drawn below the paths.
import { Axes } from './axes.js';
import { RAMP } from './colours.js';
import { contourLines } from './contours.js';
import { element } from './canvas.js';
import { drawText, font, trace } from './marks.js';
import { curvedTicks, linearTicks, scale } from './ticks.js';
import { short } from '../numerals.js';

/** A canvas of one pixel a grid point, made with the first map: a worker has none. */
let sheet = null;

const BAR = { gap: 12, width: 11 };

/** Numbers at each axis, or a few more: the pointer says the rest. */
const TICKS = 3;

/** A frame so much wider than high, or higher than wide, is not cut to a square. */
const MOST_UNEVEN = 4;

/** Where things are on the map, and how it is drawn. `size`: {width, height} in pixels. */
export class Ground extends Axes {
  /**
   * @param {Surface} surface
   * @param {Theme} theme
   */
  constructor(context, field, surface, theme, size) {
    super(context, surface, theme, size);
    this.field = field;
    this.measure();
  }

  /** Frame, scales and ticks: labels get the room that they need. */
  measure() {
    const { context, field: { bounds }, size } = this;
    const title = this.titleText + 6;
    const bottom = size.height - title - this.text - 12;
    context.font = font(this.text);
    const widest = (labels) => Math.max(...labels.map((label) => context.measureText(label).width));
    this.bar = this.barTicks(bottom - 8);
    const yTicks = linearTicks(bounds.y0, bounds.y1, TICKS);
    const barLabels = this.bar.map(({ label }) => label);
    const right = size.width - title - widest(barLabels) - 8 - BAR.width - BAR.gap;
    this.frame = { left: title + widest(yTicks.labels) + 9, right, top: 8, bottom };
    if (this.surface.axes === 'walk') this.level();
    const { frame } = this;
    const across = Math.min(TICKS, Math.max(2, Math.round((right - frame.left) / (6.5 * this.text))));
    this.ticks = { x: linearTicks(bounds.x0, bounds.x1, across), y: yTicks };
    this.x = scale(bounds.x0, bounds.x1, frame.left, frame.right);
    this.y = scale(bounds.y0, bounds.y1, frame.bottom, frame.top);
  }

  /** Draw both axes to one scale, so that the steepest way down stands across the contours. */
  level() {
    const { frame, field: { bounds: { x0, x1, y0, y1 } } } = this;
    const [across, up] = [(frame.right - frame.left) / (x1 - x0), (frame.bottom - frame.top) / (y1 - y0)];
    if (Math.max(across / up, up / across) > MOST_UNEVEN) return;
    frame.right = frame.left + Math.min(across, up) * (x1 - x0);
    frame.top = frame.bottom - Math.min(across, up) * (y1 - y0);
  }

  barTicks(height) {
    const { field } = this;
    const { values, labels } = curvedTicks((share) => field.lossOfShade(share), TICKS - 1);
    const ticks = values.map((value, k) => ({ value, label: labels[k] }));
    const room = (1.75 * this.text) / height;
    const free = ticks.filter(({ value }) => value <= field.high && field.shadeOf(value) > room);
    return [{ value: field.low, label: short(field.low) }, ...free];
  }

  draw() {
    this.colours();
    this.contours();
    this.axes();
    this.scaleBar();
  }

  colours() {
    const { context, field, frame } = this;
    sheet ??= element('canvas');
    if (sheet.width !== field.nx || sheet.height !== field.ny) {
      Object.assign(sheet, { width: field.nx, height: field.ny });
    }
    sheet.getContext('2d').putImageData(new ImageData(field.colours, field.nx), 0, 0);
    context.save();
    context.imageSmoothingQuality = 'high';
    const [wide, tall] = [frame.right - frame.left, frame.bottom - frame.top];
    const from = [0.5, 0.5, field.nx - 1, field.ny - 1]; // grid points are the middles of pixels
    context.drawImage(sheet, ...from, frame.left, frame.top, wide, tall);
    context.restore();
  }

  contours() {
    const { context } = this;
    context.save();
    context.strokeStyle = '#ffffff';
    context.globalAlpha = 0.5;
    context.lineWidth = 1;
    context.lineJoin = 'round';
    context.beginPath();
    this.addLines(context, this.field.contours);
    context.stroke();
    context.restore();
  }

  /** Add the lines at a level to the path that a context is at. */
  addLevel(context, level) {
    const { field } = this;
    this.addLines(context, contourLines(field.loss, field.nx, field.ny, level));
  }

  addLines(context, lines) {
    const { field, frame } = this;
    const across = (frame.right - frame.left) / (field.nx - 1);
    const up = (frame.bottom - frame.top) / (field.ny - 1);
    for (const line of lines) {
      for (let k = 0; k < line.length; k += 2) {
        const x = frame.left + line[k] * across;
        const y = frame.bottom - line[k + 1] * up;
        if (k === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
    }
  }

  axes() {
    const { frame, surface, size, titleText } = this;
    this.outline(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
    const { x, y } = this.ticks;
    x.values.forEach((value, k) => this.tick([this.x(value), frame.bottom], [0, 1], x.labels[k]));
    y.values.forEach((value, k) => this.tick([frame.left, this.y(value)], [-1, 0], y.labels[k]));
    const [middleX, middleY] = [(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2];
    this.title(surface.xLabel, [middleX, size.height - titleText / 2 - 1], 0);
    this.title(this.upTitle, [titleText / 2 + 2, middleY], -Math.PI / 2);
  }

  outline(x, y, width, height) {
    this.context.strokeStyle = this.theme.muted;
    this.context.globalAlpha = 0.5;
    this.context.lineWidth = 1;
    this.context.strokeRect(x, y, width, height);
    this.context.globalAlpha = 1;
  }

  /**
   * @param {number[]} pixel
   * @param {number[]} out
   * @param {string} label
   */
  tick([x, y], [ox, oy], label) {
    const { context, theme, text } = this;
    this.tickMark([x, y], [ox, oy]);
    const align = ox === 0 ? 'center' : ox < 0 ? 'right' : 'left';
    const place = [x + 7 * ox, y + oy * (8 + text / 2)];
    drawText(context, label, place, { colour: theme.muted, size: text, align });
  }

  /**
   * A title of an axis, small enough and moved so far that it is whole.
   * @param {string} text
   * @param {number[]} pixel
   * @param {number} [angle]
   */
  title(text, [x, y], angle) {
    const { context, size, theme, titleText } = this;
    const room = (angle ? size.height : size.width) - 6;
    context.font = font(titleText, 600);
    const width = context.measureText(text).width;
    const fitting = Math.max(8, Math.min(titleText, (titleText * room) / width));
    const half = Math.min(room, width) / 2 + 3;
    const [low, high] = [half, (angle ? size.height : size.width) - half];
    const hold = (middle) => Math.max(low, Math.min(high, middle));
    const place = angle ? [x, hold(y)] : [hold(x), y];
    drawText(context, text, place, { colour: theme.ink, size: fitting, weight: 600, angle });
  }

  scaleBar() {
    const { context, frame, surface, size, titleText } = this;
    const left = frame.right + BAR.gap;
    const gradient = context.createLinearGradient(0, frame.bottom, 0, frame.top);
    for (let k = 0; k <= 32; k += 1) gradient.addColorStop(k / 32, rampColour(k / 32));
    context.fillStyle = gradient;
    context.fillRect(left, frame.top, BAR.width, frame.bottom - frame.top);
    this.outline(left, frame.top, BAR.width, frame.bottom - frame.top);
    for (const { value, label } of this.bar) {
      this.tick([left + BAR.width, this.barY(value)], [1, 0], label);
    }
    const middle = (frame.top + frame.bottom) / 2;
    this.title(surface.lossLabel, [size.width - titleText / 2 - 1, middle], -Math.PI / 2);
  }

  /** Where a loss is on the bar, pixels down. */
  barY(loss) {
    const { frame, field } = this;
    return frame.bottom - field.shadeOf(loss) * (frame.bottom - frame.top);
  }

  /** A small pointer at a loss on the bar. */
  barMark(context, loss, colour) {
    if (!Number.isFinite(loss) || loss > this.field.high) return;
    const x = this.frame.right + BAR.gap;
    const y = this.barY(loss);
    trace(context, [[x + 1, y], [x - 7, y - 5], [x - 7, y + 5]]);
    context.closePath();
    context.fillStyle = colour;
    context.fill();
  }
}

function rampColour(shade) {
  const k = 3 * Math.round(255 * shade);
  return `rgb(${RAMP[k]}, ${RAMP[k + 1]}, ${RAMP[k + 2]})`;
}
