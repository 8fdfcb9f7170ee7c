// The plot that the flat cards share: an SVG as wide as its card with two axes, an area that clips,
// a legend, and text that is measured before it is placed. SVG, because the marks are few, and can
// be saved and read by tests as they are.
import { element, fittedHeight, pictureHeight, set, svg, watchWidth } from '../draw/canvas.js';
import { themeOf } from '../draw/colours.js';
import { shortened, straight } from '../numerals.js';

/** Pixels for each number at the axis that goes up and at the one across. */
const [TICK, TICK_ACROSS] = [60, 75];

/** Numbers at an axis of a fitted page, or a few more: its first sight is plain. */
const FEW = 3;

/** Letters of the name of its axis across, which the pointer has whole. */
const FEW_LETTERS = 22;

/** Lines on which the name of an axis up may stand. */
const MOST_LINES = 3;

const LOWEST = 230;
const HIGHEST = 440;
const ASPECT = 0.62;

/** An SVG with axes; `x` and `y` are scales to pixels of its area, from its upper left corner. */
export class Plot {
  /** `onSize` is called when there is a new width to draw for; an `underlay` may lie below it. */
  constructor(parent, name, onSize) {
    this.wrap = element('div', { class: `st-plot st-${name}` }, parent);
    this.svg = svg('svg', { class: 'st-plot-svg', height: LOWEST }, this.wrap);
    Object.assign(this.svg.style, { display: 'block', width: '100%' });
    this.still = svg('g', {}, this.svg);
    this.area = svg('svg', { overflow: 'hidden' }, this.svg);
    this.back = svg('g', {}, this.area);
    this.middle = svg('g', {}, this.area);
    this.front = svg('g', {}, this.area);
    this.pen = document.createElement('canvas').getContext('2d');
    this.width = 0;
    this.underlay = null;
    /** The height of what stands below the plot, in pixels: a fitted page leaves room for both. */
    this.below = 0;
    this.observer = watchWidth(this.wrap, (width) => {
      this.width = width;
      onSize();
    });
  }

  /** Read colours and type anew: they follow the page's theme. */
  dress() {
    const style = getComputedStyle(this.wrap);
    this.theme = themeOf(this.wrap);
    this.size = this.theme.type;
    this.font = style.fontFamily;
    set(this.svg, { 'font-family': this.font, 'font-size': this.size });
    this.pen.font = `${this.size}px ${this.font}`;
  }

  /** Return the width of a text in pixels. */
  wide(text) {
    return this.pen.measureText(text).width;
  }

  /** Return a text cut to a width, with an ellipsis where something is missing. */
  fitted(text, width) {
    if (this.wide(text) <= width) return text;
    const letters = Array.from(text);
    while (letters.length > 1 && this.wide(`${letters.join('')}…`) > width) letters.pop();
    return `${letters.join('')}…`;
  }

  /**
   * Lay out and draw both axes. `legend` is a list of {text, path, colour}, `note` stands at the
   * upper right, `right` is room for labels beside the area, `extra` more height. `tall`: as high
   * as the pictures of the surface, which such a plot stands beside.
   */
  frame({ x, y, legend = [], note = '', right = 10, extra = 0, tall = false }) {
    this.still.replaceChildren();
    const top = this.head(y.label, legend, note);
    const usual = Math.min(HIGHEST, Math.max(LOWEST, ASPECT * this.width));
    const room = usual + extra + Math.max(0, top - 4 * this.size);
    const fitted = Math.max(0, fittedHeight(this.wrap) - this.below);
    const height = fitted || (tall ? pictureHeight(this.width, this.wrap) : Math.round(room));
    const ticks = y.ticks(fitted ? FEW : Math.max(3, Math.round(height / TICK)));
    this.most = fitted ? FEW : Infinity;
    const left = Math.ceil(Math.max(18, ...ticks.labels.map((text) => this.wide(text)))) + 10;
    const bottom = height - Math.round(3.1 * this.size);
    this.box = { left, top, right: this.width - right, bottom };
    this.inner = { width: this.box.right - left, height: bottom - top };
    this.resize(height);
    this.x = x.scale(0, this.inner.width);
    this.y = y.scale(this.inner.height, 0);
    this.drawY(ticks);
    this.drawX(x);
  }

  resize(height) {
    const { left, top } = this.box;
    const { width, height: inside } = this.inner;
    set(this.svg, { height, viewBox: `0 0 ${this.width} ${height}` });
    const [wide, high] = [Math.max(1, width), Math.max(1, inside)];
    set(this.area, { x: left, y: top, width: wide, height: high });
  }

  /** Write label, note and legend above the area; return where the area may begin. */
  head(label, legend, note) {
    const line = Math.round(1.45 * this.size);
    const { ink, muted } = this.theme;
    const names = this.wrapped(label, this.width - 4);
    names.forEach((text, i) => this.write(this.still, 2, (i + 1) * line, text, { fill: ink }));
    const [name] = names.slice(-1);
    let base = names.length * line;
    if (note) {
      const beside = this.wide(name) + this.wide(note) + 24 < this.width;
      if (!beside) base += line;
      this.write(this.still, this.width - 4, base, note, { fill: muted, 'text-anchor': 'end' });
    }
    return this.legend(legend, base, line) + Math.round(0.75 * this.size);
  }

