// The loss surface as heights to draw: a finer grid by cubic interpolation (exact where the loss is
// a quadratic bowl), and the square root of the loss above the lowest as height, so that the floor
// of the basin, where a path ends, is as readable as its walls. No height is made up: every height
// goes back to its loss, and where the loss is not finite there is a hole (NaN). No DOM in here.
//
// The box that is drawn goes from -1 to 1 in u (along x) and v (along y), and from 0 to TOP in z.
import { RAMP } from './colours.js';
import { linesAtLevels } from './contours.js';

/** The height of the highest loss in the window; the sides of the box are 2. */
export const TOP = 1.2;

/** The grid that is drawn has about this many points on a side. */
const FINE = 201;

/** That of a surface which is another with the next move of the hand. */
const QUICK = 101;

/** Colours and levels rise with the cube root of the loss, so that the floor has some too. */
const POWER = 3;

/** How many bands of contours there are from the lowest loss to the highest. */
const BANDS = 16;

const PICK_STEP = 0.008;

const fields = new WeakMap();

/**
 * The heights of a surface; made once for each surface.
 * @param {Surface} surface
 */
export function fieldOf(surface) {
  if (!fields.has(surface)) fields.set(surface, new HeightField(surface));
  return fields.get(surface);
}

/**
 * Takes over the heights of a surface that were made elsewhere, unless they are here.
 * @param {Surface} surface
 */
export function takeField(surface, made) {
  if (fields.has(surface)) return;
  const { contours: lines, colours: bytes, ...values } = made;
  fields.set(surface, Object.assign(Object.create(HeightField.prototype), values, { lines, bytes }));
}

/** The largest difference of the losses of a finer surface from what a coarser one is drawn as there. */
export function differenceOf(coarser, { x, y, nx, loss }) {
  const field = fieldOf(coarser);
  return loss.reduce((most, value, k) => {
    const there = field.lossAt(field.u(x[k % nx]), field.v(y[Math.floor(k / nx)]));
    const off = Math.abs(value - there);
    return off > most ? off : most;
  }, 0);
}

/** Heights, losses, colours and levels of a surface, on a grid fine enough to draw. */
export class HeightField {
  /** @param {Surface} surface */
  constructor(surface) {
    const { nx, ny, x, y } = surface;
    this.bounds = { x0: x[0], x1: x[nx - 1], y0: y[0], y1: y[ny - 1] };
    const [low, high] = rangeOf(surface);
    this.low = low;
    this.high = high;
    this.lines = null;
    this.bytes = null;
    const fine = refined(surface, low, surface.quick ? QUICK : FINE);
    this.nx = fine.nx;
    this.ny = fine.ny;
    this.loss = fine.values;
    this.height = new Float32Array(this.loss.length);
    for (let k = 0; k < this.height.length; k += 1) this.height[k] = this.heightOf(this.loss[k]);
  }

  /** Which share of the way from the lowest loss to the highest a loss is. */
  share(loss) {
    return (loss - this.low) / (this.high - this.low);
  }

  /** The height of a loss: the square root of its share (below the lowest, below the floor). */
  heightOf(loss) {
    const share = this.share(loss);
    return TOP * Math.sign(share) * Math.sqrt(Math.abs(share));
  }

  /** The loss at a height: `heightOf` backwards. */
  lossOf(height) {
    const root = height / TOP;
    return this.low + root * Math.abs(root) * (this.high - this.low);
  }

  /** The place of a loss on the ramp of colours, 0 to 1. */
  shadeOf(loss) {
    return Math.cbrt(Math.min(1, Math.max(0, this.share(loss))));
  }

  /** The loss at a place of the ramp: `shadeOf` backwards. */
  lossOfShade(shade) {
    return this.low + shade ** POWER * (this.high - this.low);
  }

  /** The losses at which contours are drawn, from low to high. */
  levels() {
    return Array.from({ length: BANDS - 1 }, (_, k) => this.lossOfShade((k + 1) / BANDS));
  }

