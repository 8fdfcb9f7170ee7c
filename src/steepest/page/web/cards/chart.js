// The card of the loss against the step: all runs, the lowest loss that is known as a dashed line,
// what is done and what is ahead. Pointer and keys on it go to a step.
import {
  activeRun, atOf, isEarlier, isNew, lossLabel, resultAt, trueLoss, trueLosses, withShownLoss,
} from '../state/select.js';
import { general, short } from '../numerals.js';
import { sampleOf } from '../words/sampled.js';
import { DASHES } from '../draw/colours.js';
import { set, svg } from '../draw/canvas.js';
import { Drag } from '../gestures/drag.js';
import { attached } from '../gestures/gesture.js';
import { Pointing } from '../gestures/pointing.js';
import { Keyboard } from '../gestures/keyboard.js';
import { linearAxis, logAxis, stepAxis } from './axes.js';
import { arrival, columnsOf, lossRange, nearestStep } from '../state/loss_range.js';
import { exitSpots, levelSpots, Words } from './chart_words.js';
import { steady } from './fit_rows.js';
import { labelRuns, Note, roomFor } from './labels.js';
import { LossBar } from './loss_bar.js';
import { Plot } from './plot.js';
import { drawable, pathFrom } from './points.js';

/** Make the card of losses in an element; `on.seek(index)` hears which kept step is asked for. */
export function makeChart(parent, on = {}) {
  return new Chart(parent, on);
}

/** A plot that has so many pixels more than the names of its runs has them: a narrower one keeps its numbers whole. */
const NAMED = 130;

/** How far from the top the dot of a run that has left the plot is, in pixels: below its arrow. */
const UNDER = 18;

class Chart {
  constructor(parent, on) {
    this.on = on;
    this.state = null;
    this.curves = [];
    this.wanted = null;
    this.next = 0;
    this.plot = new Plot(parent, 'chart', () => this.draw());
    const { back, middle, front, svg: outer } = this.plot;
    this.floor = svg('g', { class: 'st-lowest' }, back);
    this.level = svg('path', { 'stroke-dasharray': '1 3', fill: 'none' }, back);
    this.lines = svg('g', { fill: 'none', 'stroke-linejoin': 'round' }, middle);
    this.exits = svg('g', {}, middle);
    this.dot = svg('circle', { r: 6, 'stroke-width': 2 }, front);
    this.rule = svg('path', { fill: 'none', 'pointer-events': 'none' }, middle);
    this.names = svg('g', {}, outer);
    this.bar = new LossBar(this.plot);
    this.note = new Note(this.plot);
    this.words = new Words(this.plot);
    set(outer, { role: 'slider', tabindex: 0, 'aria-valuemin': 0 });
    Object.assign(outer.style, { touchAction: 'pan-y', cursor: 'ew-resize' });
    this.detach = this.attach();
  }

  get run() {
    return activeRun(this.state);
  }

  picture() {
    return this.plot.picture();
  }

  /**
   * Take over a new state; `changed` names its parts that are new, null for all.
   * @param {State} state
   * @param {Changed} [changed]
   */
  show(state, changed = null) {
    const before = this.state;
    this.state = state;
    if (!this.plot.width) return;
    if (isNew(changed, 'theme')) this.plot.dress();
    if (!before || !this.plot.theme || isNew(changed, 'runs', 'theme', 'active')) this.draw();
    else if (isNew(changed, 'at', 'ahead', 'lit')) this.step();
    else if (changed.has('playing')) this.tell();
    if (isNew(changed, 'hover')) this.showLevel();
  }

  /** Draw everything. */
  draw() {
    if (!this.state || !this.plot.width) return;
    if (!this.plot.theme) this.plot.dress();
    this.frame();
    this.curves = this.state.runs.map((run) => this.curve(run));
    this.lines.replaceChildren(...this.curves.map((curve) => curve.group));
    this.lines.append(this.curves[this.state.active].group);
    const places = this.state.runs.map((run) => this.placesOf(run));
    this.marks = places[this.state.active];
    this.words.begin(places);
    this.drawExits();
    this.label();
    this.drawLowest();
    this.step();
    this.showLevel();
  }

