// What the pictures of the lesson are drawn with: one canvas, its unit, its colours, and a few marks.
import { element } from '../draw/canvas.js';
import { RAMP } from '../draw/colours.js';

const NAMES = ['ink', 'soft', 'paper', 'card', 'hair', 'wash', 'accent', 'mark', 'weight', 'bias', 'point', 'on'];

/** Colours of classes that all kinds of colour vision tell apart (Okabe & Ito 2008), on light and on dark. */
const CLASSES = [
  ['#0072b2', '#b87800', '#008a63', '#b5558b', '#2f8fc4', '#a0522d', '#666666', '#8a7b00'],
  ['#56a8e0', '#f0b429', '#2fc79a', '#e39ac4', '#8ccdf2', '#d68a5c', '#b3b3b3', '#d9c733'],
];

/** The share of their size to which letters shrink so that a name fits; one that is longer still is narrowed. */
export const SMALLER = 0.72;

/** Returns a number held between two others. */
export const clamp = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));

/** Returns the number at a share of the way from one to another. */
export const mix = (a, b, share) => a + (b - a) * share;

/** Returns a share of a time as a share of a movement, which starts and ends slowly. */
export function ease(time) {
  const t = clamp(time);
  return t < 0.5 ? 4 * t * t * t : 1 - (2 - 2 * t) ** 3 / 2;
}

/** Returns the colour of a height, 0 low to 1 high: [red, green, blue]. */
export function shade(height) {
  const at = 3 * Math.round(255 * clamp(height));
  return [RAMP[at], RAMP[at + 1], RAMP[at + 2]];
}

/** Returns round numbers between two, about `count` of them. */
export function roundNumbers(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * power).find((one) => one >= raw);
  const numbers = [];
  for (let k = Math.ceil(low / step); k * step <= high * (1 + 1e-12) && numbers.length < 30; k += 1) {
    numbers.push(k * step);
  }
  return numbers;
}

/** Returns where a text that is so wide, `before` of it left of its place, is within the width; none from outside. */
function heldWithin(width, place, before, wide) {
  return place < 0 || place > width ? place : clamp(place, before, width - wide + before);
}

/** One canvas as large as its parent; `size` is that of its letters, in pixels. */
export class Stage {
  constructor(parent) {
    this.canvas = element('canvas', { class: 'st-le-canvas', attributes: { role: 'img' } }, parent);
    this.context = this.canvas.getContext('2d');
    /** @type {any} */
    this.colours = {};
    this.width = 0;
    this.height = 0;
    this.ratio = 1;
    this.size = 0;
    this.font = '';
    /** The picture that is shown alone, by its place; -1 for all. */
    this.alone = -1;
    /** Pixels for each of the screen's; 0 for as many as that has. */
    this.sharp = 0;
  }

  /** Makes the canvas as large and sharp as it is shown, and empties it. */
  begin() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const ratio = this.sharp || window.devicePixelRatio || 1;
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== across || this.canvas.height !== down) {
      this.canvas.width = across;
      this.canvas.height = down;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, height);
    Object.assign(this, { width, height, ratio });
    const style = getComputedStyle(this.canvas);
    this.size = Number.parseFloat(style.fontSize);
    this.font = style.fontFamily;
    for (const name of NAMES) this.colours[name] = style.getPropertyValue(`--le-${name}`).trim();
    this.colours.classes = CLASSES[Number(style.colorScheme === 'dark')];
  }

  fontOf(size, weight) {
    return `${weight} ${Math.max(12, size * this.size)}px ${this.font}`;
  }

  /** Returns how wide a text is. */
  widthOf(text, { size = 1, weight = 400 } = {}) {
    this.context.font = this.fontOf(size, weight);
    return this.context.measureText(text).width;
  }

  /** Returns the room that numbers take on the left of a picture. */
  leftOf(numbers) {
    return Math.max(3.4 * this.size, ...numbers.map((text) => this.widthOf(text, { size: 0.86 }) + 0.9 * this.size));
  }

  /** Returns the lines of a text: two where it is wider than the room that it has, cut after its last comma. */
  linesOf(text, room) {
    const cut = text.lastIndexOf(', ') + 1;
    return cut && this.widthOf(text) > room ? [text.slice(0, cut), text.slice(cut + 1)] : [text];
  }

  /** Draws a text; one that is wider than the room that it has in smaller letters, and none over the edge. */
  text(text, place, y, look = {}) {
    const { size = 1, colour = this.colours.soft, align = 'center', weight = 400, halo = '', room = 0 } = look;
    const { context } = this;
    context.font = this.fontOf(size, weight);
    if (room) context.font = this.fontOf(size * clamp(room / context.measureText(text).width, SMALLER, 1), weight);
    const wide = Math.min(room || Infinity, context.measureText(text).width);
    const x = heldWithin(this.width, place, { left: 0, center: wide / 2, right: wide }[align], wide);
    context.textAlign = /** @type {CanvasTextAlign} */ (align);
    context.textBaseline = 'middle';
    if (halo) {
      context.strokeStyle = halo;
      context.lineWidth = 4;
      context.lineJoin = 'round';
      context.strokeText(text, x, y, room || undefined);
    }
    context.fillStyle = colour;
    context.fillText(text, x, y, room || undefined);
  }

  /** Draws a line through points. */
  line(points, colour, width = 2, dash = []) {
    const { context } = this;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    Object.assign(context, { strokeStyle: colour, lineWidth: width, lineCap: 'round', lineJoin: 'round' });
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  }

  /**
   * Draws a dot, with a ring where one is named.
   * @param {number[]} place
   * @param {number} radius
   * @param {string} fill
   */
  dot([x, y], radius, fill, ring = '', width = 2) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, Math.max(0, radius), 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    if (!ring) return;
    context.lineWidth = width;
    context.strokeStyle = ring;
    context.stroke();
  }

  /** Draws an arrow from one point to another, with a rim where one is named. */
  arrow(from, to, colour, width = 3, rim = '') {
    const far = Math.hypot(to[0] - from[0], to[1] - from[1]);
    if (far < 2) return;
    const [ux, uy] = [(to[0] - from[0]) / far, (to[1] - from[1]) / far];
    const head = Math.min(far * 0.6, 4.2 * width);
    const neck = [to[0] - ux * head, to[1] - uy * head];
    const draw = (ink, wide, more) => {
      this.line([from, neck], ink, wide);
      const side = head * 0.52 + more;
      const back = [neck[0] - ux * more, neck[1] - uy * more];
      this.area([
        [to[0] + ux * more, to[1] + uy * more],
        [back[0] - uy * side, back[1] + ux * side],
        [back[0] + uy * side, back[1] - ux * side],
      ], ink);
    };
    if (rim) draw(rim, width + 4, 2.5);
    draw(colour, width, 0);
  }

  /** Fills the area within points. */
  area(points, colour) {
    const { context } = this;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.closePath();
    context.fillStyle = colour;
    context.fill();
  }

  /**
   * Draws within a box with rounded corners, or a rectangle, and nothing outside.
   * @param {number[]} box
   * @param {number} radius
   * @param {() => void} draw
   */
  within([x, y, w, h], radius, draw) {
    const { context } = this;
    context.save();
    context.beginPath();
    context.roundRect(x, y, w, h, radius);
    context.clip();
    draw();
    context.restore();
  }

  /** Draws so faintly. */
  faint(share, draw) {
    const { context } = this;
    const before = context.globalAlpha;
    context.globalAlpha = before * clamp(share);
    draw();
    context.globalAlpha = before;
  }
}
