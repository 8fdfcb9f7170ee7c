// Lines of equal value on a grid, by marching squares: each line one polyline, cells beside holes
// left out, saddles decided by the value in the middle of the cell. No DOM in here.

/**
 * The lines at `level` of values[j * nx + i], as arrays of grid coordinates x0, y0, x1, y1, ...;
 * closed lines end where they begin.
 */
export function contourLines(values, nx, ny, level) {
  return linesAtLevels(values, nx, ny, [level]);
}

/** The same at each of some levels, from low to high: most cells are between two of them, and are looked at once. */
export function linesAtLevels(values, nx, ny, levels) {
  const below = levelsBelow(values, levels);
  const pieces = levels.map(() => []);
  const joints = new Joints(2 * nx * ny);
  for (let j = 0; j < ny - 1; j += 1) {
    for (let i = 0, k = j * nx; i < nx - 1; i += 1, k += 1) {
      const [a, b, c, d] = [below[k], below[k + 1], below[k + nx + 1], below[k + nx]];
      if (a === b && b === c && c === d) continue;
      const middle = (values[k] + values[k + 1] + values[k + nx + 1] + values[k + nx]) / 4;
      if (!Number.isFinite(middle)) continue;
      const last = Math.max(a, b, c, d);
      for (let n = Math.min(a, b, c, d); n < last; n += 1) {
        addCell(pieces[n], k, nx, [a > n, b > n, c > n, d > n], middle > levels[n]);
      }
    }
  }
  return pieces.flatMap((one, n) => joints.lines(one).map((edges) => places(edges, values, nx, levels[n])));
}

/** How many of the levels are below each value; none below what is not a number. */
function levelsBelow(values, levels) {
  const below = new Uint8Array(values.length);
  for (let k = 0; k < values.length; k += 1) {
    let n = 0;
    while (n < levels.length && values[k] > levels[n]) n += 1;
    below[k] = n;
  }
  return below;
}

/** Sides are named by the cell's lower left point: 2k its lower side, 2k + 1 its left one. */
function addCell(pieces, k, nx, [a, b, c, d], middle) {
  const [lower, left, upper, right] = [2 * k, 2 * k + 1, 2 * (k + nx), 2 * (k + 1) + 1];
  const crossed = [];
  if (a !== b) crossed.push(lower);
  if (b !== c) crossed.push(right);
  if (c !== d) crossed.push(upper);
  if (d !== a) crossed.push(left);
  if (crossed.length === 2) pieces.push(crossed[0], crossed[1]);
  else if (a === middle) cutOff(pieces, [lower, right], [upper, left]);
  else cutOff(pieces, [lower, left], [upper, right]);
}

function cutOff(pieces, first, second) {
  pieces.push(...first, ...second);
}

/** Sides of cells that a line joins: every side has one or two neighbours, kept one higher than they are named. */
class Joints {
  constructor(sides) {
    this.first = new Int32Array(sides);
    this.second = new Int32Array(sides);
  }

  add(one, other) {
    (this.first[one] ? this.second : this.first)[one] = other + 1;
  }

  /** Chains of the sides that are joined two by two: first those with ends, then the closed ones. */
  lines(pairs) {
    for (let k = 0; k < pairs.length; k += 2) {
      this.add(pairs[k], pairs[k + 1]);
      this.add(pairs[k + 1], pairs[k]);
    }
    const lines = [];
    for (const side of pairs) if (this.first[side] && !this.second[side]) lines.push(this.chain(side));
    for (const side of pairs) {
      if (!this.first[side]) continue;
      const line = this.chain(side);
      line.push(side);
      lines.push(line);
    }
    return lines.filter((line) => line.length > 1);
  }

  /** The chain from a side on, whose joints are undone. */
  chain(start) {
    const { first, second } = this;
    const line = [];
    let side = start;
    while (side >= 0) {
      line.push(side);
      const [one, other] = [first[side] - 1, second[side] - 1];
      first[side] = 0;
      second[side] = 0;
      side = first[one] ? one : first[other] ? other : -1;
    }
    return line;
  }
}

function places(edges, values, nx, level) {
  const line = new Float64Array(2 * edges.length);
  edges.forEach((edge, n) => {
    const k = edge >> 1;
    const upright = edge & 1;
    const from = values[k];
    const part = (level - from) / (values[k + (upright ? nx : 1)] - from);
    line[2 * n] = (k % nx) + (upright ? 0 : part);
    line[2 * n + 1] = Math.floor(k / nx) + (upright ? part : 0);
  });
  return line;
}
