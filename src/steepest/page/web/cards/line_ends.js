// The two ends of the fitted line, to take hold of: each turns the line about the other one, by pointer, by finger
// and by keys, and weight and bias follow.
import { activeRun, paramsAt, trueLoss } from '../state/select.js';
import { plainName } from '../draw/canvas.js';
import { Handle } from '../draw/handle.js';
import { Drag } from '../gestures/drag.js';
import { short } from '../numerals.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.cardsLineEnds;

/** Where the ends are over the width of the plot: beside the rows, which stay to be taken hold of. */
const SHARES = [0.024, 0.976];

/** The share of the height that an arrow key moves an end by. */
const KEY = 1 / 80;

/** The handles of a line; `on.line(params)` hears where it is moved to, `on.lineEnd()` that it is let go. */
export class LineEnds {
  constructor(plot, on) {
    this.plot = plot;
    this.on = on;
    this.held = false;
    this.handles = [SAY.left, SAY.right].map((label, i) => this.handle(label, i));
    this.drags = this.handles.map(({ node }, i) => new Drag(node, this.dragged(i)).attach());
  }

  handle(label, i) {
    const end = () => this.on.lineEnd?.();
    const move = (right, up) => this.move(i, this.pixels[i] - (right + up) * KEY * this.plot.inner.height);
    const made = new Handle(this.plot.wrap, { move, end }, { label, keys: 'line', class: 'st-line-end' });
    made.node.setAttribute('aria-orientation', 'vertical');
    return made;
  }

  /** What a pointer does to an end: it keeps its distance from where it took hold. */
  dragged(i) {
    let off = 0;
    const height = (event) => this.plot.pointer(event)[1];
    return {
      hold: (event) => {
        off = this.inside(this.pixels[i]) - height(event);
        this.held = true;
        return true;
      },
      move: (event) => this.move(i, this.inside(height(event) + off)),
      drop: () => {
        this.held = false;
        this.on.lineEnd?.();
      },
    };
  }

  inside(pixel) {
    return Math.max(0, Math.min(this.plot.inner.height, pixel));
  }

  /** Move an end to a height in pixels; the other one stays. */
  move(i, pixel) {
    const heights = this.heights.with(i, this.plot.y.invert(pixel));
    const weight = (heights[1] - heights[0]) / (this.across[1] - this.across[0]);
    this.on.line?.([weight, heights[0] - weight * this.across[0]]);
  }

  /**
   * Put the ends on the line of the step that is shown; there are none where nothing follows a line.
   * @param {State} state
   * @param {number[]} range of the feature
   */
  show(state, [low, high]) {
    const { scene, hidden } = state;
    const isLine = !scene.network && activeRun(state).choices.loss !== 'poisson';
    if (!isLine || scene.engine === 'record' || hidden.includes('start')) {
      this.handles.forEach((one) => one.hide());
      return;
    }
    const [weight, bias] = paramsAt(state);
    const usual = SHARES.map((share) => low + share * (high - low));
    if (!this.held) this.across = usual.map((x, i) => this.seen(weight, bias, x, usual[1 - i]));
    this.heights = this.across.map((x) => weight * x + bias);
    this.pixels = this.heights.map(this.plot.y);
    this.handles.forEach((one, i) => (Number.isNaN(this.across[i]) ? one.hide() : this.place(one, i, state)));
  }

  /** Return where an end can be seen: at x, or where the line leaves the picture on its way there; NaN if nowhere. */
  seen(weight, bias, x, other) {
    const [from, to] = [x, other].map((at) => this.plot.y(weight * at + bias));
    const edge = this.inside(from);
    const share = from === edge ? 0 : (edge - from) / (to - from);
    return share >= 0 && share <= 1 ? x + share * (other - x) : NaN;
  }

  /**
   * @param {Handle} handle
   * @param {number} i
   * @param {State} state
   */
  place(handle, i, state) {
    const { left, top } = this.plot.box;
    const [low, high] = [this.plot.y.invert(this.plot.inner.height), this.plot.y.invert(0)];
    const { scene: { features: [x], target } } = state;
    const run = activeRun(state);
    const where = [plainName(target.name), this.heights[i], plainName(x.name), this.across[i]];
    const told = [...where, ...paramsAt(state), trueLoss(run, state.at)];
    const text = filled(SAY.at, told.map((one) => (typeof one === 'string' ? one : short(one))));
    handle.node.style.color = this.plot.theme.runs[run.colour];
    const place = [left + this.plot.x(this.across[i]), top + this.inside(this.pixels[i])];
    handle.place(place, { value: this.heights[i], low, high, text });
  }

  /** Take the handles away. */
  destroy() {
    this.drags.forEach((one) => one.detach());
    this.handles.forEach((one) => one.destroy());
  }
}
