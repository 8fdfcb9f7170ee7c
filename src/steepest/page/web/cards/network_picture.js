// The picture of a network: a line for each weight, its number beside it, and in each circle the
// number of its bias. Of more weights the lines alone, of still more a box for each layer.
import { fittedHeight, renew, set, svg } from '../draw/canvas.js';
import { fixed } from '../numerals.js';
import { SATURATED } from '../words/network_named.js';
import { mannerOf } from '../state/drawn_as.js';
import { between, distanceTo, freePlace, layoutOf, shareOf } from './network_layout.js';
import { UnitPictures } from './network_units.js';

/** The widest and the thinnest line, in pixels; and the widest of many. */
const [THICK, THIN, CROWDED] = [6, 0.5, 3];

/** Of lines without numbers those of one width are one path: so many widths there are. */
const WIDTHS = 6;

/** The dash of what is below 0, so that colour alone need not tell it. */
const DASH = '5 3';

/** Shares of a line at which its name may stand too. */
const ALONG = [0.5, 0.62, 0.38, 0.75, 0.25];

/** Letters of numbers are this much of the usual. */
const SMALL = 0.88;

/** A padlock about a point: its shackle, and its body. */
const LOCK = 'M-2.9 -0.5V-2.5A2.9 2.9 0 0 1 2.9 -2.5V-0.5H4V5H-4V-0.5ZM-1.5 -0.5H1.5V-2.5A1.5 1.5 0 0 0 -1.5 -2.5Z';

/** The most of a fitted card's height that is the picture's: the rest is for what is told, which scrolls. */
const PICTURE = 0.64;

/** Draws a network into a plot, whose axes it does not use. */
export class NetworkPicture {
  constructor(plot, network) {
    this.plot = plot;
    this.network = network;
    this.manner = mannerOf(network);
    this.lines = [];
    this.texts = [];
  }

  /** Draw all that does not change from step to step; `names` are those of inputs and outputs. */
  frame([inputs, outputs]) {
    const { plot, network } = this;
    plot.dress();
    const [before, after] = [inputs, outputs].map((some) => Math.max(...some.map((one) => plot.wide(one))));
    const boxes = this.manner === 'layers';
    const ends = boxes ? [64, 64] : [before, after];
    const high = PICTURE * fittedHeight(plot.wrap) || Infinity;
    this.layout = layoutOf(network, { width: plot.width, high, size: plot.size, before: ends[0], after: ends[1] });
    const { width, height, share } = this.layout;
    set(plot.svg, { height: share * height, viewBox: `0 0 ${width} ${height}` });
    set(plot.area, { x: 0, y: 0, width, height });
    [plot.still, plot.back, plot.middle, plot.front].forEach((group) => group.replaceChildren());
    this.names = [];
    if (boxes) return this.boxes();
    this.inputNames(inputs);
    this.outputNames(outputs);
    return this.units();
  }

  inputNames(names) {
    const { plot: { size }, layout: { nodes, upright, steep, radius } } = this;
    // Where even upright letters would touch, a name is told when its weight is pointed at.
    if (upright && names.length > 1 && nodes[0][1].x - nodes[0][0].x < size) return;
    names.forEach((name, i) => {
      const { x, y } = nodes[0][i];
      if (steep) this.upwards(name, x, y - radius - 6, y - radius - 8);
      else if (upright) this.centred(name, nodes[0], i, y - radius - 6);
      else this.beside(name, x - radius - 6, y, 'end', x - radius - 8);
    });
  }

  outputNames(names) {
    const { plot, layout: { nodes, upright, radius, width } } = this;
    const places = nodes.at(-1);
    names.forEach((name, i) => {
      const { x, y } = places[i];
      if (upright) this.centred(name, places, i, y + radius + 1.1 * plot.size);
      else this.beside(name, x + radius + 9, y, 'start', width - x - radius - 10);
    });
  }

  beside(name, x, y, anchor, room) {
    const { plot } = this;
    const look = { fill: plot.theme.ink, 'text-anchor': anchor };
    const text = plot.fitted(name, room);
    const wide = plot.wide(text);
    this.names.push({ x: x + (anchor === 'end' ? -wide : wide) / 2, y, wide, high: plot.size });
    plot.write(plot.still, x, y + 0.35 * plot.size, text, look);
  }

