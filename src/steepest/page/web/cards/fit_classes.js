// Data and fit, one feature and classes: the probability of each class over the feature, the rows,
// and the regions where each class is predicted. Two classes: the rows at 0 and 1, the curve
// in the run's colour. More: a lane for the rows of each class, curves in the colours of classes.
import { activeRun, paramsAt, probabilitiesOf } from '../state/select.js';
import { short } from '../numerals.js';
import { DASHES } from '../draw/colours.js';
import { scale } from '../draw/ticks.js';
import { set, svg } from '../draw/canvas.js';
import { featureAxis } from './axes.js';
import {
  canEdit, classLines, drawnOf, jitter, over, rangeOf, rounded, rowName, spaced, steady,
} from './fit_rows.js';
import { fewest, labelRuns, Note, roomFor, stemIn } from './labels.js';
import { classColour, classLegend, classMark } from './shapes.js';
import { drawable } from './points.js';

const COUNT = 161;
const STRIP = 17;

/** Names of classes are so far above their curves, in pixels, at one of these shares across. */
const AWAY = 5;

/** No name is longer than this share of the picture: the legend has all of it. */
const LONGEST = 0.4;

const SHARES = [0.1, 0.3, 0.5, 0.7, 0.9, 0, 0.2, 0.4, 0.6, 0.8, 1];

const HALVES = { values: [0, 0.5, 1], labels: ['0', '0.5', '1'] };

/** The rows over their feature, curves of probability, and the class predicted. */
export class ClassFit {
  constructor(plot, points) {
    this.plot = plot;
    this.points = points;
    this.strip = svg('g', { class: 'st-regions' }, plot.back);
    this.group = svg('g', { fill: 'none', 'pointer-events': 'none' }, plot.front);
    this.labels = svg('g', { 'pointer-events': 'none' }, plot.front);
    this.names = svg('g', {}, plot.svg);
    this.stem = stemIn(plot);
    this.note = new Note(plot);
  }

  /**
   * Draw axes, legend and rows; the axes stay as they are while a row is held.
   * @param {State} state
   */
  frame(state, held) {
    const { scene, runs } = state;
    const { classes } = scene.target;
    this.codes = classes.length;
    this.two = this.codes === 2;
    this.lane = classes.length > 4 ? 11 : 16;
    if (!held) this.range = steady(this.range, rangeOf(scene.X, 0.06));
    this.plot.frame({
      x: featureAxis(this.range, scene.features[0]),
      y: this.axis(scene),
      legend: classLegend(scene, this.plot.theme),
      note: drawnOf(scene),
      right: this.two ? roomFor(this.plot, runs) : 10,
      extra: this.two ? 0 : this.lane * classes.length,
    });
    this.xs = spaced(this.range, COUNT);
    this.rows(scene);
    this.step(state);
  }

  axis({ target }) {
    const lanes = this.two ? 14 : this.lane * target.classes.length + 8;
    return {
      label: `probability of ${this.two ? `${target.name} = ${target.classes[1]}` : `each ${target.name}`}`,
      ticks: () => HALVES,
      scale: (from, to) => scale(0, 1, from - lanes - STRIP, to + this.above()),
    };
  }

  /** Room above a probability of 1: of more classes, a name stands there on its curve. */
  above() {
    return this.two ? 12 : this.plot.size + 2 * AWAY;
  }

  /** @param {Scene} scene */
  rows(scene) {
    const { x, theme } = this.plot;
    this.points.lane = this.two ? this.plot.inner.height : this.lane;
    const radius = scene.shown > 600 ? 3 : 4.4;
    this.points.draw({
      x: Float64Array.from(scene.X, x),
      y: Float64Array.from(scene.y, (code, i) => this.laneOf(code) + this.shift(scene, i)),
      path: (i) => classMark(scene.y[i], radius),
      colour: (i) => classColour(theme, scene.y[i]),
      name: (i) => `${rowName(scene, i)}, actual ${scene.target.classes[scene.y[i]]}`,
      editable: canEdit(scene),
    });
  }

  /** Return the height at which the rows of a class lie. */
  laneOf(code) {
    return this.two ? this.plot.y(code) : this.plot.y(0) + 8 + this.lane * (code + 0.5);
  }

