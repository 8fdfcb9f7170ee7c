// The rows as marks in a plot: lit under the pointer and by the keyboard; where the reader may
// change the data, moved by dragging or with keys, added and taken away.
import { listen, renew, svg } from '../draw/canvas.js';
import { DoubleClick } from '../gestures/double_click.js';
import { Drag } from '../gestures/drag.js';
import { attached } from '../gestures/gesture.js';
import { Grip } from '../gestures/grip.js';
import { Pointing } from '../gestures/pointing.js';
import { Keyboard } from '../gestures/keyboard.js';
import { disc } from './shapes.js';

const NEAR = { mouse: 12, pen: 16, touch: 24 };
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
    this.detach = this.attach();
  }

  /** Have pointer and keys heard; returns how to end that. */
  attach() {
    const { svg: target } = this.plot;
    listen(this.group, { focusin: (event) => this.focused(event), focusout: () => this.blurred() });
    const drag = {
      hold: (event) => this.down(event),
      move: (event) => this.held >= 0 && this.queue(this.plot.pointer(event)),
      drop: () => this.release(),
    };
    const grip = { takes: (event) => this.plot.box && this.near(event) >= 0, drags: (touch) => this.drags(touch) };
    return attached(
      new Drag(target, drag),
      new Pointing(target, { over: (event) => this.over(event), leave: () => this.point(-1) }),
      new Grip(target, grip),
      new DoubleClick(target, { double: (event) => this.double(event) }),
      new Keyboard(this.group, 'points', this.keys(), { tells: target, ends: () => this.release() }),
    );
  }

  /** What keys do; where rows are not to be changed, only to choose. */
  keys() {
    const able = (act) => (...numbers) => this.editable && act(...numbers);
    return {
      choose: (by) => this.walk(by),
      move: able((right, up) => this.nudge(right, up)),
      add: able(() => this.add(this.plot.inner.width / 2, this.plot.inner.height / 2)),
      remove: able(() => this.on.remove(this.current)),
    };
  }

  /** Draw the rows at `x`, `y` in pixels of the area; `path(i)` and `colour(i)` are their looks. */
  draw({ x, y, path, colour, name, editable }) {
    Object.assign(this, { x, y, editable });
    // Of rows of which one is dragged the others are called what they were.
    const isNamed = this.held >= 0 && this.nodes.length === x.length;
    this.count(x.length);
    const edge = this.plot.theme.card;
    this.nodes.forEach((node, i) => {
      const look = { d: path(i), fill: colour(i), stroke: edge, tabindex: i === this.current ? 0 : -1 };
      renew(node, isNamed && i !== this.held ? look : { ...look, 'aria-label': name(i) });
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
    if (!this.plot.box || this.held >= 0) return;
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
  drags(touch) {
    return this.editable && this.nearest(...this.plot.pointer(touch), NEAR.touch) >= 0;
  }

  /** Choose a point, add or remove one; returns whether one is held. */
  down(event) {
    if (!this.plot.box) return false;
    const i = this.near(event);
    if (i < 0) {
      if (this.adding) this.addAt(this.plot.pointer(event));
      return false;
    }
    this.choose(i);
    this.point(i);
    if (!this.editable) return false;
    const isRemoved = event.shiftKey || event.altKey;
    if (isRemoved) this.on.remove(i);
    else this.hold(i);
    return !isRemoved;
  }

  hold(i) {
    Object.assign(this, { held: i, moved: false });
    this.plot.svg.style.cursor = 'grabbing';
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

  /** Go to the row that is so many further to the right. */
  walk(by) {
    const order = Array.from(this.x, (_, i) => i).sort((a, b) => this.x[a] - this.x[b] || a - b);
    const to = order.indexOf(this.current) + by;
    this.choose(order[Math.max(0, Math.min(order.length - 1, to))]);
  }

  nudge(right, up) {
    const { width, height } = this.plot.inner;
    this.held = this.current;
    const px = this.x[this.held] + right * SHARE * width;
    const py = this.y[this.held] - up * (this.lane ?? SHARE * height);
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
    this.detach();
  }
}

const FAR = 9999;

/** Return a coordinate that SVG takes; what is too far, or no number, lies outside any area. */
export function drawable(value) {
  return Number.isFinite(value) ? Math.max(-FAR, Math.min(FAR, value)).toFixed(1) : -FAR;
}

/** Return the path through points. */
export function pathFrom(points) {
  const places = points.map(({ x, y }) => `${drawable(x)} ${drawable(y)}`);
  return places.length ? `M${places.join('L')}` : '';
}