  centred(name, places, i, y) {
    const { plot, layout: { width } } = this;
    const gap = places.length > 1 ? places[1].x - places[0].x : width;
    const text = plot.fitted(name, gap - 3);
    const half = plot.wide(text) / 2 + 1;
    const x = Math.max(half, Math.min(places[i].x, width - half));
    this.names.push({ x, y: y - 0.35 * plot.size, wide: 2 * half, high: plot.size });
    plot.write(plot.still, x, y, text, { fill: plot.theme.ink, 'text-anchor': 'middle' });
  }

  upwards(name, x, y, room) {
    const { plot } = this;
    const at = x + 0.35 * plot.size;
    const look = { fill: plot.theme.ink, transform: `rotate(-90 ${at} ${y})` };
    plot.write(plot.still, at, y, plot.fitted(name, room), look);
  }

  // --- layers as boxes ---------------------------------------------------------------------------

  boxes() {
    const { network, layout: { nodes } } = this;
    const places = nodes.map(([place]) => place);
    places.slice(1).forEach((to, l) => this.band(places[l], to, network.layers[l]));
    const last = network.layers.length;
    const word = (i) => (i === 0 ? 'input' : i === last ? 'output' : 'unit');
    const words = (i) => `${word(i)}${network.sizes[i] === 1 ? '' : 's'}`;
    places.forEach((place, i) => this.box(place, fixed(network.sizes[i], 0), words(i)));
  }

  band(from, to, { units, inputs }) {
    const { plot, layout: { upright } } = this;
    const d = `M${from.x} ${from.y}L${to.x} ${to.y}`;
    svg('path', { d, stroke: plot.theme.line, 'stroke-width': 14 }, plot.back);
    const at = between(from, to, 0.5);
    const [x, y] = upright ? [at.x + 12, at.y] : [at.x, at.y - 12];
    const look = { fill: plot.theme.muted, 'text-anchor': upright ? 'start' : 'middle' };
    plot.write(plot.front, x, y, `${fixed(units * inputs, 0)} weights`, look);
  }

  box({ x, y }, count, word) {
    const { plot } = this;
    const { ink, card } = plot.theme;
    const size = { x: x - 38, y: y - 24, width: 76, height: 48, rx: 8 };
    svg('rect', { ...size, fill: card, stroke: ink }, plot.middle);
    const middle = { fill: ink, 'text-anchor': 'middle' };
    plot.write(plot.front, x, y - 3, count, { ...middle, 'font-weight': 700 });
    plot.write(plot.front, x, y + 1.1 * plot.size, word, middle);
  }

  // --- units and lines ---------------------------------------------------------------------------

  units() {
    const { plot, network, layout: { nodes, radius } } = this;
    this.halo = svg('g', { fill: 'none' }, plot.back);
    const lines = svg('g', { fill: 'none' }, plot.back);
    const count = this.manner === 'numbers' ? network.weights : 2 * WIDTHS;
    const numbered = this.manner === 'numbers';
    this.lines = Array.from({ length: count }, (_, i) => svg('path', numbered ? { d: this.pathOf(i) } : {}, lines));
    this.numbers();
    const { card, line, ink } = plot.theme;
    this.answers?.destroy();
    this.answers = UnitPictures.fit(network, this.layout) ? new UnitPictures(plot, network, this.layout) : null;
    nodes.forEach((places, layer) => places.forEach(({ x, y }) => {
      const fill = this.answers ? 'none' : [line, card][Number(layer > 0)];
      svg('circle', { cx: x, cy: y, r: radius, fill, stroke: ink, 'stroke-width': 1.3 }, plot.middle);
    }));
    this.texts = nodes.map((places) => places.map(({ x, y }) => this.number(plot.front, x, y, '', false)));
    this.fill();
    this.locks = svg('g', {}, plot.front);
    this.labels = svg('g', {}, plot.front);
  }

  /** Write the number of each weight beside its line, where there is room for a layer's. */
  numbers() {
    const { plot, network, layout } = this;
    for (let i = 0; i < network.weights; i += 1) {
      const { x, y, layer } = this.placeOf(i);
      if (layout.numbers[layer] !== null) this.number(plot.middle, x, y, String(i + 1), true);
    }
  }