  /** @param {Scene} scene */
  shift(scene, i) {
    return (this.two ? 7 : 0.28 * this.lane) * jitter(i);
  }

  /**
   * Draw curves and regions at the step that is shown.
   * @param {State} state
   */
  step(state) {
    this.group.replaceChildren();
    this.labels.replaceChildren();
    this.traced = { x: [...this.points.x], y: [...this.points.y] };
    const given = probabilitiesOf(over(state.scene, this.xs), paramsAt(state));
    this.regions(state, given);
    if (this.two) this.ofRuns(state);
    else this.ofClasses(state, given);
  }

  /** @param {State} state */
  ofRuns(state) {
    const active = activeRun(state);
    const order = [...state.runs.filter((run) => run !== active), active];
    const ends = order.map((run) => {
      const strong = run === active;
      const given = probabilitiesOf(over(state.scene, this.xs), paramsAt(state, run));
      const look = { stroke: this.plot.theme.runs[run.colour], 'stroke-width': strong ? 2.6 : 1.4 };
      this.curve(given, 1, 2, { ...look, 'stroke-dasharray': DASHES[run.colour].join(' ') });
      return { run, strong, x: this.plot.inner.width, y: this.plot.y(given[2 * COUNT - 1]) };
    });
    labelRuns(this.plot, this.names, ends.length > 1 ? ends : []);
  }

  ofClasses({ scene }, given) {
    this.names.replaceChildren();
    const { classes } = scene.target;
    classes.forEach((_, i) => {
      const look = { stroke: classColour(this.plot.theme, i), 'stroke-width': 2.4 };
      this.curve(given, i, classes.length, look);
    });
    if (classes.length <= 10) this.nameCurves(classes, given);
  }

  curve(given, i, classes, look) {
    let d = '';
    for (let j = 0; j < COUNT; j += 1) {
      const [x, y] = [this.plot.x(this.xs[j]), this.plot.y(given[j * classes + i])];
      d += `${j ? 'L' : 'M'}${drawable(x)} ${drawable(y)}`;
      this.traced.x.push(x);
      this.traced.y.push(y);
    }
    const halo = { stroke: this.plot.theme.card, 'stroke-width': look['stroke-width'] + 2 };
    svg('path', { d, ...halo }, this.group);
    svg('path', { d, class: 'st-fit-line', ...look }, this.group);
  }

  /** Write names of classes above their curves, where they hide few curves and no other name. */
  nameCurves(classes, given) {
    const { plot } = this;
    const rows = this.points.x.length;
    const curves = { x: this.traced.x.slice(rows), y: this.traced.y.slice(rows) };
    const taken = [];
    classes.forEach((name, i) => {
      const text = plot.fitted(String(name), LONGEST * plot.inner.width);
      const [width, height] = [plot.wide(text), plot.size];
      const spots = this.spotsOn(i, given, classes.length, width).filter(([left, top]) =>
        taken.every((other) => left > other.right || left + width < other.left
          || Math.abs(top - other.top) > 1.2 * height));
      if (!spots.length) return;
      const [left, top] = fewest(spots, width, height, curves);
      taken.push({ left: left - 4, right: left + width + 4, top });
      const look = { halo: true, fill: plot.theme.ink };
      plot.write(this.labels, left, top + 0.85 * height, text, look);
    });
  }

  /** Return corners for a name just above a curve, first where the curve is highest. */
  spotsOn(i, given, classes, width) {
    const { x, y, inner, size } = this.plot;
    const xs = Array.from(this.xs, x);
    const ys = xs.map((_, j) => y(given[j * classes + i]));
    const spots = SHARES.map((share) => {
      const left = 4 + share * (inner.width - width - 8);
      const under = ys.filter((_, j) => xs[j] > left - 4 && xs[j] < left + width + 4);
      return [left, Math.min(...under) - size - AWAY];
    });
    return spots.sort((a, b) => a[1] - b[1]);
  }

  /** Draw where each class is predicted: a strip of its colour, with its name where it fits. */
  regions({ scene }, given) {
    this.strip.replaceChildren();
    const { classes } = scene.target;
    const bounds = regionsOf(given, classes.length);
    this.plot.wrap.dataset.regions = bounds.map(({ code }) => classes[code]).join(' ');
    if (this.two) this.halfLine();
    for (const { code, from, to } of bounds) this.region(String(classes[code]), code, from, to);
  }

