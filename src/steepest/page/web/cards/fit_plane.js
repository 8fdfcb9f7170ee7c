// Data and fit, two features of a network: the plane of both with the rows, and below them what the
// network of the step that is shown predicts everywhere. Classes: their colours, mixed by probability,
// and lines where the most probable class changes. A number: its colour, and lines of equal height.
import { contourLines } from '../draw/contours.js';
import { RAMP, rgbOf } from '../draw/colours.js';
import { linearTicks } from '../draw/ticks.js';
import { renew, svg } from '../draw/canvas.js';
import { activeRun, paramsAt, predictionsOf, probabilitiesOf } from '../state/select.js';
import { counted, short } from '../numerals.js';
import { featureAxis } from './axes.js';
import { ManyFit } from './fit_many.js';
import { numberLines, rangeOf } from './fit_rows.js';
import { classLegend, disc } from './shapes.js';
import { Underlay } from './underlay.js';

/** Points a side at which the network is asked; what is between is drawn between. */
const SIDE = 64;

/** How strong the colours of classes are below the marks of the rows. */
const STRENGTH = 0.5;

/** The rows over two features, and what is predicted everywhere. */
export class PlaneFit extends ManyFit {
  constructor(plot, points) {
    super(plot, points);
    this.ground = new Underlay(plot, [SIDE, SIDE]);
    this.lines = svg('path', { fill: 'none', 'pointer-events': 'none' });
    plot.back.prepend(this.lines);
  }

  axes({ scene }) {
    const [across, up] = [0, 1].map((j) => scene.X.filter((_, i) => i % 2 === j));
    this.ranges = [across, up].map((values) => rangeOf(values, 0.08));
    this.span = scene.target.classes ? null : rangeOf(scene.y, 0);
    this.cells = cellsOf(this.ranges);
    const [x, y] = this.ranges.map((range, j) => featureAxis(range, scene.features[j]));
    return { x, y, legend: this.span ? this.scale(scene) : classLegend(scene, this.plot.theme) };
  }

  /** The colours of three numbers: those of the rows, and of what is predicted. */
  scale({ target }) {
    const [low, high] = this.span;
    return [low, (low + high) / 2, high].map((value, i) => ({
      text: i ? short(value, 3) : `${target.label}: ${short(value, 3)}`,
      path: disc(5),
      colour: `rgb(${rampAt(this.shareOf(value)).join(' ')})`,
    }));
  }

  shareOf(value) {
    const [low, high] = this.span;
    return Math.max(0, Math.min(1, (value - low) / (high - low)));
  }

  /** @param {State} state */
  look(state) {
    if (!this.span) return super.look(state);
    const { scene } = state;
    const path = disc(scene.shown > 600 ? 3.4 : 4.6);
    const colour = (i) => `rgb(${rampAt(this.shareOf(scene.y[i])).join(' ')})`;
    return { path: () => path, colour };
  }

  guides() {
    const { box: { left, top }, inner: { width, height } } = this.plot;
    const half = [width, height].map((side) => side / (SIDE - 1) / 2);
    this.ground.place({ x: left, y: top, width, height }, half);
  }

  places({ scene }) {
    const { x, y } = this.plot;
    const along = (j, place) => Float64Array.from({ length: scene.shown }, (_, i) => place(scene.X[2 * i + j]));
    return { x: along(0, x), y: along(1, y) };
  }

  /**
   * Draw what the step that is shown predicts; the rows stay where they are.
   * @param {State} state
   */
  step(state) {
    const { scene } = state;
    const everywhere = { ...scene, X: this.cells, shown: SIDE * SIDE };
    if (this.span) this.drawNumbers(state, everywhere);
    else this.drawClasses(state, everywhere);
  }

  /** @param {State} state */
  drawNumbers(state, everywhere) {
    const predicted = predictionsOf(everywhere, activeRun(state).choices, paramsAt(state));
    this.paint((cell, colour) => rampAt(this.shareOf(predicted[cell]), colour), 1);
    const levels = linearTicks(...this.span, 8).values;
    this.trace(levels.map((level) => [predicted, level]), 1);
  }

  /** @param {State} state */
  drawClasses(state, everywhere) {
    const k = state.scene.target.classes.length;
    const given = probabilitiesOf(everywhere, paramsAt(state));
    const colours = Array.from({ length: k }, (_, i) => rgbOf(this.plot.theme.classes[i % 8]));
    const mix = (cell, colour) => {
      colour.fill(0);
      for (let i = 0; i < k; i += 1) {
        const share = given[cell * k + i];
        for (let part = 0; part < 3; part += 1) colour[part] += share * colours[i][part];
      }
    };
    this.paint(mix, STRENGTH);
    const leads = Array.from({ length: k === 2 ? 1 : k }, (_, i) => [leadOf(given, k, i), 0]);
    this.trace(leads, 2);
  }

