// Data and fit, one feature and a number to predict: the rows, the line of each run, and of one row
// its residual, with the square whose area is the squared error.
import { activeRun, paramsAt, predictionsOf } from '../state/select.js';
import { networkInWords } from '../words/network_named.js';
import { short, signed } from '../numerals.js';
import { DASHES } from '../draw/colours.js';
import { set, svg } from '../draw/canvas.js';
import { featureAxis, linearAxis } from './axes.js';
import {
  actualName, canEdit, drawnOf, numberLines, over, rangeOf, rounded, rowName, spaced, steady,
} from './fit_rows.js';
import { labelRuns, Note, roomFor, stemIn } from './labels.js';
import { LineEnds } from './line_ends.js';
import { disc, squarePath } from './shapes.js';
import { drawable } from './points.js';

/** The points of a curve. */
const CURVE = 161;

const SIGN = { above: '▲', below: '▼' };

/** The rows over their feature, and the line. */
export class LineFit {
  constructor(plot, points, on) {
    this.plot = plot;
    this.points = points;
    this.ends = new LineEnds(plot, on);
    this.lines = [];
    this.errors = svg('path', { class: 'st-errors', fill: 'none', opacity: 0.28 }, plot.back);
    this.square = svg('path', { class: 'st-square', 'fill-opacity': 0.16 }, plot.back);
    this.group = svg('g', { fill: 'none', 'pointer-events': 'none' }, plot.front);
    this.outside = svg('g', { class: 'st-outside' }, plot.front);
    this.names = svg('g', {}, plot.svg);
    this.stem = stemIn(plot);
    this.note = new Note(plot);
  }

  /**
   * Draw axes and rows; the axes stay as they are while a row is held.
   * @param {State} state
   */
  frame(state, held) {
    const { scene } = state;
    if (!held) {
      this.rangeX = steady(this.rangeX, rangeOf(scene.X, 0.06));
      this.rangeY = steady(this.rangeY, rangeOf(scene.y, 0.15));
    }
    const x = featureAxis(this.rangeX, scene.features[0]);
    const y = linearAxis(...this.rangeY, scene.target.label);
    this.plot.frame({ x, y, note: drawnOf(scene), right: roomFor(this.plot, state.runs) });
    this.rows(scene);
    this.step(state);
  }

  /** @param {Scene} scene */
  rows(scene) {
    const { x, y, theme } = this.plot;
    const path = disc(scene.shown > 600 ? 3 : 4.2);
    this.points.draw({
      x: Float64Array.from(scene.X, x),
      y: Float64Array.from(scene.y, y),
      path: () => path,
      colour: () => theme.data,
      name: (i) => `${rowName(scene, i)}, ${scene.target.name} ${actualName(scene, i)}`,
      editable: canEdit(scene),
    });
  }

  /**
   * Draw the line of each run at the step that is shown.
   * @param {State} state
   */
  step(state) {
    const { runs } = state;
    while (this.lines.length > runs.length) this.lines.pop().remove();
    while (this.lines.length < runs.length) this.lines.push(this.line());
    const ends = runs.map((run, i) => this.show(state, run, this.lines[i]));
    this.group.append(this.lines[state.active]);
    this.tellOutside(state);
    this.showErrors(state);
    this.ends.show(state, this.rangeX);
    labelRuns(this.plot, this.names, runs.length > 1 ? ends : []);
  }

  /**
   * Say which lines lie outside the picture, above or below it: none is missing in silence.
   * @param {State} state
   */
  tellOutside(state) {
    const { plot, outside } = this;
    outside.replaceChildren();
    const lost = state.runs.map((run) => ({ run, where: this.whereOf(state, run) }));
    for (const side of ['above', 'below']) {
      const here = lost.filter(({ where }) => where === side);
      here.forEach(({ run }, i) => {
        const down = side === 'above' ? 1.1 + 1.3 * i : 1.3 * (i + 1 - here.length) - 0.4;
        const y = (side === 'above' ? 0 : plot.inner.height) + down * plot.size;
        const name = state.runs.length > 1 ? run.label : 'the line';
        const text = `${SIGN[side]} ${name} lies ${side} the picture`;
        plot.write(outside, 6, y, text, { halo: true, fill: plot.theme.runs[run.colour] });
      });
    }
  }

  /**
   * Return where a run's line lies: 'above' or 'below' the picture, '' where it is seen.
   * @param {State} state
   * @param {Run} run
   */
  whereOf(state, run) {
    const heights = Array.from(this.model(state, run), this.plot.y);
    if (heights.every((y) => y < 0)) return 'above';
    return heights.every((y) => y > this.plot.inner.height) ? 'below' : '';
  }

  /**
   * Return what a run's model says from left to right: the two ends of a line, or a curve.
   * @param {State} state
   * @param {Run} run
   */
  model(state, run) {
    const curved = run.choices.loss === 'poisson' || state.scene.network;
    const across = spaced(this.rangeX, curved ? CURVE : 2);
    return predictionsOf(over(state.scene, across), run.choices, paramsAt(state, run));
  }

  /**
   * Draw the error of each row as a thin upright stroke from the point to the line.
   * @param {State} state
   */
  showErrors(state) {
    const { choices } = activeRun(state);
    const predicted = predictionsOf(state.scene, choices, paramsAt(state));
    const fitted = predicted.map(this.plot.y);
    const { x, y } = this.points;
    let d = '';
    for (let i = 0; i < fitted.length; i += 1) {
      d += `M${x[i].toFixed(1)} ${y[i].toFixed(1)}V${drawable(fitted[i])}`;
    }
    set(this.errors, { d, stroke: this.plot.theme.runs[activeRun(state).colour] });
  }

