// Data and fit, many features, where rows cannot be drawn over one of them. A number: predicted
// against actual. Two classes: each row at its margin, under the curve of the probability.
// More classes: the probability that each row's actual class is given.
import { activeRun, marginsOf, paramsAt, predictionsOf, probabilitiesOf } from '../state/select.js';
import { counted, short } from '../numerals.js';
import { set, svg } from '../draw/canvas.js';
import { fixedAxis, linearAxis } from './axes.js';
import {
  actualName, classLines, drawnOf, jitter, numberLines, rangeOf, rowName, spaced,
} from './fit_rows.js';
import { Note, stemIn } from './labels.js';
import { classColour, classLegend, classMark, disc, squarePath } from './shapes.js';
import { drawable } from './points.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.cardsFitMany;

const HALVES = [0, 0.5, 1];

/** What the three pictures have in common: rows that move with the step. */
export class ManyFit {
  constructor(plot, points) {
    this.plot = plot;
    this.points = points;
    this.quiet = 0.96;
    this.guide = svg('g', { fill: 'none', class: 'st-guide' }, plot.back);
    this.stem = stemIn(plot);
    this.outside = svg('g', {}, plot.front);
    this.note = new Note(plot);
  }

  /**
   * Draw axes, guides and rows.
   * @param {State} state
   */
  frame(state) {
    this.guide.replaceChildren();
    const { guess, ...axes } = this.axes(state);
    const note = [drawnOf(state.scene), guess].filter(Boolean).join('; ');
    this.plot.frame({ ...axes, note, tall: true });
    this.guides(state);
    const { x, y } = this.places(state);
    const { scene } = state;
    const name = (i) => `${rowName(scene, i)}, actual ${actualName(scene, i)}`;
    this.points.draw({ x, y, name, editable: false, ...this.look(state) });
    this.step(state);
  }

  /** The marks of classes. */
  look({ scene }) {
    const { theme } = this.plot;
    const radius = scene.shown > 600 ? 3 : 4;
    return {
      path: (i) => classMark(scene.y[i], radius),
      colour: (i) => classColour(theme, scene.y[i]),
    };
  }

  /**
   * Move the rows to where the step that is shown puts them.
   * @param {State} state
   */
  step(state) {
    const { x, y } = this.places(state);
    this.points.place(x, y);
    this.tellOutside(x, y);
  }

  /** Say how many rows lie outside the frame: nothing is left out in silence. */
  tellOutside(x, y) {
    const { width, height } = this.plot.inner;
    let count = 0;
    for (let i = 0; i < x.length; i += 1) {
      if (!(x[i] >= 0 && x[i] <= width && y[i] >= 0 && y[i] <= height)) count += 1;
    }
    this.outside.replaceChildren();
    this.plot.wrap.dataset.outside = count;
    if (!count) return;
    const text = `${counted(count, 'row')} outside`;
    const look = { halo: true, fill: this.plot.theme.muted, 'text-anchor': 'end' };
    this.plot.write(this.outside, width - 6, height * this.quiet, text, look);
  }

  /**
   * Show what the model says of a row; -1 for none.
   * @param {State} state
   */
  row(state, i) {
    this.stem.setAttribute('d', '');
    this.note.hide();
    if (i < 0) return;
    const [px, py] = [this.points.x[i], this.points.y[i]].map((v) => Number(drawable(v)));
    const to = this.aim(i);
    const d = `M${px} ${py}V${to}m-4 0h8`;
    set(this.stem, { d, stroke: this.plot.theme.ink });
    const stem = { x: px, top: Math.min(py, to), bottom: Math.max(py, to) };
    this.note.show(stem, this.told(state, i), this.points);
  }

  /** @param {State} state */
  told(state, i) {
    return classLines(state.scene, activeRun(state).choices, paramsAt(state), i);
  }

  dashed(d) {
    const look = { stroke: this.plot.theme.muted, 'stroke-width': 1.2, 'stroke-dasharray': '5 4' };
    svg('path', { d, ...look }, this.guide);
  }

  /** Take the marks away. */
  destroy() {
    for (const part of [this.guide, this.stem, this.outside, this.note.group]) part.remove();
    delete this.plot.wrap.dataset.outside;
  }
}

/**
 * The margins of the rows in the end.
 * @param {State} state
 */
function lastMargins(state) {
  const run = activeRun(state);
  return marginsOf(state.scene, paramsAt(state, run, run.index.length - 1));
}

/**
 * What the run that is shown predicts at a kept step.
 * @param {State} state
 */
function predictionsAt(state, at) {
  const run = activeRun(state);
  return predictionsOf(state.scene, run.choices, paramsAt(state, run, at));
}

/** Many features, a number: prediction against actual; a right one lies on the dashed line. */
export class PredictedFit extends ManyFit {
  constructor(plot, points) {
    super(plot, points);
    this.square = svg('path', { class: 'st-square', 'fill-opacity': 0.16 }, plot.back);
  }

  /** @param {State} state */
  axes(state) {
    const { scene } = state;
    const last = predictionsAt(state, activeRun(state).index.length - 1);
    const near = last.filter(Number.isFinite);
    const actual = rangeOf(scene.y, 0.06);
    const both = rangeOf([...actual, ...near], 0.02);
    const wild = both[1] - both[0] > 4 * (actual[1] - actual[0]);
    this.range = wild ? actual : both;
    const { label } = scene.target;
    const axis = (word) => linearAxis(...this.range, `${word} ${label}`);
    return { x: axis('actual'), y: axis('predicted') };
  }

  guides() {
    const { width, height } = this.plot.inner;
    this.dashed(`M0 ${height}L${width} 0`);
  }