  /** The contours, at all levels. */
  get contours() {
    const { loss, nx, ny } = this;
    this.lines ??= linesAtLevels(loss, nx, ny, this.levels());
    return this.lines;
  }

  /** The colours, four bytes a grid point, the largest y on top; holes are clear. */
  get colours() {
    this.bytes ??= coloursOf(this);
    return this.bytes;
  }

  /** The box's u of an x, -1 to 1 in the window. */
  u(x) {
    return (2 * (x - this.bounds.x0)) / (this.bounds.x1 - this.bounds.x0) - 1;
  }

  /** The box's v of a y. */
  v(y) {
    return (2 * (y - this.bounds.y0)) / (this.bounds.y1 - this.bounds.y0) - 1;
  }

  /** The point (x, y) of a place (u, v) in the box. */
  xy(u, v) {
    const { x0, x1, y0, y1 } = this.bounds;
    return [x0 + ((u + 1) / 2) * (x1 - x0), y0 + ((v + 1) / 2) * (y1 - y0)];
  }

  /** The height at (u, v), between grid points by the four next to it; NaN outside and in holes. */
  heightAt(u, v) {
    return bilinear(this.height, this.nx, this.ny, u, v);
  }

  /** The loss at (u, v), like `heightAt`. */
  lossAt(u, v) {
    return bilinear(this.loss, this.nx, this.ny, u, v);
  }

  /** The unit normals of the drawn surface, three numbers a grid point; upwards beside holes. */
  normals() {
    const { nx, ny, height } = this;
    const normals = new Float32Array(3 * nx * ny);
    for (let j = 0, k = 0; j < ny; j += 1) {
      for (let i = 0; i < nx; i += 1, k += 1) {
        const du = rise(height, k, i > 0 ? 1 : 0, i < nx - 1 ? 1 : 0, 2 / (nx - 1));
        const dv = rise(height, k, j > 0 ? nx : 0, j < ny - 1 ? nx : 0, 2 / (ny - 1));
        const length = Math.sqrt(du * du + dv * dv + 1);
        normals[3 * k] = -du / length;
        normals[3 * k + 1] = -dv / length;
        normals[3 * k + 2] = 1 / length;
      }
    }
    return normals;
  }

  /** The (x, y) where a ray {from, along} first meets the surface from above, or null. */
  pick({ from, along }) {
    const gap = (t) => {
      const height = this.heightAt(from[0] + along[0] * t, from[1] + along[1] * t);
      return from[2] + along[2] * t - height;
    };
    const [near, far] = insideBox(from, along);
    let before = NaN;
    for (let t = near; t <= far; t += PICK_STEP) {
      const here = gap(t);
      if (before >= 0 && here <= 0) {
        const hit = bisect(gap, t - PICK_STEP, t);
        return this.xy(from[0] + along[0] * hit, from[1] + along[1] * hit);
      }
      before = here;
    }
    return null;
  }
}

/** The lowest and the highest loss of a surface. */
export function rangeOf({ loss, lowestLoss }) {
  let low = Number.isFinite(lowestLoss ?? NaN) ? lowestLoss : Infinity;
  let high = -Infinity;
  for (const value of loss) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (high > low) return [low, high];
  return Number.isFinite(low) ? [low, low + Math.max(Math.abs(low), 1) * 1e-6] : [0, 1];
}

function rise(height, k, before, after, step) {
  const slope = (height[k + after] - height[k - before]) / (step * (before && after ? 2 : 1));
  return Number.isFinite(slope) ? slope : 0;
}

function bilinear(values, nx, ny, u, v) {
  const x = ((u + 1) / 2) * (nx - 1);
  const y = ((v + 1) / 2) * (ny - 1);
  if (!(x >= -1e-9 && y >= -1e-9 && x <= nx - 1 + 1e-9 && y <= ny - 1 + 1e-9)) return NaN;
  const i = Math.max(0, Math.min(nx - 2, Math.floor(x)));
  const j = Math.max(0, Math.min(ny - 2, Math.floor(y)));
  const k = j * nx + i;
  const a = x - i;
  const b = y - j;
  const below = values[k] + a * (values[k + 1] - values[k]);
  const above = values[k + nx] + a * (values[k + nx + 1] - values[k + nx]);
  return below + b * (above - below);
}