  frame() {
    const { scene, runs } = this.state;
    const { log, range } = lossRange(runs);
    const fresh = log ? range.map(Math.log10) : range;
    this.range = steady(this.log === log ? this.range : null, fresh);
    this.log = log;
    const [low, high] = log ? this.range.map((power) => 10 ** power) : this.range;
    const name = lossLabel(scene, this.run.choices);
    const kind = log ? `${name}, log` : name;
    const y = log ? logAxis(low, high, kind) : linearAxis(low, high, kind);
    const last = Math.max(...runs.map((run) => run.index.at(-1)));
    const batches = runs.some((run) => run.choices.batch);
    const sample = sampleOf(scene, runs);
    const ofRows = scene.rows ? `thin: each mini-batch; thick: ${sample || 'all rows'}` : 'thin: each batch';
    const note = batches ? ofRows : sample;
    const room = roomFor(this.plot, runs);
    this.isNamed = runs.length > 1 && this.plot.width - room > NAMED;
    const right = (this.isNamed ? room : 10) + this.bar.room;
    this.plot.frame({ x: stepAxis(last), y, note, right, tall: true });
    this.plot.wrap.dataset.scale = log ? 'log' : 'linear';
  }

  /**
   * Return the elements of a run's curve, and its points as pieces of a path.
   * @param {Run} run
   */
  curve(run) {
    const strong = run === this.run;
    const { theme } = this.plot;
    const group = svg('g', { class: 'st-curve' });
    const stroke = theme.runs[run.colour];
    const dash = { 'stroke-dasharray': DASHES[run.colour].join(' ') };
    const width = strong ? 2.5 : 1.5;
    if (run.choices.batch) this.batches(run, group, stroke);
    if (run.heldOut) this.heldOut(run, group);
    const ahead = svg('path', { stroke, ...dash, 'stroke-width': 1.4, opacity: 0.45 }, group);
    const halo = svg('path', { stroke: theme.card, 'stroke-width': width + 2 }, group);
    const done = svg('path', { stroke, ...dash, 'stroke-width': width }, group);
    const losses = run.choices.batch ? run.fullLoss : trueLosses(run);
    const points = this.points(run, losses);
    const spot = strong ? null : svg('circle', { r: 4, fill: stroke, stroke: theme.halo }, group);
    return { run, group, ahead, halo, done, losses, points, spot };
  }

  /**
   * Return the points of a curve that can be told apart.
   * @param {Run} run
   */
  points(run, losses) {
    return columnsOf(Array.from(run.index, (_, i) => this.pointAt(run, losses, i)));
  }

  /**
   * Return where a step lies; what is not known has no height.
   * @param {Run} run
   */
  pointAt(run, losses, i) {
    const y = Number.isNaN(losses[i]) ? NaN : this.heightOf(losses[i]);
    return { i, x: this.plot.x(run.index[i]), y };
  }

  /** @param {Run} run */
  batches(run, group, stroke) {
    const d = pathFrom(this.points(run, run.loss));
    svg('path', { d, stroke, class: 'st-batches', 'stroke-width': 0.9, opacity: 0.5 }, group);
  }

  /**
   * Draw the loss of the rows that were kept back.
   * @param {Run} run
   */
  heldOut(run, group) {
    const d = pathFrom(this.points(run, run.heldOut.loss).filter(({ y }) => !Number.isNaN(y)));
    const look = { stroke: this.plot.theme.classes[0], 'stroke-dasharray': '6 3' };
    svg('path', { d, ...look, class: 'st-held-out', 'stroke-width': 1.6 }, group);
    if (!isEarlier(run)) return;
    const { x, y } = this.pointAt(run, run.heldOut.loss, resultAt(run));
    const ring = { cx: x, cy: y, r: 6, fill: 'none', stroke: look.stroke, 'stroke-width': 1.8 };
    svg('circle', { ...ring, class: 'st-held-out-result' }, group);
  }

  /** Return the height of a loss in the area; what is infinite lies above it. */
  heightOf(loss) {
    if (this.log && loss <= 0) return this.plot.inner.height + 50;
    return Number.isFinite(loss) ? this.plot.y(loss) : -50;
  }

