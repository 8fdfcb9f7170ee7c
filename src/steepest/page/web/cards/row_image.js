// The row that is lit as a picture, where its features are pixels: all are called `pixel_row_column`,
// counted from 0. A pixel that is no feature, as it is the same in every row, is paper.
import { element, part } from '../draw/canvas.js';
import { rgbOf, themeOf } from '../draw/colours.js';
import { pixelsOf } from '../state/drawn_as.js';
import { activeRun, paramsAt, predictionsOf, probabilitiesOf } from '../state/select.js';
import { actualName, chance, numberLines, rowAlone, rowName } from './fit_rows.js';

/** How high it is with the gap above it, in pixels: as page.css has it. */
const HIGH = 112;

/** Below a plot: the picture, and beside it what is told of the row. */
export class RowImage {
  constructor(parent) {
    this.held = part(parent, 'st-row-image');
    this.known = null;
    this.range = null;
    this.canvas = element('canvas', { attributes: { role: 'img' } }, this.held);
    this.told = part(this.held, 'st-row-told', 'p');
  }

  /**
   * Show row `i` of a state; -1 for none.
   * @param {State} state
   */
  show(state, i) {
    const pixels = pixelsOf(state.scene);
    this.held.hidden = !pixels;
    if (!pixels) return;
    this.canvas.hidden = i < 0;
    this.held.dataset.row = i;
    this.told.textContent = i < 0 ? 'Point at a row, here or in the table: its pixels are shown.'
      : linesOf(state, i).join('\n');
    if (i < 0) return;
    this.canvas.setAttribute('aria-label', `row ${state.scene.rowNumbers[i]} as a picture`);
    this.paint(state.scene, i, pixels);
  }

  /**
   * How high it is below the plot of a state, in pixels.
   * @param {State} state
   */
  highOf({ scene }) {
    return pixelsOf(scene) ? HIGH : 0;
  }

  paint({ X, features }, i, { width, height, places }) {
    if (this.known !== X) Object.assign(this, { known: X, range: rangeOf(X) });
    Object.assign(this.canvas, { width, height });
    const context = this.canvas.getContext('2d');
    const image = context.createImageData(width, height);
    const theme = themeOf(this.held);
    const [paper, ink] = [theme.card, theme.ink].map(rgbOf);
    const [low, high] = this.range;
    for (let cell = 0; cell < width * height; cell += 1) image.data.set([...paper, 255], 4 * cell);
    places.forEach((place, j) => {
      const share = (X[i * features.length + j] - low) / (high - low || 1);
      const colour = ink.map((full, k) => share * full + (1 - share) * paper[k]);
      image.data.set(colour, 4 * place);
    });
    context.putImageData(image, 0, 0);
  }
}

function rangeOf(X) {
  return [Math.min, Math.max].map((most) => X.reduce((a, b) => most(a, b)));
}

/** @param {State} state */
function linesOf(state, i) {
  const { scene } = state;
  const { choices } = activeRun(state);
  const params = paramsAt(state);
  if (scene.target.classes) {
    const given = probabilitiesOf(rowAlone(scene, i), params);
    const code = given.indexOf(Math.max(...given));
    const likely = `most probable ${scene.target.classes[code]}, P = ${chance(given[code])}`;
    return [rowName(scene, i), `actual ${actualName(scene, i)}`, likely];
  }
  return numberLines(scene, choices, params, i, predictionsOf(scene, choices, params)[i]);
}
