// What it takes most work to draw of a surface, worked out before it is shown, by a helper (see
// helper.js): its heights, contours and colours, and its pixels as seen from an eye.
import { answer } from '../engine/helper.js';
import { HeightField, takeField } from './heights.js';
import { Raster } from './raster.js';

/** In a worker: answers with the heights of a surface and its pixels in a look at it. */
export function answerPictures(scope) {
  answer(scope, 'picture', async ({ surface, look }) => {
    const field = new HeightField(surface);
    const pixels = pixelsOf(field, look);
    const { contours, colours } = field;
    const buffers = [pixels.bytes.buffer, pixels.depth.buffer];
    return { told: { field: { ...field, contours, colours }, pixels }, buffers };
  });
}

/**
 * Promises the pixels of a look at a surface, whose heights are kept; null where no helper answers.
 * @param {Surface} surface
 */
export async function drawnBeforehand(helper, surface, look) {
  const { nx, ny, x, y, loss, lowestLoss } = surface;
  const made = await helper.ask({ picture: { surface: { nx, ny, x, y, loss, lowestLoss }, look } });
  if (!made) return null;
  takeField(surface, made.field);
  return { ...look, ...made.pixels };
}

function pixelsOf(field, { view, width, height, scale }) {
  const raster = new Raster();
  raster.setField(field);
  raster.draw(view, width, height, scale);
  const { bytes, depth } = raster;
  return { bytes, depth };
}