  /** Put a lock beside each hidden unit whose slope, `slopes[layer][unit]`, says that it is saturated. */
  lock(slopes) {
    if (this.manner === 'layers') return;
    const { plot: { theme }, layout: { nodes, radius } } = this;
    const shut = slopes.flatMap((layer, l) => nodes[l + 1].filter((_, unit) => layer[unit] < SATURATED));
    const look = { fill: theme.ink, stroke: theme.card, 'stroke-width': 2.4, 'paint-order': 'stroke' };
    this.locks.replaceChildren(...shut.map(({ x, y }) => svg('path', {
      ...look, d: LOCK, class: 'st-lock', transform: `translate(${x + 0.8 * radius} ${y - 0.8 * radius})`,
    })));
  }

  number(parent, x, y, text, quiet) {
    const { theme, size } = this.plot;
    const look = { halo: true, fill: quiet ? theme.muted : theme.ink, 'font-size': SMALL * size };
    return this.plot.write(parent, x, y + 0.32 * size, text, { ...look, 'text-anchor': 'middle' });
  }

  /** Write into each circle the number of its bias, or what `values[layer][unit]` says. */
  fill(values = null) {
    const { plot, network, layout: { radius } } = this;
    if (radius < 0.75 * plot.size || !this.texts.length) return;
    const usual = (layer, unit) => (
      layer ? network.layers[layer - 1].bias + unit - network.weights + 1 : ''
    );
    this.texts.forEach((texts, layer) => texts.forEach((node, unit) => {
      const text = String(values ? values[layer][unit] : usual(layer, unit));
      if (node.textContent !== text) node.textContent = text;
    }));
  }

  /** Return the ends of the line of weight `i`. */
  ends(i) {
    const { layer, unit, input } = this.network.placeOf(i);
    const { nodes } = this.layout;
    return { from: nodes[layer][input], to: nodes[layer + 1][unit] };
  }

  /** Return the line of weight `i`, from rim to rim: circles may be open to what lies below. */
  pathOf(i) {
    const ends = this.ends(i);
    const share = this.layout.radius / Math.hypot(ends.to.x - ends.from.x, ends.to.y - ends.from.y);
    const [from, to] = [share, 1 - share].map((at) => between(ends.from, ends.to, at));
    return `M${from.x.toFixed(1)} ${from.y.toFixed(1)}L${to.x.toFixed(1)} ${to.y.toFixed(1)}`;
  }

  /** Return where the number of param `i` stands, and its layer. */
  placeOf(i) {
    const { layer, unit, input } = this.network.placeOf(i);
    if (input === null) return { ...this.layout.nodes[layer + 1][unit], layer };
    const { from, to } = this.ends(i);
    const span = this.layout.numbers[layer] ?? [0.5, 0.5];
    return { ...between(from, to, shareOf(input, this.network.layers[layer].inputs, span)), layer };
  }

  /**
   * Draw each weight by its share, from -1 to 1, of the largest, and what units answer.
   * @param {Scene} scene
   */
  step(shares, scene, params) {
    this.shares = shares;
    this.answers?.step(scene, params);
    if (this.manner === 'numbers') {
      this.lines.forEach((node, i) => renew(node, this.lookOf(shares[i])));
    } else if (this.manner === 'lines') this.bundles();
  }

  lookOf(share, thick = THICK, palest = 0.35) {
    const { runs } = this.plot.theme;
    const size = Math.abs(share);
    return {
      stroke: runs[share < 0 ? 0 : 1],
      'stroke-width': (THIN + (thick - THIN) * size).toFixed(1),
      'stroke-opacity': (palest + (1 - palest) * size).toFixed(2),
      'stroke-dasharray': share < 0 ? DASH : 'none',
    };
  }

  /** Draw all lines of one sign and about one width as one path. */
  bundles() {
    const paths = this.lines.map(() => '');
    this.shares.forEach((share, i) => {
      const width = Math.min(WIDTHS - 1, Math.floor(WIDTHS * Math.abs(share)));
      paths[width + (share < 0 ? WIDTHS : 0)] += this.pathOf(i);
    });
    this.lines.forEach((node, k) => {
      const share = ((k % WIDTHS) + 0.5) / WIDTHS;
      set(node, { d: paths[k], ...this.lookOf(k < WIDTHS ? share : -share, CROWDED, 0.08) });
    });
  }

