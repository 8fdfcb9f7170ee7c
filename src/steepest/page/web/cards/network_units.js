// In each circle of a network what its unit answers over the data: of two features a small picture of
// their plane, of one a strip. Blue is above 0, orange below, as with the lines; full is the most that
// the unit answers anywhere there.
import { element, set, svg } from '../draw/canvas.js';
import { rgbOf } from '../draw/colours.js';
import { rangeOf } from './fit_rows.js';

/** Points a side of a picture: it is no wider than a circle. */
const SIDE = 20;

/** Below this radius, in pixels, nothing can be seen in a circle. */
const SMALLEST = 9;

/** The strongest colour: a number is written over it. */
const STRENGTH = 0.75;

/** The pictures in the circles of a network; `layout` says where these are. */
export class UnitPictures {
  constructor(plot, network, layout) {
    Object.assign(this, { plot, network, X: null });
    const size = 2 * layout.radius;
    this.images = layout.nodes.map((places) => places.map(({ x, y }) => {
      const place = { x: x - layout.radius, y: y - layout.radius, width: size, height: size };
      return svg('image', { ...place, preserveAspectRatio: 'none' }, plot.middle);
    }));
    this.canvas = element('canvas');
    [this.canvas.width, this.canvas.height] = [SIDE, SIDE];
  }

  /** Return whether the units of a network can be drawn over its features. */
  static fit({ sizes }, { radius }) {
    return sizes[0] <= 2 && radius >= SMALLEST;
  }

  /** Draw what all units answer at params over the data of a scene. */
  step(scene, params) {
    if (this.X !== scene.X) Object.assign(this, { X: scene.X, inputs: inputsOf(scene) });
    const { activations, sums } = this.network.forward(this.inputs, SIDE * SIDE, params);
    const { runs, card } = this.plot.theme;
    const colours = [runs[1], runs[0], card].map(rgbOf);
    [...activations, sums.at(-1)].forEach((answers, layer) => {
      this.images[layer].forEach((image, unit) => {
        this.paint(answers.subarray(unit * SIDE * SIDE, (unit + 1) * SIDE * SIDE), colours);
        set(image, { href: this.canvas.toDataURL() });
      });
    });
  }

  /** Paint the numbers of one unit, the lowest row first, in a round picture. */
  paint(values, [above, below, paper]) {
    const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
    const context = this.canvas.getContext('2d');
    const image = context.createImageData(SIDE, SIDE);
    values.forEach((value, cell) => {
      const [column, row] = [cell % SIDE, SIDE - 1 - Math.floor(cell / SIDE)];
      const share = STRENGTH * Math.abs(value / most);
      const colour = value < 0 ? below : above;
      const to = 4 * (row * SIDE + column);
      for (let part = 0; part < 3; part += 1) {
        image.data[to + part] = share * colour[part] + (1 - share) * paper[part];
      }
      const middle = (SIDE - 1) / 2;
      image.data[to + 3] = Math.hypot(column - middle, row - middle) <= middle + 0.6 ? 255 : 0;
    });
    context.putImageData(image, 0, 0);
  }
}

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