  line() {
    const group = svg('g', { 'stroke-linecap': 'round' }, this.group);
    const halo = svg('path', {}, group);
    return Object.assign(group, { halo, line: svg('path', { class: 'st-fit-line' }, group) });
  }

  /**
   * @param {State} state
   * @param {Run} run
   */
  show(state, run, node) {
    const strong = run === activeRun(state);
    const values = this.model(state, run);
    const [from, to] = [values[0], values.at(-1)];
    const d = values.length === 2 ? this.path(from, to) : this.curve(values);
    const { card, runs } = this.plot.theme;
    const colour = runs[run.colour];
    set(node.halo, { d, stroke: card, 'stroke-width': strong ? 4.6 : 3 });
    set(node.line, { d, stroke: colour, 'stroke-width': strong ? 2.6 : 1.4 });
    node.line.setAttribute('stroke-dasharray', DASHES[run.colour].join(' '));
    if (strong) this.plot.wrap.dataset.line = JSON.stringify([...this.rangeX, from, to]);
    return { run, strong, x: this.plot.inner.width, y: this.plot.y(to) };
  }

  /** Return the line cut to what lies near the area: SVG draws no number without bounds. */
  path(from, to) {
    const { width, height } = this.plot.inner;
    const [y0, y1] = [this.plot.y(from), this.plot.y(to)];
    if (!Number.isFinite(y0) || !Number.isFinite(y1)) return '';
    const cut = [0, 1].map((end) => (y1 === y0 ? end : clipped(end, y0, y1, height)));
    const at = (share) => `${drawable(share * width)} ${drawable(y0 + share * (y1 - y0))}`;
    return `M${at(cut[0])}L${at(cut[1])}`;
  }

  /** Return the curve through values that are spread over the width. */
  curve(values) {
    const { width, height } = this.plot.inner;
    const points = Array.from(values, (value, i) => {
      const y = Math.max(-3 * height, Math.min(4 * height, this.plot.y(value)));
      return `${drawable((i / (values.length - 1)) * width)} ${drawable(y)}`;
    });
    return `M${points.join('L')}`;
  }

  /**
   * Show the residual of a row; -1 for none.
   * @param {State} state
   */
  row(state, i) {
    for (const part of [this.stem, this.square]) part.setAttribute('d', '');
    this.note.hide();
    if (i < 0) return;
    const { choices } = activeRun(state);
    const params = paramsAt(state);
    const [predicted] = predictionsOf(over(state.scene, [state.scene.X[i]]), choices, params);
    const [px, actual] = [this.points.x[i], this.points.y[i]];
    const fitted = Number(drawable(this.plot.y(predicted)));
    set(this.stem, { d: `M${px} ${actual}V${fitted}`, stroke: this.plot.theme.ink });
    const reach = choices.loss === 'squared' ? this.drawSquare(state, px, actual, fitted) : {};
    const [top, bottom] = [Math.min(actual, fitted), Math.max(actual, fitted)];
    const lines = numberLines(state.scene, choices, params, i, predicted);
    this.note.show({ x: px, top, bottom, ...reach }, lines, this.points);
  }

  /**
   * Draw the square on a residual, on the side that has room; return how far it reaches.
   * @param {State} state
   */
  drawSquare(state, px, actual, fitted) {
    const side = Math.abs(actual - fitted);
    const toLeft = px + side > this.plot.inner.width && px > this.plot.inner.width / 2;
    const colour = this.plot.theme.runs[activeRun(state).colour];
    const d = squarePath(px, actual, actual - fitted, toLeft);
    set(this.square, { d, fill: colour, stroke: colour });
    return toLeft ? { left: side } : { right: side };
  }

  /** Return feature and target at a place of the area. */
  data(px, py) {
    const { x, y } = this.plot;
    const pixel = (s) => Math.abs(s.invert(1) - s.invert(0));
    return [rounded(x.invert(px), pixel(x)), rounded(y.invert(py), pixel(y))];
  }

  /**
   * Say the line.
   * @param {State} state
   */
  say(state) {
    const { features, target } = state.scene;
    const [{ name, label }] = features;
    const where = this.whereOf(state, activeRun(state));
    const told = where && ` and lies ${where} the picture`;
    return `${target.label} against ${label}; the ${this.lineInWords(state, name)}${told}`;
  }

  /** @param {State} state */
  lineInWords(state, name) {
    const { network, target } = state.scene;
    if (network) return `curve is that of the ${networkInWords(network)}`;
    const [weight, bias] = paramsAt(state);
    const margin = `${short(weight)} × ${name} ${signed(bias).replace(/^./, '$& ')}`;
    const curved = activeRun(state).choices.loss === 'poisson';
    return `line is ${target.name} = ${curved ? `exp(${margin})` : margin}`;
  }

  /** Take the marks away. */
  destroy() {
    const { errors, stem, square, group, outside, names, note } = this;
    for (const part of [errors, stem, square, group, outside, names, note.group]) part.remove();
    this.ends.destroy();
    delete this.plot.wrap.dataset.line;
  }
}

/** Return the share of the way from y0 to y1, near `end`, that lies within a few heights. */
function clipped(end, y0, y1, height) {
  const bounds = [(-3 * height - y0) / (y1 - y0), (4 * height - y0) / (y1 - y0)];
  const [first, last] = bounds.sort((a, b) => a - b);
  return Math.max(first, Math.min(last, end));
}
