// The card of the network: inputs, hidden units and outputs, with all weights and biases of the step
// that is shown. What is chosen becomes an axis of the surface; what is pointed at is told.
import { chooseObjective } from '../engine/choose_objective.js';
import { Network } from '../engine/network.js';
import { element, keepRoom, listen, part, set } from '../draw/canvas.js';
import { attached } from '../gestures/gesture.js';
import { Pointing } from '../gestures/pointing.js';
import { Keyboard } from '../gestures/keyboard.js';
import { keysInWords } from '../gestures/keys.js';
import { activeRun, isNew, isOverParams, paramsAt } from '../state/select.js';
import { paramLines, passOf, placeInWords, slopesOf } from '../words/network.js';
import { SATURATED, networkInWords } from '../words/network_named.js';
import { counted, short } from '../numerals.js';
import { NetworkPicture } from './network_picture.js';
import { Plot } from './plot.js';
import { RowPass } from './row_pass.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.cardsNetwork;

/** How near the pointer must be to a line, in pixels: a finger is wider. */
const NEAR = { mouse: 9, pen: 12, touch: 20 };

/** Kept steps, evenly spaced, of which the largest weight says how wide a line is. */
const LOOKED = 12;

/** Milliseconds between two changes of the words while a run goes on. */
const READ = 250;

/** What of the state is another step, or another surface. */
const MODEL = ['runs', 'active', 'at', 'phase', 'plane', 'surface'];

/** Makes the card in an element; `on.plane(x, y)` hears which two params the surface is over. */
export function makeNetwork(parent, on = {}) {
  return new NetworkCard(parent, on);
}

class NetworkCard {
  constructor(parent, on) {
    this.on = on;
    this.state = null;
    this.lit = -1;
    [this.current, this.due] = [0, 0];
    this.plot = new Plot(parent, 'network', () => this.draw());
    const role = { role: 'application', tabindex: 0, 'data-keys': '' };
    set(this.plot.svg, { ...role, 'aria-roledescription': 'network' });
    const words = part(this.plot.wrap, 'st-net-words');
    this.told = part(words, 'st-net-told');
    this.room = keepRoom(this.told);
    const ask = (number) => on.tellRow?.(number);
    this.walked = new RowPass(words, (layer, row) => this.stage(layer, row), ask);
    this.detach = this.attach();
  }

  /** Have pointer and keys heard; returns how to end that. */
  attach() {
    const { svg: node } = this.plot;
    listen(node, {
      click: (event) => this.choose(this.nearest(event), event.shiftKey),
      focus: () => this.light(this.current),
      blur: () => this.light(-1),
    });
    const over = (event) => this.light(this.nearest(event));
    const goTo = (i) => {
      this.current = i;
      this.light(i);
    };
    return attached(
      new Pointing(node, { over, press: over, leave: () => this.light(-1) }),
      new Keyboard(node, 'network', {
        along: (by) => goTo(this.along(by)),
        layer: (by) => goTo(this.besides(by)),
        choose: (other) => this.choose(this.current, other),
      }),
    );
  }

  picture() {
    // One that was never in sight is drawn now.
    this.plot.observer.look();
    return this.drawn ? this.plot.picture() : null;
  }

  /**
   * Take over a new state; `changed` names its parts that are new, null for all.
   * @param {State} state
   * @param {Changed} changed
   */
  show(state, changed) {
    const other = this.state?.scene.network !== state.scene.network;
    this.state = state;
    if (other) this.network = new Network(state.scene.network);
    if (!this.plot.width) return;
    if (other || !this.drawn || isNew(changed, 'scene', 'theme')) this.draw();
    else if (isNew(changed, ...MODEL)) this.step();
    else if (changed.has('playing')) this.halt();
    else if (isNew(changed, 'hover', 'row')) {
      this.row();
      this.walked.show(state, this.network);
    }
  }

  draw() {
    if (!this.state) return;
    const { features, target, margins } = this.state.scene;
    const outputs = margins > 1 ? target.classes.map(String) : [target.name];
    this.drawn = new NetworkPicture(this.plot, this.network);
    this.drawn.frame([features.map(({ name }) => name), outputs]);
    this.step();
  }