function insideBox(from, along) {
  let near = 0;
  let far = Infinity;
  for (let axis = 0; axis < 2; axis += 1) {
    if (Math.abs(along[axis]) < 1e-12) continue;
    const ends = [-1, 1].map((side) => (side - from[axis]) / along[axis]).sort((a, b) => a - b);
    near = Math.max(near, ends[0]);
    far = Math.min(far, ends[1]);
  }
  return [near + 1e-6, Math.min(far - 1e-6, near + 20)];
}

function bisect(gap, above, below) {
  let [high, low] = [above, below];
  for (let k = 0; k < 40; k += 1) {
    const middle = (high + low) / 2;
    if (gap(middle) > 0) high = middle;
    else low = middle;
  }
  return (high + low) / 2;
}

/** The values on a grid of about `most` points on a side; cubic, beside holes linear; never below `low`. */
function refined({ loss: values, nx, ny }, low, most) {
  const times = Math.max(1, Math.round((most - 1) / (Math.max(nx, ny) - 1)));
  const wide = (nx - 1) * times + 1;
  const tall = (ny - 1) * times + 1;
  const rows = new Float64Array(wide * ny);
  for (let j = 0; j < ny; j += 1) refineLine(values, j * nx, 1, nx, rows, j * wide, 1, times);
  const fine = new Float64Array(wide * tall);
  for (let i = 0; i < wide; i += 1) refineLine(rows, i, wide, ny, fine, i, wide, times);
  for (let k = 0; k < fine.length; k += 1) if (fine[k] < low) fine[k] = low;
  return { nx: wide, ny: tall, values: fine };
}

function refineLine(source, start, stride, count, target, place, step, times) {
  const at = (i) => source[start + i * stride];
  let to = place;
  for (let i = 0; i < count - 1; i += 1) {
    const b = at(i);
    const c = at(i + 1);
    const a = i > 0 ? at(i - 1) : outer(b, c, count > 2 ? at(2) : 2 * c - b);
    const d = i < count - 2 ? at(i + 2) : outer(c, b, i > 0 ? at(i - 1) : 2 * b - c);
    for (let k = 0; k < times; k += 1, to += step) {
      target[to] = k === 0 ? finite(b) : between(a, b, c, d, k / times);
    }
  }
  target[to] = finite(at(count - 1));
}

/** The value beyond the end of a line, as the parabola through its last three has it. */
const outer = (first, second, third) => 3 * first - 3 * second + third;

const finite = (value) => (Number.isFinite(value) ? value : NaN);

/** Cubic convolution (Keys 1981): exact for parabolas. */
function between(a, b, c, d, t) {
  if (!Number.isFinite(a + d)) return finite(b + t * (c - b));
  const slope = c - a;
  const bend = 2 * a - 5 * b + 4 * c - d;
  return finite(b + 0.5 * t * (slope + t * (bend + t * (3 * (b - c) + d - a))));
}

function coloursOf(field) {
  const { nx, ny, loss } = field;
  const bytes = new Uint8ClampedArray(4 * nx * ny);
  for (let j = 0; j < ny; j += 1) {
    for (let i = 0; i < nx; i += 1) {
      const value = loss[j * nx + i];
      if (Number.isNaN(value)) continue;
      const shade = 3 * Math.round(255 * field.shadeOf(value));
      const to = 4 * ((ny - 1 - j) * nx + i);
      bytes[to] = RAMP[shade];
      bytes[to + 1] = RAMP[shade + 1];
      bytes[to + 2] = RAMP[shade + 2];
      bytes[to + 3] = 255;
    }
  }
  return bytes;
}
