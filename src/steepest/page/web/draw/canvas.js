// Elements to draw into: a stack of canvases that follows the size of its parent, and short ways to
// make HTML and SVG elements. Everything lives below the parent given; nothing global is touched.
import { straight } from '../numerals.js';

const SVG = 'http://www.w3.org/2000/svg';

/** A picture to keep has so many pixels for each CSS pixel, or more. */
const KEPT = 2;

/**
 * Make an HTML element; `text` is set as text, never as markup.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {{class?: string, text?: string | number, attributes?: Attributes}} [what]
 * @param {Element | null} [parent]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, { class: name, text, attributes = {} } = {}, parent = null) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = straight(String(text));
  return placed(made, attributes, parent);
}

/** Letters of a name of a column at most. */
const LONGEST = 22;

/** Returns a name of a column as it can stand in a sentence: no longer than that, and in one direction. */
export function plainName(name) {
  const letters = Array.from(straight(name));
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join('')}…` : letters.join('');
}

/** Set attributes of an element. */
export function set(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
}

/** Set attributes that are other than this set them last: most of them stay while one moves. */
export function renew(node, attributes) {
  node.known ??= {};
  for (const [key, value] of Object.entries(attributes)) {
    if (node.known[key] === value) continue;
    node.known[key] = value;
    node.setAttribute(key, value);
  }
}

function placed(made, attributes, parent) {
  set(made, attributes);
  if (parent) parent.append(made);
  return made;
}

/**
 * Add an element of this class.
 * @template {keyof HTMLElementTagNameMap} [T='div']
 * @param {Element} parent
 * @param {string} name
 * @param {T | 'div'} [tag]
 * @returns {any}
 */
export function part(parent, name, tag = 'div') {
  return element(tag, { class: name }, parent);
}

/**
 * What draws on a canvas: null only where it has another context.
 * @param {HTMLCanvasElement} canvas
 * @returns {any}
 */
export function penOf(canvas) {
  return canvas.getContext('2d');
}

/** Have a target's events heard, each by the function under its name. */
export function listen(target, acts) {
  for (const [name, act] of Object.entries(acts)) target.addEventListener(name, act);
}

/** Returns the height that is left for a picture in a fitted page, in pixels; 0 where it is not fitted. */
export function fittedHeight(node) {
  // Not its computed style, which would have the page laid out anew in the midst of a drag.
  return Number.parseFloat(node.closest('.st-draw')?.style.getPropertyValue('--st-high')) || 0;
}

/** Returns the height of a picture for its width, in pixels, or what a fitted page leaves for it. */
export function pictureHeight(width, node) {
  const fitted = fittedHeight(node);
  if (fitted) return fitted;
  return Math.round(Math.max(250, Math.min(620, width * (width < 420 ? 0.92 : 0.78))));
}

/**
 * Make an SVG element.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes} [attributes]
 * @param {Element | null} [parent]
 * @returns {SVGElementTagNameMap[T]}
 */
export function svg(tag, attributes = {}, parent = null) {
  return placed(document.createElementNS(SVG, tag), attributes, parent);
}

/** Call `act(width)` whenever an element has another width; returns how to `look` at once, and to end it. */
export function watchWidth(node, act) {
  let known = 0;
  const look = () => {
    const { width } = node.getBoundingClientRect();
    if (!width || Math.abs(width - known) < 0.5) return;
    known = width;
    act(width);
  };
  const observer = new ResizeObserver(look);
  observer.observe(node);
  window.addEventListener('resize', look);
  return {
    look,
    disconnect() {
      observer.disconnect();
      window.removeEventListener('resize', look);
    },
  };
}

/**
 * Keep an element as high as it ever was at this width, until `forget()`: what is below must not jump. Returns what
 * observes it.
 */
export function keepRoom(node) {
  let width = 0;
  const forget = () => ['--st-room', 'min-height'].forEach((name) => node.style.removeProperty(name));
  const observer = new ResizeObserver(([entry]) => {
    const { inlineSize, blockSize } = entry.borderBoxSize[0];
    if (inlineSize === width) {
      node.style.setProperty('--st-room', `${blockSize}px`);
      node.style.minHeight = 'var(--st-room)';
    } else forget();
    width = inlineSize;
  });
  observer.observe(node);
  return { forget, disconnect: () => observer.disconnect() };
}

/**
 * Stacked canvases, the first at the bottom, as large as their parent. A `pen` draws on one in CSS
 * pixels; `width` and `height` are 0 until the parent is laid out. A new size clears the canvases
 * and calls the function given to `onResize`. An empty one is not in sight: a browser without a GPU
 * lays each of them over those below pixel by pixel, in every frame.
 */
export class Layers {
  constructor(parent, count) {
    this.width = 0;
    this.height = 0;
    this.ratio = 1;
    this.listener = null;
    this.wrap = element('div', { class: 'st-layers' }, parent);
    Object.assign(this.wrap.style, { position: 'relative', width: '100%', height: '100%' });
    this.canvases = Array.from({ length: count }, () => this.addCanvas());
    this.contexts = this.canvases.map(penOf);
    this.measure = () => this.fit();
    this.observer = new ResizeObserver(this.measure);
    this.observer.observe(this.wrap);
    window.addEventListener('resize', this.measure); // another screen, another pixel ratio
  }

  addCanvas() {
    const canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } }, this.wrap);
    const place = { position: 'absolute', inset: '0', width: '100%', height: '100%' };
    Object.assign(canvas.style, place, { pointerEvents: 'none', visibility: 'hidden' });
    return canvas;
  }

  /** Call `listener` after every change of the size, the first of which comes with the first layout. */
  onResize(listener) {
    this.listener = listener;
  }

  fit() {
    const { width, height } = this.wrap.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    if (!width || !height) return;
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    Object.assign(this, { width, height });
    this.sharpen(ratio);
    this.listener?.();
  }

  /** Have so many pixels for each CSS pixel; clears the canvases. */
  sharpen(ratio) {
    this.ratio = ratio;
    this.canvases.forEach((_, i) => this.clear(i));
  }

  /** Empty one layer. */
  clear(index) {
    const { style } = this.canvases[index];
    if (style.visibility) return;
    this.contexts[index].clearRect(0, 0, this.width, this.height);
    style.visibility = 'hidden';
  }

  /** Returns what draws on a layer, which is empty and in sight then. */
  pen(index) {
    const [canvas, context] = [this.canvases[index], this.contexts[index]];
    const [width, height] = [this.width, this.height].map((side) => Math.round(side * this.ratio));
    if (canvas.width === width && canvas.height === height) context.clearRect(0, 0, this.width, this.height);
    else Object.assign(canvas, { width, height });
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    if (canvas.style.visibility) canvas.style.visibility = '';
    return context;
  }

  /** One canvas with all layers on `paper`, sharp enough to be kept; `draw` draws them. */
  picture(paper, draw) {
    const { ratio } = this;
    this.sharpen(Math.max(ratio, KEPT));
    draw();
    const canvas = this.joined(paper);
    this.sharpen(ratio);
    draw();
    return canvas;
  }

  joined(paper) {
    const canvas = element('canvas');
    canvas.width = Math.round(this.width * this.ratio);
    canvas.height = Math.round(this.height * this.ratio);
    const context = penOf(canvas);
    context.fillStyle = paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const layer of this.canvases) if (!layer.style.visibility) context.drawImage(layer, 0, 0);
    return canvas;
  }

  destroy() {
    this.observer.disconnect();
    window.removeEventListener('resize', this.measure);
    this.listener = null;
    this.wrap.remove();
  }
}

/**
 * Draws once on the next frame, however often it is asked: `draw` gets the Set of the parts that
 * were asked for. `flush` draws at once what is waiting.
 */
export class Frames {
  constructor(draw) {
    this.draw = draw;
    this.parts = new Set();
    this.waiting = 0;
  }

  /** Draw at once, where it is time: in the frame that is about to be shown. */
  now(...parts) {
    parts.forEach((one) => this.parts.add(one));
    this.flush();
  }

  ask(...parts) {
    parts.forEach((one) => this.parts.add(one));
    this.waiting ||= requestAnimationFrame(() => this.flush());
  }

  flush() {
    cancelAnimationFrame(this.waiting);
    this.waiting = 0;
    const parts = this.parts;
    this.parts = new Set();
    if (parts.size) this.draw(parts);
  }

  cancel() {
    cancelAnimationFrame(this.waiting);
    this.waiting = 0;
    this.parts.clear();
  }
}