  step() {
    const params = paramsAt(this.state);
    this.drawn.step(this.sharesOf(params), this.state.scene, params);
    if (!this.state.playing || performance.now() > this.due) this.halt();
  }

  /** Say what is shown: while the steps go on, seldom enough to be read and to cost a tenth of the time. */
  halt() {
    const began = performance.now();
    this.shown = null;
    this.row();
    this.walked.show(this.state, this.network);
    this.mark();
    const now = performance.now();
    this.due = now + Math.max(READ, 9 * (now - began));
  }

  /** Mark the layer where a row on its way is, and show what the units answer to it. */
  stage(layer, row) {
    this.onWay = row;
    this.drawn?.stage(layer);
    if (this.drawn && !this.state.playing) this.row();
  }

  /** Show what units answer to the row that is on its way, or lit: the words of its stage are of no other. */
  row() {
    const row = this.onWay >= 0 ? this.onWay : this.state.hover.row;
    if (row === this.shown) return;
    this.shown = row;
    const { scene } = this.state;
    this.pass = row >= 0 && row < scene.shown ? passOf(this.state, this.network, row) : null;
    this.slopes = this.pass?.slopes ?? slopesOf(this.state, this.network);
    this.drawn.lock(this.slopes);
    this.drawn.fill(this.pass?.answers.map((values) => Array.from(values, (value) => short(value, 2))));
    this.tell();
  }

  /** Return each weight's share, from -1 to 1, of the largest of its layer in the whole run. */
  sharesOf(params) {
    const units = this.units();
    const most = this.largest(units);
    const within = (share) => Math.max(-1, Math.min(1, share || 0));
    return Float64Array.from(units, (unit, i) =>
      within((params[i] * unit) / most[this.network.placeOf(i).layer]),
    );
  }

  largest(units) {
    const run = activeRun(this.state);
    if (this.known?.run === run) return this.known.most;
    const most = this.network.layers.map(() => 0);
    for (let k = 0; k <= LOOKED; k += 1) {
      const params = paramsAt(this.state, run, Math.round((k / LOOKED) * (run.index.length - 1)));
      units.forEach((unit, i) => {
        const { layer } = this.network.placeOf(i);
        most[layer] = Math.max(most[layer], Math.abs(params[i] * unit) || 0);
      });
    }
    this.known = { run, most };
    return most;
  }

  /** Return for each weight the standard deviation of its input; 1 beyond the first layer. */
  units() {
    const { X, y, margins } = this.state.scene;
    if (this.sized?.X !== X) {
      const { deviation } = chooseObjective(this.state.scene, X, y, { margins }).moments;
      const { inputs, units } = this.network.layers[0];
      const unit = (i) => (i < units * inputs ? deviation[i % inputs] : 1);
      const { weights } = this.network;
      this.sized = { X, units: Float64Array.from({ length: weights }, (_, i) => unit(i)) };
    }
    return this.sized.units;
  }

  /** The two params that the surface is over. */
  get axes() {
    const { plane, surface } = this.state;
    if (!isOverParams(surface)) return [];
    return plane ?? [surface.xIndex, surface.yIndex];
  }

  mark() {
    const { axes, lit, plot } = this;
    const { params } = this.state.scene;
    const words = ['across', 'up'];
    const marked = axes.map((i, k) => [i, `${params[i].name} (${words[k]})`]);
    if (lit >= 0 && !axes.includes(lit)) marked.push([lit, params[lit].name]);
    this.drawn.mark(marked);
    Object.assign(plot.wrap.dataset, { lit, axes: axes.join(' ') });
  }

  // --- pointing and choosing ---------------------------------------------------------------------