  /** Frame the units of a layer, the inputs 0; -1 for none. */
  stage(layer) {
    this.staged?.remove();
    this.plot.wrap.dataset.layer = layer;
    if (layer < 0) return;
    const places = this.layout.nodes[layer];
    const room = this.manner === 'layers' ? 44 : this.layout.radius + 9;
    const [xs, ys] = ['x', 'y'].map((key) => places.map((place) => place[key]));
    const [x, y] = [Math.min(...xs) - room, Math.min(...ys) - room];
    const size = { width: Math.max(...xs) + room - x, height: Math.max(...ys) + room - y, rx: 12 };
    const { ink } = this.plot.theme;
    this.staged = svg('rect', { x, y, ...size, fill: ink, 'fill-opacity': 0.1, stroke: ink }, this.plot.back);
  }

  /** Ring params and write their names: `marked` is a list of [param, words]. */
  mark(marked) {
    if (this.manner === 'layers') return;
    this.halo.replaceChildren();
    this.labels.replaceChildren();
    this.said = [];
    for (const [i, words] of marked) {
      if (i < this.network.weights) this.ringLine(i);
      else this.ringUnit(i);
      this.label(i, words);
    }
  }

  ringLine(i) {
    const { ink, card } = this.plot.theme;
    const wide = THIN + THICK * Math.abs(this.shares[i]);
    const d = this.pathOf(i);
    svg('path', { d, stroke: ink, 'stroke-width': wide + 5 }, this.halo);
    svg('path', { d, stroke: card, 'stroke-width': wide + 2.4 }, this.halo);
  }

  ringUnit(i) {
    const { x, y } = this.placeOf(i);
    const look = { r: this.layout.radius + 4, stroke: this.plot.theme.ink, 'stroke-width': 2.2 };
    svg('circle', { cx: x, cy: y, ...look }, this.halo);
  }

  /** Write words beside a param, where they cover no circle and no name. */
  label(i, words) {
    const { plot, layout: { nodes, radius, width, height } } = this;
    const size = { wide: 1.12 * plot.wide(words), high: 1.1 * plot.size };
    const within = (value, most, half) => Math.max(half, Math.min(value, most - half));
    const places = this.besides(i).map(({ x, y }) => (
      { x: within(x, width, size.wide / 2 + 2), y: within(y, height, size.high / 2) }
    ));
    const { x, y } = freePlace(places, size, nodes.flat(), radius + 2, [...this.names, ...this.said]);
    this.said.push({ x, y, ...size });
    const look = { halo: true, fill: plot.theme.ink, 'font-weight': 700, 'text-anchor': 'middle' };
    plot.write(this.labels, x, y + 0.35 * plot.size, words, look);
  }

  /** Return the places above and below a param: of a weight at its number, then along its line. */
  besides(i) {
    const { network, plot: { size }, layout: { radius } } = this;
    const isLine = i < network.weights;
    const away = isLine ? 0.9 * size : radius + 6 + 0.55 * size;
    const { from, to } = isLine ? this.ends(i) : {};
    const along = isLine ? ALONG.map((share) => between(from, to, share)) : [];
    return [this.placeOf(i), ...along].flatMap(({ x, y }) => [-away, away].map((up) => ({ x, y: y + up })));
  }

  /** Return the param nearest to a point within so many pixels, -1 where none is. */
  nearest(point, reach) {
    if (!this.layout || this.manner !== 'numbers') return -1;
    const { network, layout: { radius } } = this;
    const away = (i) => {
      const place = this.placeOf(i);
      const direct = Math.hypot(point.x - place.x, point.y - place.y);
      // A circle goes before the lines that end in it.
      if (i >= network.weights) return direct <= radius + 3 ? -1 : Infinity;
      const { from, to } = this.ends(i);
      return Math.min(distanceTo(point, from, to), Math.max(0, direct - 4));
    };
    let [found, least] = [-1, reach];
    for (let i = 0; i < network.size; i += 1) {
      const distance = away(i);
      if (distance < least) [found, least] = [i, distance];
    }
    return found;
  }
}