  drawLowest() {
    this.floor.replaceChildren();
    const { lowest } = this.run;
    this.plot.wrap.dataset.lowest = String(lowest ?? '');
    if (lowest === null || (this.log && lowest <= 0)) return;
    const y = this.plot.y(lowest);
    const { muted } = this.plot.theme;
    const look = { stroke: muted, 'stroke-dasharray': '5 4' };
    svg('line', { x1: 0, x2: this.plot.inner.width, y1: y, y2: y, ...look }, this.floor);
    const text = this.whole(`lowest ${short(lowest)}`, short(lowest), general(lowest, 2));
    this.words.write(this.floor, text, muted, levelSpots(y));
  }

  /** Return the first of some texts that the area is wide enough for, else the last. */
  whole(...texts) {
    return texts.find((one) => this.plot.wide(one) < this.plot.inner.width - 4) ?? texts.at(-1);
  }

  /**
   * Return where the steps of a run lie: a note hides few of them.
   * @param {Run} run
   */
  placesOf(run) {
    const points = this.points(run, trueLosses(run));
    return { x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
  }

  /** Mark where runs leave the plot: an arrow up and the loss that they came to. */
  drawExits() {
    this.exits.replaceChildren();
    for (const curve of this.curves) {
      const { run } = curve;
      const place = (i) => [this.plot.x(run.index[i]), this.heightOf(trueLoss(run, i))];
      curve.exit = arrival(run, place);
      if (!curve.exit) continue;
      this.words.addCircle(curve.exit.x, UNDER);
      this.exitOf(run, curve.exit);
    }
  }

  /**
   * @param {Run} run
   * @param {any} p1
   */
  exitOf(run, { x, step, loss }) {
    const fill = this.plot.theme.runs[run.colour];
    svg('path', { d: `M${x} 1l6 10h-12z`, fill, class: 'st-exit' }, this.exits);
    const several = this.state.runs.length > 1;
    const told = several ? `${run.label}: ${short(loss)}` : `${short(loss)}, round ${short(step)}`;
    this.words.write(this.exits, this.whole(told, short(loss), general(loss, 2)), fill, exitSpots(x));
  }

  /** Draw what is done and what is ahead at the step that is shown. */
  step() {
    for (const { run, losses, points, spot, exit, ...lines } of this.curves) {
      const at = atOf(withShownLoss(this.state), run);
      const done = points.filter(({ i }) => i < at);
      const here = this.pointAt(run, losses, at);
      if (!Number.isNaN(here.y)) done.push(here);
      const d = pathFrom(done);
      lines.done.setAttribute('d', d);
      lines.halo.setAttribute('d', d);
      const later = this.state.ahead ? points.filter(({ i }) => i > at) : [];
      lines.ahead.setAttribute('d', pathFrom([...done.slice(-1), ...later]));
      if (spot) set(spot, { cx: drawable(exit && here.y < 0 ? exit.x : here.x), cy: drawable(Math.max(5, here.y)) });
    }
    this.showDot();
    this.tell();
  }

  showDot() {
    const run = this.run;
    const { at } = withShownLoss(this.state);
    const height = this.heightOf(trueLoss(run, at));
    const fill = this.plot.theme.runs[run.colour];
    // Beyond the top it is under the arrow where the run left.
    const { exit } = this.curves[this.state.active];
    const place = exit && height < 0 ? [exit.x, UNDER] : [this.plot.x(run.index[at]), Math.max(7, height)];
    const [cx, cy] = place.map(drawable);
    set(this.dot, { cx, cy, fill, stroke: this.plot.theme.halo });
    const known = run.lowest !== null && !(this.log && run.lowest <= 0);
    this.bar.show(height, known ? this.plot.y(run.lowest) : null, fill);
  }

  /** Write the name of each run at the end of its curve, where no other text is to stand. */
  label() {
    const ends = this.curves.filter(({ exit }) => this.isNamed && !exit).map(({ run }) => {
      const strong = run === this.run;
      const last = run.index.length - 1;
      const y = Math.max(0, this.heightOf(trueLoss(run, last)));
      return { run, strong, x: this.plot.x(run.index[last]), y };
    });
    labelRuns(this.plot, this.names, ends, this.bar.room).forEach((place) => this.words.take(...place));
  }

  /** Show the loss that is under the pointer in another card. */
  showLevel() {
    const { loss } = this.state.hover;
    const there = loss !== null && Number.isFinite(loss) && (!this.log || loss > 0);
    const d = there ? `M0 ${drawable(this.heightOf(loss))}H${this.plot.inner.width}` : '';
    set(this.level, { d, stroke: this.plot.theme.ink });
  }

  // --- pointer and keys --------------------------------------------------------------------------

  /** Have pointer and keys heard; returns how to end that. */
  attach() {
    const { svg: node } = this.plot;
    const seek = (event) => this.seek(this.under(event));
    const hold = (event) => {
      if (this.isDrawn) seek(event);
      return this.isDrawn;
    };
    return attached(
      new Drag(node, { hold, move: seek, drop: () => this.flush() }),
      new Pointing(node, {
        over: (event) => this.isDrawn && this.point(this.under(event)),
        leave: () => this.point(-1),
      }),
      new Keyboard(node, 'chart', { walk: (by) => this.walk(by), part: (way) => this.walk(way * this.tenth) }),
    );
  }

  get isDrawn() {
    return Boolean(this.plot.box && this.state);
  }

  /** Return the kept step under the pointer. */
  under(event) {
    const [px] = this.plot.pointer(event);
    return nearestStep(this.run.index, this.plot.x, px);
  }

  /** Ask for a step, once a frame. */
  seek(i) {
    this.wanted = i;
    if (!this.next) this.next = requestAnimationFrame(() => this.flush());
  }

  flush() {
    cancelAnimationFrame(this.next);
    this.next = 0;
    const { wanted } = this;
    this.wanted = null;
    if (wanted !== null && wanted !== this.state.at) this.on.seek?.(wanted);
  }

  /** Show step and losses at a kept step; -1 for none. */
  point(i) {
    this.note.hide();
    this.rule.setAttribute('d', '');
    if (i < 0 || !this.state) return;
    const run = this.run;
    const step = run.index[i];
    const x = this.plot.x(step);
    const y = Math.max(7, this.heightOf(trueLoss(run, i)));
    const d = `M${x} 0V${this.plot.inner.height}`;
    set(this.rule, { d, stroke: this.plot.theme.muted, 'stroke-dasharray': '2 3' });
    this.note.show({ x, top: y, bottom: y }, this.lossesAt(step, i), this.marks);
  }

  lossesAt(step, i) {
    const { runs } = this.state;
    const run = this.run;
    const lines = [`round ${short(step, 12)}`];
    if (runs.length < 2) lines.push(`loss ${short(trueLoss(run, i))}`);
    for (const one of runs.length < 2 ? [] : runs) {
      const j = one.index.indexOf(step);
      if (j >= 0) lines.push(`${one.label}: ${short(trueLoss(one, j))}`);
    }
    const batch = this.state.scene.rows ? 'mini-batch' : 'batch';
    if (run.choices.batch) lines.push(`its ${batch} ${short(run.loss[i])}`);
    return lines;
  }

  /** A tenth of the run, in kept steps. */
  get tenth() {
    return Math.max(1, Math.round((this.run.index.length - 1) / 10));
  }

  /** Go so many kept steps on. */
  walk(by) {
    if (!this.state) return;
    this.on.seek?.(Math.max(0, Math.min(this.run.index.length - 1, this.state.at + by)));
  }

  /** Say in words what is seen, for readers who do not see it. */
  tell() {
    const { scene, runs, at } = this.state;
    const run = this.run;
    const loss = trueLoss(run, at);
    const name = lossLabel(scene, run.choices);
    const of = runs.length > 1 ? ` of ${run.label}` : '';
    const step = run.index[at];
    Object.assign(this.plot.wrap.dataset, { at, step, loss });
    if (this.state.playing) return;
    const text = `round ${short(step, 12)} of ${short(run.count - 1, 12)}, loss ${short(loss)}`;
    const lowest = run.lowest === null ? '' : `, lowest ${short(run.lowest)}`;
    set(this.plot.svg, {
      'aria-label': `Loss by round${of}: ${name}`,
      'aria-valuemax': run.count - 1,
      'aria-valuenow': step,
      'aria-valuetext': `${text}${lowest}`,
    });
  }

  destroy() {
    cancelAnimationFrame(this.next);
    this.detach();
    this.plot.destroy();
  }
}