  /** @param {State} state */
  look(state) {
    const path = disc(state.scene.shown > 600 ? 3 : 4);
    const colour = this.plot.theme.runs[activeRun(state).colour];
    return { path: () => path, colour: () => colour };
  }

  /** @param {State} state */
  places(state) {
    const { scene } = state;
    this.predicted = predictionsAt(state, state.at);
    this.actual = scene.y;
    return { x: Float64Array.from(scene.y, this.plot.x), y: this.predicted.map(this.plot.y) };
  }

  aim(i) {
    return this.plot.y(this.actual[i]);
  }

  /** @param {State} state */
  row(state, i) {
    super.row(state, i);
    this.square.setAttribute('d', '');
    const run = activeRun(state);
    if (i < 0 || run.choices.loss !== 'squared') return;
    const [px, py] = [this.points.x[i], Number(drawable(this.points.y[i]))];
    const side = py - this.aim(i);
    const colour = this.plot.theme.runs[run.colour];
    const d = squarePath(px, py, side, px + Math.abs(side) > this.plot.inner.width);
    set(this.square, { d, fill: colour, stroke: colour });
  }

  /** @param {State} state */
  told(state, i) {
    const { choices } = activeRun(state);
    return numberLines(state.scene, choices, paramsAt(state), i, this.predicted[i]);
  }

  /** Say what is drawn. */
  say({ scene }) {
    return filled(SAY.predicted, [scene.target.label]);
  }

  destroy() {
    super.destroy();
    this.square.remove();
  }
}

/** Many features, two classes: each row at its margin, at the height of its actual class. */
export class MarginFit extends ManyFit {
  constructor(plot, points) {
    super(plot, points);
    this.quiet = 0.72;
  }

  /** @param {State} state */
  axes(state) {
    const { scene } = state;
    const last = lastMargins(state);
    this.reach = Math.max(4, Math.min(60, 1.15 * quantile(last.map(Math.abs), 0.98)));
    const { name, classes } = scene.target;
    return {
      x: linearAxis(-this.reach, this.reach, `margin: ${marginOf(scene)}`),
      y: fixedAxis(-0.12, 1.12, `probability of ${name} = ${classes[1]}`, HALVES),
      legend: classLegend(scene, this.plot.theme),
    };
  }

  /** @param {State} state */
  guides(state) {
    const { x, y, inner, theme } = this.plot;
    this.dashed(`M0 ${y(0.5)}H${inner.width}M${x(0)} 0V${inner.height}`);
    const points = Array.from(spaced([-this.reach, this.reach], 121), (m) => {
      return `${x(m).toFixed(1)} ${y(1 / (1 + Math.exp(-m))).toFixed(1)}`;
    });
    const colour = theme.runs[activeRun(state).colour];
    svg('path', { d: `M${points.join('L')}`, stroke: colour, 'stroke-width': 2.6 }, this.guide);
  }

  /** @param {State} state */
  places(state) {
    const { scene } = state;
    const { x, y } = this.plot;
    this.margins = marginsOf(scene, paramsAt(state));
    const height = (code, i) => y(code + 0.055 * jitter(i));
    return { x: this.margins.map(x), y: Float64Array.from(scene.y, height) };
  }

  aim(i) {
    return this.plot.y(1 / (1 + Math.exp(-this.margins[i])));
  }

  /** Say how many rows are on the right side. */
  say({ scene }) {
    let right = 0;
    for (let i = 0; i < scene.shown; i += 1) right += Number((this.margins[i] > 0) === (scene.y[i] === 1));
    const { name, classes } = scene.target;
    const all = counted(scene.shown, 'row');
    return filled(SAY.probability, [name, classes[1], short(right), all]);
  }
}

/** Many features, more than two classes: the probability that each row's actual class is given. */
export class ActualFit extends ManyFit {
  axes({ scene }) {
    const { plot } = this;
    const { name, classes } = scene.target;
    const room = Math.max(20, (plot.width - 60) / classes.length - 8);
    const labels = classes.map((one) => plot.fitted(String(one), room));
    // Names that would be cut stand in a legend, with the marks of the classes.
    const cut = classes.length <= 10 && labels.some((one) => one.endsWith('…'));
    const below = cut ? labels.map(() => '') : labels;
    return {
      x: fixedAxis(-0.6, classes.length - 0.4, `actual ${name}`, [...classes.keys()], below),
      y: fixedAxis(-0.04, 1.04, SAY.probabilityGiven, HALVES),
      legend: cut ? classLegend(scene, plot.theme) : [],
      guess: `dashed: a guess, 1/${classes.length}`,
    };
  }

  guides({ scene }) {
    this.dashed(`M0 ${this.plot.y(1 / scene.target.classes.length)}H${this.plot.inner.width}`);
  }

  /** @param {State} state */
  places(state) {
    const { scene } = state;
    const { length } = scene.target.classes;
    const given = probabilitiesOf(scene, paramsAt(state));
    this.given = Float64Array.from(scene.y, (code, i) => given[i * length + code]);
    const across = (code, i) => this.plot.x(code + 0.32 * jitter(i));
    return { x: Float64Array.from(scene.y, across), y: this.given.map(this.plot.y) };
  }

  aim() {
    return this.plot.y(1);
  }

  /** Say how sure the model is of what is so. */
  say({ scene }) {
    const least = this.given.reduce((a, b) => Math.min(a, b), 1);
    const likely = this.given.filter((p) => p > 0.5).length;
    const all = counted(scene.shown, 'row');
    return filled(SAY.probabilityGivenActual, [short(likely), all, short(least, 3)]);
  }
}

function marginOf({ network }) {
  return network ? SAY.output : SAY.weights;
}

function quantile(values, share) {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  return sorted.length ? sorted[Math.floor(share * (sorted.length - 1))] : 1;
}