  nearest(event) {
    // A picture that is too high for its place is drawn smaller than it is laid out.
    const drawn = this.plot.svg.getScreenCTM();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawn.inverse());
    return this.drawn?.nearest(point, (NEAR[event.pointerType] ?? NEAR.mouse) / drawn.a) ?? -1;
  }

  light(i) {
    if (i === this.lit) return;
    this.lit = i;
    this.plot.svg.style.cursor = i < 0 ? '' : 'pointer';
    if (!this.drawn) return;
    this.mark();
    this.tell();
  }

  /** Put a param on an axis of the surface: a weight across, a bias up; `other` the other way. */
  choose(i, other) {
    // A press gives the focus first, which lights where the keyboard was: what is pressed is told.
    this.light(i);
    if (i < 0) return;
    this.current = i;
    const { surface, plane } = this.state;
    const [x, y] = plane ?? [surface.xIndex, surface.yIndex];
    const up = (i >= this.network.weights) !== Boolean(other);
    this.on.plane?.(up ? x : i, up ? i : y);
  }

  /** The weights and the biases of each layer, and where among them the current param is. */
  groups() {
    const groups = this.network.layers.flatMap(({ weights, bias, units, inputs }) => [
      { from: weights, count: units * inputs }, { from: bias, count: units },
    ]);
    const at = groups.findIndex(({ from, count }) => this.current >= from && this.current < from + count);
    return { groups, at, ...groups[at] };
  }

  /** Return the param so many further in its group. */
  along(by) {
    const { from, count } = this.groups();
    return from + ((this.current - from + by + count) % count);
  }

  /** Return the param beside the current one in the next group, or the one before. */
  besides(by) {
    const { groups, at, from, count } = this.groups();
    const to = groups[at + by];
    if (!to) return this.current;
    const share = count > 1 ? (this.current - from) / (count - 1) : 0;
    return to.from + Math.round(share * (to.count - 1));
  }

  /** Tell the param that is pointed at; else the two on the axes. */
  tell() {
    const { state, network, plot, axes, lit } = this;
    const told = (lit >= 0 ? [lit] : axes).map((i) => paramLines(state, network, i));
    const params = told.map(({ name, place, lines }) => [name, ` (${place}): ${lines.join('; ')}.`]);
    const said = this.passWords(told.map(({ index }) => index)) ?? params;
    this.write([...said, ...this.lockWords()]);
    // What is pointed at is spoken; a run that goes on is not.
    set(this.told, { 'aria-live': lit >= 0 && !state.playing ? 'polite' : 'off' });
    const [x, y] = axes.map((i) => `${state.scene.params[i].name}, ${placeInWords(network, state.scene, i)}`);
    plot.svg.setAttribute(
      'aria-label',
      filled(SAY.across, [networkInWords(state.scene.network), x ?? 'path 1', y ?? 'path 2', keysInWords('network')]),
    );
  }

  /** Return what the row that is lit does in the network, and at these params. */
  passWords(which) {
    if (!this.pass) return null;
    const { scene } = this.state;
    const row = `Row ${scene.rowNumbers[this.shown]}`;
    const at = (i) => [`${row}, ${scene.params[i].name}`, `: ${this.pass.lines(i).join('; ')}.`];
    return [[row, SAY.circle], ...which.map(at)];
  }

  /** Say which hidden units are saturated, with the slopes that say so. */
  lockWords() {
    const shut = this.slopes.flatMap((layer, l) => layer.map((slope, unit) => [slope, l, unit]))
      .filter(([slope]) => slope < SATURATED).sort((a, b) => a[0] - b[0]);
    if (!shut.length) return [];
    const [[slope, layer, unit]] = shut;
    const of = this.pass ? 'for this row' : SAY.average;
    const values = [counted(shut.length, 'unit'), SATURATED, of, short(slope, 2), layer + 1, unit + 1];
    return [['Saturated', filled(SAY.lock, values)]];
  }

  /** Write paragraphs, each a name and what is said of it, into those that are there. */
  write(said) {
    while (this.told.children.length > said.length) this.told.lastChild.remove();
    while (this.told.children.length < said.length) {
      const made = element('p', {}, this.told);
      element('strong', {}, made);
      element('span', {}, made);
    }
    said.forEach((texts, i) => texts.forEach((text, j) => {
      const node = this.told.children[i].children[j];
      if (node.textContent !== text) node.textContent = text;
    }));
  }

  destroy() {
    this.room.disconnect();
    this.detach();
    this.plot.destroy();
  }
}