  /** Return the lines on which a text has room, broken between its words; what is wider than all is cut. */
  wrapped(text, width) {
    if (this.wide(text) <= width) return [text];
    const lines = [''];
    for (const word of text.split(' ')) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (!lines.at(-1) || this.wide(longer) <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    const last = lines.slice(MOST_LINES - 1).join(' ');
    return [...lines.slice(0, MOST_LINES - 1), last].filter(Boolean).map((one) => this.fitted(one, width));
  }

  legend(items, base, line) {
    let [x, y] = [6, base + (items.length ? line : 0)];
    for (const { text, path, colour } of items) {
      const name = this.fitted(text, this.width - 30);
      const width = this.wide(name) + 30;
      if (x > 6 && x + width > this.width) [x, y] = [6, y + line];
      const place = `translate(${x + 4} ${y - 0.34 * this.size})`;
      svg('path', { d: path, fill: colour, transform: place }, this.still);
      this.write(this.still, x + 13, y, name, { fill: this.theme.muted });
      x += width;
    }
    return y;
  }

  drawY({ values, labels }) {
    const { left, top, right, bottom } = this.box;
    const { line, muted } = this.theme;
    values.forEach((value, i) => {
      const y = top + this.y(value);
      if (y < top - 1 || y > bottom + 1) return;
      const grid = { stroke: line, 'stroke-width': 0.7 };
      svg('line', { x1: left, x2: right, y1: y, y2: y, ...grid }, this.still);
      const at = { fill: muted, 'text-anchor': 'end' };
      this.write(this.still, left - 6, y + 0.35 * this.size, labels[i], at);
    });
    this.rule(left, left, top, bottom);
  }

  drawX(axis) {
    const { left, right, bottom } = this.box;
    this.rule(left, right, bottom, bottom);
    const { values, labels } = axis.ticks(Math.max(2, Math.min(this.most, Math.round(this.inner.width / TICK_ACROSS))));
    const ticks = values.map((value, i) => {
      const x = left + this.x(value);
      const half = this.wide(labels[i]) / 2;
      return { x, half, middle: Math.min(x, this.width - half - 1), text: labels[i] };
    }).filter(({ x }) => x > left - 1 && x < right + 1);
    const at = { fill: this.theme.muted, 'text-anchor': 'middle' };
    const every = sparse(ticks);
    ticks.forEach(({ x, middle, text }, i) => {
      this.rule(x, x, bottom, bottom + 4);
      if (i % every) return;
      this.write(this.still, middle, bottom + 4 + 1.05 * this.size, text, at);
    });
    const { label, brief = label, name = label } = axis;
    this.labelX(this.wide(label) > this.width - 4 ? brief : label, name);
  }

  labelX(label, name) {
    const { left, right, bottom } = this.box;
    const text = this.fitted(this.most === FEW ? shortened(label, FEW_LETTERS) : label, this.width - 4);
    const half = this.wide(text) / 2;
    const middle = Math.min((left + right) / 2, this.width - half - 2);
    const at = { fill: this.theme.ink, 'text-anchor': 'middle' };
    const made = this.write(this.still, Math.max(middle, half + 2), bottom + 2.75 * this.size, text, at);
    if (text !== name) svg('title', {}, made).textContent = name;
  }

  rule(x1, x2, y1, y2) {
    svg('line', { x1, x2, y1, y2, stroke: this.theme.muted, 'stroke-width': 1 }, this.still);
  }

  /**
   * Write a text; with `halo` it stays readable over lines.
   * @param {Element} parent
   * @param {number} x
   * @param {number} y
   * @param {string} text
   * @param {Attributes & {halo?: boolean}} [look]
   */
  write(parent, x, y, text, { halo = false, ...attributes } = {}) {
    const edge = { 'paint-order': 'stroke', stroke: this.theme.card, 'stroke-width': 4 };
    const all = { x, y, ...(halo ? { ...edge, 'stroke-linejoin': 'round' } : {}), ...attributes };
    const made = svg('text', all, parent);
    made.textContent = straight(text);
    return made;
  }

  /** Return the pointer's place in the area, in pixels from its upper left corner. */
  pointer(event) {
    const outer = this.svg.getBoundingClientRect();
    return [event.clientX - outer.left - this.box.left, event.clientY - outer.top - this.box.top];
  }

  /** Return a copy of the SVG that stands alone, for saving. */
  picture() {
    this.observer.look();
    /** @type {any} */
    const copy = this.svg.cloneNode(true);
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    copy.setAttribute('width', this.width);
    const paper = svg('rect', { width: '100%', height: '100%', fill: this.theme.card });
    if (this.underlay) copy.prepend(this.underlay.picture());
    copy.prepend(paper);
    return copy;
  }

  /** Leave nothing behind. */
  destroy() {
    this.observer.disconnect();
    this.wrap.remove();
  }
}

/** Return of how many ticks one is written, so that no number touches the next. */
function sparse(ticks) {
  const touch = (a, b) => a && b.middle - b.half < a.middle + a.half + 6;
  let every = 1;
  while (ticks.some((tick, i) => i % every === 0 && touch(ticks[i - every], tick))) every += 1;
  return every;
}
