// The rows as marks in a plot: lit under the pointer and by the keyboard; where the reader may
// change the data, moved by dragging or with keys, added and taken away.
import { capture, listen, renew, svg } from '../draw/canvas.js';
import { disc } from './shapes.js';

const NEAR = { mouse: 12, pen: 16, touch: 24 };
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const WALK = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const SHARE = 1 / 80;
const RING = {
  d: disc(9), fill: 'none', 'stroke-width': 2, display: 'none', 'pointer-events': 'none',
};

/** Marks of rows. `on` tells what is done to them: row, move, end, add, remove, choose. */
export class Points {
  constructor(plot, on) {
    this.plot = plot;
    this.on = on;
    this.nodes = [];
    this.x = [];
    this.y = [];
    this.editable = false;
    this.adding = false;
    this.current = 0;
    this.held = -1;
    this.lit = -1;
    this.frame = 0;
    this.lane = null;
    this.pointed = -1;
    this.chosen = false;
    this.group = svg('g', { class: 'st-points' }, plot.middle);
    this.ring = svg('path', { ...RING, 'stroke-dasharray': '3 2' }, plot.middle);
    this.glow = svg('path', RING, plot.middle);
    this.listen();
  }

  listen() {
    const { svg: target } = this.plot;
    listen(target, {
      pointermove: (event) => this.over(event),
      pointerleave: () => this.point(-1),
      pointerdown: (event) => this.down(event),
      mousedown: (event) => this.keepFocus(event),
      pointerup: () => this.release(),
      pointercancel: () => this.release(),
      dblclick: (event) => this.double(event),
    });
    target.addEventListener('touchstart', (event) => this.touch(event), { passive: false });
    listen(this.group, {
      keydown: (event) => this.key(event),
      keyup: (event) => event.key in MOVES && this.release(),
      focusin: (event) => this.focused(event),
      focusout: () => this.blurred(),
    });
  }

  /** Draw the rows at `x`, `y` in pixels of the area; `path(i)` and `colour(i)` are their looks. */
  draw({ x, y, path, colour, name, editable }) {
    Object.assign(this, { x, y, editable });
    this.count(x.length);
    const edge = this.plot.theme.card;
    this.nodes.forEach((node, i) => {
      const look = { d: path(i), fill: colour(i), stroke: edge, 'aria-label': name(i) };
      renew(node, { ...look, tabindex: i === this.current ? 0 : -1 });
    });
    this.place(x, y);
  }

  /** Have as many marks as rows; the focus stays in the plot, on the new one if one was added. */
  count(rows) {
    const before = this.nodes.length;
    if (before === rows) return;
    /** @type {any} */
    const tree = this.group.getRootNode();
    const inside = this.nodes.includes(tree.activeElement);
    while (this.nodes.length > rows) this.nodes.pop().remove();
    while (this.nodes.length < rows) this.nodes.push(this.mark());
    const wished = this.adds && rows > before ? rows - 1 : this.current;
    this.current = Math.max(0, Math.min(wished, rows - 1));
    Object.assign(this, { adds: false, pointed: -1 });
    if (inside) this.nodes[this.current]?.focus({ preventScroll: true });
  }

  mark() {
    const look = { 'stroke-width': 0.6, 'fill-opacity': 0.8, tabindex: -1, class: 'st-point' };
    const node = svg('path', { ...look, role: 'img', 'aria-roledescription': 'point' }, this.group);
    node.style.outline = 'none';
    return node;
  }

  /** Put the rows at these places. */
  place(x, y) {
    Object.assign(this, { x, y });
    for (let i = 0; i < this.nodes.length; i += 1) {
      renew(this.nodes[i], { transform: `translate(${drawable(x[i])} ${drawable(y[i])})` });
    }
    this.light(this.lit);
  }

  /** Return the row nearest to a place in the area, -1 where none is near. */
  nearest(px, py, reach) {
    let [found, least] = [-1, reach * reach];
    for (let i = 0; i < this.x.length; i += 1) {
      const away = (this.x[i] - px) ** 2 + (this.y[i] - py) ** 2;
      if (away <= least) [found, least] = [i, away];
    }
    return found;
  }

  near(event) {
    const reach = NEAR[event.pointerType] ?? NEAR.mouse;
    return this.nearest(...this.plot.pointer(event), reach);
  }

  point(i) {
    if (i === this.pointed) return;
    this.pointed = i;
    this.on.row(i);
  }

  over(event) {
    if (!this.plot.box) return;
    if (this.held >= 0) {
      this.queue(this.plot.pointer(event));
      return;
    }
    const i = this.near(event);
    this.point(i);
    this.plot.svg.style.cursor = this.cursor(i);
  }

  cursor(i) {
    if (!this.editable) return i < 0 ? '' : 'pointer';
    if (i >= 0) return 'grab';
    return this.adding ? 'crosshair' : '';
  }

  /** A finger on a point drags it; elsewhere it scrolls the page. */
  touch(event) {
    if (!this.editable || event.touches.length !== 1) return;
    const [px, py] = this.plot.pointer(event.touches[0]);
    if (this.nearest(px, py, NEAR.touch) >= 0) event.preventDefault();
  }

