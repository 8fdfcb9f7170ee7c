// As what a scene is drawn, which its cards and their captions both must know: a network with
// numbers, lines or layers; a row as a picture, where its features are pixels: all are called `pixel_row_column`,
// counted from 0.

/** More weights than this are drawn without their numbers: they would hide each other. */
const MOST_NUMBERED = 200;

/** More weights, or units in a layer, than these are no lines any more: layers stand for them. */
const MOST_LINES = 2000;
const MOST_UNITS = 40;

/** Returns how a network is drawn: with 'numbers', as 'lines' alone, or as 'layers'. */
export function mannerOf({ sizes, layers }) {
  const lines = layers.reduce((sum, { units, inputs }) => sum + units * inputs, 0);
  if (lines > MOST_LINES || Math.max(...sizes) > MOST_UNITS) return 'layers';
  return lines > MOST_NUMBERED ? 'lines' : 'numbers';
}

const PIXEL = /^pixel_(\d+)_(\d+)$/;

/** A side of a picture has at most so many pixels: more is no picture but a slip of a name. */
const MOST = 256;

const known = new WeakMap();

/** Returns { width, height, places } of the pixels that features are; null if they are none. */
export function pixelsOf({ features }) {
  if (!known.has(features)) known.set(features, foundIn(features));
  return known.get(features);
}

function foundIn(features) {
  const found = features.map(({ name }) => PIXEL.exec(name)?.slice(1).map(Number));
  if (features.length < 4 || !found.every(Boolean)) return null;
  const [height, width] = [0, 1].map((axis) => 1 + Math.max(...found.map((place) => place[axis])));
  if (Math.max(width, height) > MOST) return null;
  return { width, height, places: found.map(([row, column]) => row * width + column) };
}