  /** Paint each cell as `tell` fills in its colour; the first row of cells is the lowest of the picture. */
  paint(tell, strength) {
    const colour = [0, 0, 0];
    const paper = rgbOf(this.plot.theme.card);
    const { context } = this.ground;
    const image = context.createImageData(SIDE, SIDE);
    for (let cell = 0; cell < SIDE * SIDE; cell += 1) {
      tell(cell, colour);
      const to = 4 * ((SIDE - 1 - Math.floor(cell / SIDE)) * SIDE + (cell % SIDE));
      for (let part = 0; part < 3; part += 1) {
        image.data[to + part] = strength * colour[part] + (1 - strength) * paper[part];
      }
      image.data[to + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  /** Draw lines where values, cell by cell, have their level. */
  trace(wanted, width) {
    const { inner, theme } = this.plot;
    const [w, h] = [inner.width / (SIDE - 1), inner.height / (SIDE - 1)];
    const path = (line) => {
      let d = '';
      for (let n = 0; n < line.length; n += 2) {
        d += `${n ? 'L' : 'M'}${(w * line[n]).toFixed(1)} ${(inner.height - h * line[n + 1]).toFixed(1)}`;
      }
      return d;
    };
    const lines = wanted.flatMap(([values, level]) => contourLines(values, SIDE, SIDE, level));
    const colour = this.span ? theme.card : theme.ink;
    renew(this.lines, { d: lines.map(path).join(''), stroke: colour, 'stroke-width': width, 'stroke-opacity': 0.7 });
    this.plot.wrap.dataset.boundaries = lines.length;
  }

  /**
   * Show what the network says of a row; -1 for none.
   * @param {State} state
   */
  row(state, i) {
    this.note.hide();
    if (i < 0) return;
    const [x, y] = [this.points.x[i], this.points.y[i]];
    this.note.show({ x, top: y - 6, bottom: y + 6, left: 6, right: 6 }, this.told(state, i), this.points);
  }

  /** @param {State} state */
  told(state, i) {
    if (!this.span) return super.told(state, i);
    const { choices } = activeRun(state);
    const predicted = predictionsOf(state.scene, choices, paramsAt(state));
    return numberLines(state.scene, choices, paramsAt(state), i, predicted[i]);
  }

  /**
   * Say what is drawn.
   * @param {State} state
   */
  say(state) {
    const { scene } = state;
    const [across, up] = scene.features.map(({ label }) => label);
    const of = `over ${across} and ${up}`;
    if (this.span) return `${scene.target.label} ${of}, as colour, below it the prediction`;
    const k = scene.target.classes.length;
    const given = probabilitiesOf(scene, paramsAt(state));
    let own = 0;
    for (let i = 0; i < scene.shown; i += 1) own += leadAt(given, k, i, scene.y[i]) > 0 ? 1 : 0;
    return `most probable ${scene.target.name} ${of}; ${short(own)} of ${counted(scene.shown, 'row')} ` +
      'lie where their own class is that';
  }

  destroy() {
    super.destroy();
    this.ground.destroy();
    this.lines.remove();
    delete this.plot.wrap.dataset.boundaries;
  }
}

/**
 * Return the points of the grid, (SIDE * SIDE * 2), from the lower left on.
 * @param {number[][]} ranges
 */
function cellsOf([[left, right], [bottom, top]]) {
  const cells = new Float64Array(2 * SIDE * SIDE);
  for (let cell = 0; cell < SIDE * SIDE; cell += 1) {
    cells[2 * cell] = left + ((right - left) * (cell % SIDE)) / (SIDE - 1);
    cells[2 * cell + 1] = bottom + ((top - bottom) * Math.floor(cell / SIDE)) / (SIDE - 1);
  }
  return cells;
}

/** Return for each cell how far the probability of class i is ahead of any other's. */
function leadOf(given, k, i) {
  return Float64Array.from({ length: given.length / k }, (_, cell) => leadAt(given, k, cell, i));
}

function leadAt(given, k, cell, i) {
  let most = 0;
  for (let j = 0; j < k; j += 1) if (j !== i) most = Math.max(most, given[cell * k + j]);
  return given[cell * k + i] - most;
}

function rampAt(share, colour = [0, 0, 0]) {
  const at = 3 * Math.round(255 * (share || 0));
  for (let part = 0; part < 3; part += 1) colour[part] = RAMP[at + part];
  return colour;
}