  down(event) {
    if (event.button > 0 || !this.plot.box) return;
    const i = this.near(event);
    if (i < 0) {
      if (this.adding) this.addAt(this.plot.pointer(event));
      return;
    }
    this.choose(i);
    this.point(i);
    if (!this.editable) return;
    if (event.shiftKey || event.altKey) this.on.remove(i);
    else this.hold(event, i);
  }

  /** A press beside a point takes it too: it must not take the focus away again. */
  keepFocus(event) {
    if (this.plot.box && this.near(event) >= 0) event.preventDefault();
  }

  hold(event, i) {
    Object.assign(this, { held: i, moved: false });
    this.plot.svg.style.cursor = 'grabbing';
    capture(this.plot.svg, event);
  }

  /** Move the held point, once a frame. */
  queue(place) {
    this.wanted = place;
    if (!this.frame) this.frame = requestAnimationFrame(() => this.flush());
  }

  flush() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (!this.wanted || this.held < 0) return;
    const [px, py] = this.wanted;
    this.wanted = null;
    this.move(px, py);
  }

  /** Move the held point to a place, at most to the edge of the area. */
  move(px, py) {
    const { width, height } = this.plot.inner;
    this.moved = true;
    const inside = [Math.max(0, Math.min(width, px)), Math.max(0, Math.min(height, py))];
    this.on.move(this.held, ...inside);
  }

  release() {
    if (this.held < 0) return;
    this.flush();
    const row = this.held;
    this.held = -1;
    this.plot.svg.style.cursor = '';
    if (this.moved) this.on.end(row);
    this.moved = false;
  }

  double(event) {
    if (this.editable && !this.adding && this.near(event) < 0) this.addAt(this.plot.pointer(event));
  }

  addAt([px, py]) {
    const { width, height } = this.plot.inner;
    if (px >= 0 && py >= 0 && px <= width && py <= height) this.add(px, py);
  }

  /** Add a row at a place of the area; it becomes the one that keys go on from. */
  add(px, py) {
    this.adds = true;
    this.on.add(px, py);
  }

  choose(i) {
    if (this.nodes[this.current]) renew(this.nodes[this.current], { tabindex: -1 });
    this.current = i;
    renew(this.nodes[i], { tabindex: 0 });
    this.nodes[i].focus({ preventScroll: true });
  }

  key(event) {
    const used = this.walk(event) || (this.editable && this.change(event));
    if (!used) return;
    event.preventDefault();
    event.stopPropagation();
  }

  walk({ key, shiftKey, altKey, ctrlKey, metaKey }) {
    if (shiftKey || altKey || ctrlKey || metaKey) return false;
    const order = Array.from(this.x, (_, i) => i).sort((a, b) => this.x[a] - this.x[b] || a - b);
    const last = order.length - 1;
    const at = order.indexOf(this.current);
    const to = key === 'Home' ? 0 : key === 'End' ? last : at + (WALK[key] ?? NaN);
    if (!Number.isFinite(to)) return false;
    this.choose(order[Math.max(0, Math.min(last, to))]);
    return true;
  }

  change({ key, shiftKey, altKey, ctrlKey, metaKey }) {
    if (ctrlKey || metaKey) return false;
    if (key in MOVES && (shiftKey || altKey)) this.nudge(MOVES[key]);
    else if (key === 'Delete' || key === 'Backspace') this.on.remove(this.current);
    else if (key === 'a') this.add(this.plot.inner.width / 2, this.plot.inner.height / 2);
    else return false;
    return true;
  }

  nudge([right, down]) {
    const { width, height } = this.plot.inner;
    this.held = this.current;
    const px = this.x[this.held] + right * SHARE * width;
    const py = this.y[this.held] + down * (this.lane ?? SHARE * height);
    this.move(px, py);
  }

  focused(event) {
    this.current = this.nodes.indexOf(event.target);
    this.seen = event.target.matches(':focus-visible');
    this.chosen = true;
    this.on.choose(this.current);
    this.point(this.current);
  }

  blurred() {
    this.release();
    this.seen = false;
    this.light(this.lit);
    this.point(-1);
  }

  /** Put a ring around the row that is lit, -1 for none, and one around that with the focus. */
  light(i) {
    this.lit = i;
    this.ringAt(this.glow, i);
    this.ringAt(this.ring, this.seen && this.current !== i ? this.current : -1);
  }

  ringAt(ring, i) {
    if (!(i >= 0 && i < this.x.length)) {
      renew(ring, { display: 'none' });
      return;
    }
    const transform = `translate(${drawable(this.x[i])} ${drawable(this.y[i])})`;
    renew(ring, { transform, stroke: this.plot.theme.ink, display: 'inline' });
  }

  /** Stop what is under way. */
  destroy() {
    cancelAnimationFrame(this.frame);
    this.held = -1;
  }
}

const FAR = 9999;

/** Return a coordinate that SVG takes; what is too far, or no number, lies outside any area. */
export function drawable(value) {
  return Number.isFinite(value) ? Math.max(-FAR, Math.min(FAR, value)).toFixed(1) : -FAR;
}