  region(name, code, from, to) {
    const { inner, theme, size } = this.plot;
    const x = (place) => (place * inner.width) / (COUNT - 1);
    const [left, right] = [from ? x(from - 0.5) : 0, to < COUNT - 1 ? x(to + 0.5) : inner.width];
    const top = inner.height - STRIP;
    const box = { x: left, y: top, width: Math.max(0, right - left), height: STRIP };
    svg('rect', { ...box, fill: classColour(theme, code), 'fill-opacity': 0.32 }, this.strip);
    if (from) {
      const dash = { stroke: theme.muted, 'stroke-width': 1, 'stroke-dasharray': '2 3' };
      svg('path', { d: `M${left} 0V${inner.height}`, ...dash }, this.strip);
    }
    const room = right - left - 8;
    const brief = room > 4 * size ? this.plot.fitted(name, room) : name;
    const text = [`predicted ${name}`, brief].find((one) => this.plot.wide(one) <= room);
    const middle = { fill: theme.ink, 'text-anchor': 'middle' };
    const base = top + 0.5 * STRIP + 0.35 * size;
    if (text) this.plot.write(this.strip, (left + right) / 2, base, text, middle);
  }

  halfLine() {
    const y = this.plot.y(0.5);
    const look = { stroke: this.plot.theme.muted, 'stroke-dasharray': '5 4' };
    svg('path', { d: `M0 ${y}H${this.plot.inner.width}`, ...look }, this.strip);
  }

  /**
   * Show what the model says of a row; -1 for none.
   * @param {State} state
   */
  row(state, i) {
    this.stem.setAttribute('d', '');
    this.note.hide();
    if (i < 0) return;
    const { scene } = state;
    const params = paramsAt(state);
    const given = probabilitiesOf(over(scene, [scene.X[i]]), params);
    const [px, py] = [this.points.x[i], this.points.y[i]];
    const curve = this.plot.y(given[this.two ? 1 : scene.y[i]]);
    set(this.stem, { d: `M${px} ${py}V${curve}m-4 0h8`, stroke: this.plot.theme.ink });
    const lines = classLines(scene, activeRun(state).choices, params, i);
    const stem = { x: px, top: Math.min(py, curve), bottom: Math.max(py, curve) };
    this.note.show(stem, lines, this.traced);
  }

  /** Return feature and class at a place of the area. */
  data(px, py) {
    const { x, y } = this.plot;
    const value = rounded(x.invert(px), Math.abs(x.invert(1) - x.invert(0)));
    if (this.two) return [value, y.invert(py) >= 0.5 ? 1 : 0];
    const lane = Math.floor((py - y(0) - 8) / this.lane);
    return [value, Math.max(0, Math.min(this.codes - 1, lane))];
  }

  /**
   * Say where which class is predicted.
   * @param {State} state
   */
  say(state) {
    const { scene } = state;
    const given = probabilitiesOf(over(scene, this.xs), paramsAt(state));
    const { name, unit } = scene.features[0];
    const parts = regionsOf(given, this.codes).map(({ code, from }) => {
      const begin = from ? ` from ${short(this.xs[from], 3)}${unit && ` ${unit}`} on` : '';
      return `${scene.target.classes[code]}${begin}`;
    });
    return `probability of ${scene.target.name} over ${name}; predicted: ${parts.join(', ')}`;
  }

  /** Take the marks away. */
  destroy() {
    const { strip, stem, group, labels, names, note } = this;
    for (const part of [strip, stem, group, labels, names, note.group]) part.remove();
    delete this.plot.wrap.dataset.regions;
  }
}

/** Return the stretches in which one class is the most probable, from left to right. */
function regionsOf(given, classes) {
  const regions = [];
  for (let j = 0; j < given.length / classes; j += 1) {
    const one = given.subarray(j * classes, (j + 1) * classes);
    const code = one.indexOf(Math.max(...one));
    const last = regions.at(-1);
    if (last && last.code === code) last.to = j;
    else if (code >= 0) regions.push({ code, from: j, to: j });
  }
  return regions;
}
