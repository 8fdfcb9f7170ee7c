// In each circle of a network what its unit answers over the data: of two features a small picture of
// their plane, of one a strip. Blue is above 0, orange below, as with the lines; full is the most that
// the unit answers anywhere there.
import { element } from '../draw/canvas.js';
import { rgbOf } from '../draw/colours.js';
import { rangeOf } from './fit_rows.js';
import { Underlay } from './underlay.js';

/** Points a side of a picture: it is no wider than a circle. */
const SIDE = 20;

/** Below this radius, in pixels, nothing can be seen in a circle. */
const SMALLEST = 9;

/** The strongest colour: a number is written over it. */
const STRENGTH = 0.75;

/** The pictures in the circles of a network; `layout` says where these are. */
export class UnitPictures {
  constructor(plot, network, layout) {
    this.plot = plot;
    this.network = network;
    this.layout = layout;
    this.X = null;
    this.inputs = null;
    const { width, height, share } = layout;
    this.ground = new Underlay(plot, [width, height].map(Math.ceil));
    this.ground.place({ x: 0, y: 0, width, height });
    const left = `${(plot.width - width) / 2}px`;
    Object.assign(this.ground.frame.style, { left, transformOrigin: 'top', transform: `scale(${share})` });
    // All pictures below each other.
    this.tiles = element('canvas');
    [this.tiles.width, this.tiles.height] = [SIDE, SIDE * layout.nodes.flat().length];
    this.pen = this.tiles.getContext('2d', { willReadFrequently: true });
    this.image = this.pen.createImageData(this.tiles.width, this.tiles.height);
  }

  /** Return whether the units of a network can be drawn over its features. */
  static fit({ sizes }, { radius }) {
    return sizes[0] <= 2 && radius >= SMALLEST;
  }

  /**
   * Draw what all units answer at params over the data of a scene.
   * @param {Scene} scene
   */
  step(scene, params) {
    if (this.X !== scene.X) Object.assign(this, { X: scene.X, inputs: inputsOf(scene) });
    const { activations, sums } = this.network.forward(this.inputs, SIDE * SIDE, params);
    const { runs, card } = this.plot.theme;
    const colours = [runs[1], runs[0], card].map(rgbOf);
    let tile = 0;
    for (const answers of [...activations, sums.at(-1)]) {
      for (let from = 0; from < answers.length; from += SIDE * SIDE, tile += 1) {
        this.paint(tile, answers.subarray(from, from + SIDE * SIDE), colours);
      }
    }
    this.pen.putImageData(this.image, 0, 0);
    this.place();
  }

  /** Put each picture into its circle. */
  place() {
    const { ground: { canvas, context }, layout: { nodes, radius } } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    nodes.flat().forEach(({ x, y }, tile) => {
      const [left, top, side] = [x - radius, y - radius, 2 * radius];
      context.drawImage(this.tiles, 0, tile * SIDE, SIDE, SIDE, left, top, side, side);
    });
  }

  /**
   * Paint the numbers of one unit, the lowest row first, in a round picture.
   * @param {number} tile
   * @param {Float64Array} values
   * @param {number[][]} colours
   */
  paint(tile, values, [above, below, paper]) {
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
    const { data } = this.image;
    const first = 4 * tile * SIDE * SIDE;
    for (let cell = 0; cell < SIDE * SIDE; cell += 1) {
      const share = STRENGTH * Math.abs(values[cell] / most);
      const colour = values[cell] < 0 ? below : above;
      const to = first + 4 * PIXELS[cell];
      for (let part = 0; part < 3; part += 1) {
        data[to + part] = share * colour[part] + (1 - share) * paper[part];
      }
      data[to + 3] = ROUND[cell];
    }
  }

  destroy() {
    this.ground.destroy();
  }
}

/** The pixel of each point of the grid, whose first row is the lowest; and how solid it is there. */
const CELLS = Array.from({ length: SIDE * SIDE }, (_, cell) => [cell % SIDE, Math.floor(cell / SIDE)]);
const PIXELS = CELLS.map(([column, row]) => (SIDE - 1 - row) * SIDE + column);
const ROUND = CELLS.map((place) => {
  const middle = (SIDE - 1) / 2;
  return Math.hypot(...place.map((at) => at - middle)) <= middle + 0.6 ? 255 : 0;
});

/** Return the points of the grid over the features, feature by feature, (features * SIDE²). */
function inputsOf({ X, features }) {
  const count = features.length;
  const inputs = new Float64Array(count * SIDE * SIDE);
  features.forEach((_, j) => {
    const [low, high] = rangeOf(X.filter((v, i) => i % count === j), 0.08);
    for (let cell = 0; cell < SIDE * SIDE; cell += 1) {
      const at = j ? Math.floor(cell / SIDE) : cell % SIDE;
      inputs[j * SIDE * SIDE + cell] = low + ((high - low) * at) / (SIDE - 1);
    }
  });
  return inputs;
}
