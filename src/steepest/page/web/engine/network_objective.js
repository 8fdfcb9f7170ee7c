// The network objective: the mean loss of a dense network, and what is known of it. The twin of
// Python's `objective/network.py`.
import { hessianOf } from './hessian.js';
import { chooseInitialisation } from './initial.js';
import { Network } from './network.js';
import { networkOnPlane } from './network_plane.js';
import { networkScale } from './network_units.js';
import { alikeLayers, ownSideVerdict, symmetryVerdict } from './network_verdicts.js';
import { Random } from './random.js';
import { Risk } from './risk.js';
import { byColumn, byRow } from './turned.js';
import { length } from './vectors.js';

/**
 * Rows times params times points of a surface that is shown at once, and of the last one that follows:
 * in Chromium 5e7 took 0.2 to 0.8 s, by how early the layers are that it moves.
 */
const [COARSE, FINE] = [1.6e7, 6e8];

/** Points a side of the surfaces that may be the first, and of those that follow: ever finer. */
const [FIRST, NEXT] = [[9, 17, 33, 51], [17, 51, Infinity]];

export class NetworkObjective extends Risk {
  /** `made` has the network's sizes and activation, and how its random start is drawn (`initial`). */
  constructor(made, X, y, loss, l2 = 0) {
    const network = new Network(made);
    super({ X, y, loss, l2, size: network.size, weights: network.weights });
    this.made = made;
    this.network = network;
    this.inputs = byColumn(X, this.features);
    this.last = null;
  }

  /** Whether every low point is the lowest: a network's may be one of many. */
  get isConvex() {
    return false;
  }

  /** Whether the gradient has a bound: it is a product of layers, so it has none. */
  get slopeIsBounded() {
    return false;
  }

  /** Returns the same objective on other rows. */
  on(X, y) {
    return new NetworkObjective(this.made, X, y, this.loss, this.l2);
  }

  /** Returns the outputs, (rows * margins), in `out`; the pass is kept for the one backward. */
  marginsAt(params, out = new Float64Array(this.rows * this.margins)) {
    this.last = this.network.forward(this.inputs, this.rows, params);
    return byRow(this.last.sums.at(-1), this.rows, out);
  }

  /** Returns the gradient of slopes by the outputs that were told last: backpropagation. */
  pulled(slope) {
    return this.network.pullback(this.last, byColumn(slope, this.margins));
  }

  /** Returns the coordinates called `name`; null where there are none. */
  coordinates(name) {
    return networkScale(name, this);
  }

  /** The spread of a usual margin; 1 where all targets are the same. */
  get spread() {
    return this.loss.spread(this.y) || 1;
  }

  /** Returns the second derivatives at `params` along directions, row by row. */
  bendAlong(params, directions) {
    const { rows, loss, y, l2 } = this;
    const margins = this.marginsAt(params);
    const slope = new Float64Array(margins.length);
    loss.fill(margins, y, new Float64Array(rows), slope);
    const delta = byColumn(slope, this.margins);
    const { outputs, bent } = this.network.secondDerivatives(this.last, delta, directions);
    const moved = outputs.map((output) => byRow(output, rows));
    const cell = (u, i, v, j) =>
      (loss.bent(margins, y, moved[i], moved[j]) + bent(i, j)) / rows + l2 * this.onWeights(u, v);
    return Float64Array.from(directions.flatMap((u, i) => directions.map((v, j) => cell(u, i, v, j))));
  }

  /** Returns what takes a direction to the second derivatives at `params` times it. */
  hessianAt(params) {
    const { network, rows, loss, y, l2, weights } = this;
    const margins = this.marginsAt(params);
    const slope = new Float64Array(margins.length);
    loss.fill(margins, y, new Float64Array(rows), slope);
    const curved = (moved) => byColumn(loss.curved(margins, y, byRow(moved, rows)), this.margins);
    const product = hessianOf(network, this.last, byColumn(slope, this.margins), curved);
    return (direction) => product(direction)
      .map((value, i) => value / rows + (i < weights ? l2 * direction[i] : 0));
  }

  /** Returns for each param the length of the weights into its unit; 0 of biases. */
  unitLengths(params) {
    const lengths = new Float64Array(params.length);
    const there = this.network.matrices(lengths);
    this.network.matrices(params).forEach(({ units, inputs, weights }, l) => {
      for (let unit = 0; unit < units; unit += 1) {
        const [from, to] = [unit * inputs, (unit + 1) * inputs];
        there[l].weights.fill(length(weights.subarray(from, to)), from, to);
      }
    });
    return lengths;
  }

  /** Returns the loss on a plane: its `bowl`, which is not known, and the loss on a `grid`. */
  onPlane(plane) {
    return networkOnPlane(this, plane);
  }

  /** Returns how many points a side a surface has, where so many are `drawn`, and the last one. */
  pointsFor(most, drawn) {
    const [once, all] = [COARSE, FINE].map((work) => Math.sqrt(work / (this.rows * this.size)));
    const last = Math.min(most, Math.max(FIRST[0], Math.floor(all) | 1));
    const next = drawn
      ? NEXT.find((points) => points > drawn)
      : (once >= most ? most : (FIRST.findLast((points) => points <= once) ?? FIRST[0]));
    return [Math.min(next, last), last];
  }

  /** Returns the verdict that the loss falls for ever, if it is known to at these params. */
  separation(params) {
    const { loss, l2, y } = this;
    const known = params && loss.name === 'cross_entropy' && !l2;
    return known ? ownSideVerdict(this.marginsAt(params), y, this.margins) : null;
  }

  /** Returns the verdict on hidden layers whose units are alike from start to end, if there are any. */
  symmetry(start, end) {
    const still = alikeLayers(this.network, end);
    return symmetryVerdict(alikeLayers(this.network, start).filter((l) => still.includes(l)));
  }

  /** Returns random weights and biases in standard units, but for those of the outputs, as Python does. */
  randomStart(seed) {
    const { network, spread } = this;
    const random = new Random(seed);
    const [drawWeights, drawBiases] = chooseInitialisation(this.made.initial);
    const position = new Float64Array(this.size);
    const layers = network.matrices(position);
    for (const { weights, bias, units, inputs } of layers) {
      weights.set(drawWeights(random, units, inputs, network.activation.gain).map((v) => spread * v));
      bias.set(drawBiases(random, units, inputs).map((v) => spread * v));
    }
    layers[layers.length - 1].bias.set(this.loss.guess(this.y));
    return /** @type {Scale} */ (networkScale('standard', this)).params(position);
  }
}
