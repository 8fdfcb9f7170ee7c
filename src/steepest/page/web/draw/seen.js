// Which steps of a path are worth drawing: those that pass where no earlier one has been. A zigzag
// costs as much to draw as its pixels, however many its steps. Pure geometry, for both faces.
import { along, clipped } from './paths.js';

/** Beads have a grid of their own, coarser by so much. */
const COARSER = 2;

/** A bead stands at least so many cells from the step before it. */
const APART = 4;

/** Lines in one cell whose heights differ by so many cells are two. */
const HIGHER = 2;

/** Returns the function that makes something of a run, once for each list of params. */
export function remembered(make) {
  const known = new WeakMap();
  return (run) => {
    if (!known.has(run.params)) known.set(run.params, make(run));
    return known.get(run.params);
  };
}

/**
 * Returns a path with what is seen of it: { points, segments, joints }, in the order of the steps,
 * so that the first part of a path shows the first of them. Segment i leads from point i to the
 * next; joint i is where point i may have a bead.
 *
 * `points` are pixels, x and y in turn, or, if `size` is 3, points in the box. What is seen lies
 * between the corners `low` and `high`; a line is as broad as `cell`. If `deep`, lines one above
 * the other are two.
 * @param {Float64Array} points
 * @param {number} size
 * @param {number[][]} corners
 * @param {number} cell
 * @param {boolean} [deep]
 */
export function seenOf(points, size, [low, high], cell, deep = false) {
  const [passed, beads] = [cell, COARSER * cell].map((side, i) => new Passed(low, high, side, i));
  const [segments, joints] = [[], []];
  for (let k = size; k < points.length; k += size) {
    const [a, b] = [points.subarray(k - size, k), points.subarray(k, k + size)];
    const part = clipped(a, b, low, high);
    if (!part) continue;
    const [from, to] = part.map((share) => within(along(a, b, share), low, high));
    if (passed.isNew(from, to, deep)) segments.push(k / size - 1);
    const far = a.reduce((sum, value, axis) => sum + Math.abs(b[axis] - value), 0);
    if (far > APART * cell && part[1] === 1 && beads.isNew(b, b, deep)) joints.push(k / size);
  }
  return { points, segments, joints };
}

/** The point itself, or the nearest one between the corners: from far away rounding leads aside. */
function within(point, low, high) {
  return point.map((v, i) => (i < low.length ? Math.max(low[i], Math.min(high[i], v)) : v));
}

/** The cells of both grids, which each drawing has to itself: to ask for new ones took longer than to draw. */
const CELLS = [new Float32Array(0), new Float32Array(0)];

/** A grid that remembers which of its cells lines have passed, and at which height last. */
class Passed {
  constructor(low, high, cell, i) {
    const [wide, tall] = low.map((edge, axis) => Math.ceil((high[axis] - edge) / cell) + 3);
    this.low = low;
    this.cell = cell;
    this.wide = wide;
    if (CELLS[i].length < wide * tall) CELLS[i] = new Float32Array(wide * tall);
    this.heights = CELLS[i].subarray(0, wide * tall).fill(NaN);
  }

  /** Whether the line from a to b passes where none has been; if so, it covers it from now on. */
  isNew(a, b, deep) {
    const { low, cell, wide, heights } = this;
    const count = Math.ceil(Math.max(cell, Math.abs(b[0] - a[0]), Math.abs(b[1] - a[1])) / cell);
    const [x, y] = [0, 1].map((axis) => (a[axis] - low[axis]) / cell + 1);
    const [right, up] = [0, 1].map((axis) => (b[axis] - a[axis]) / cell / count);
    const [z, rise] = deep ? [a[2], (b[2] - a[2]) / count] : [0, 0];
    const place = (k) => Math.round(y + k * up) * wide + Math.round(x + k * right);
    // From the tip, where it may be new; what is covered is broader than two cells.
    let k = count;
    while (k >= 0 && Math.abs(heights[place(k)] - z - k * rise) <= HIGHER * cell) k -= 2;
    if (k < 0) return false;
    for (k = 0; k <= count; k += 1) this.cover(place(k), z + k * rise);
    return true;
  }

  /** A line covers the cells beside it too. */
  cover(at, height) {
    for (const row of [-this.wide, 0, this.wide]) {
      this.heights.fill(height, at + row - 1, at + row + 2);
    }
  }
}
