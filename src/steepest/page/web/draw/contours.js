// Lines of equal value on a grid, by marching squares: each line one polyline, cells beside holes
// left out, saddles decided by the value in the middle of the cell. No DOM in here.

/**
 * The lines at `level` of values[j * nx + i], as arrays of grid coordinates x0, y0, x1, y1, ...;
 * closed lines end where they begin.
 */
export function contourLines(values, nx, ny, level) {
  const pieces = new Joints();
  for (let j = 0; j < ny - 1; j += 1) {
    // The right side of a cell is the left one of the next.
    let [b, c] = [values[j * nx] > level, values[j * nx + nx] > level];
    for (let i = 0, k = j * nx; i < nx - 1; i += 1, k += 1) {
      const [a, d] = [b, c];
      b = values[k + 1] > level;
      c = values[k + nx + 1] > level;
      if (a === b && b === c && c === d) continue;
      const sum = values[k] + values[k + 1] + values[k + nx + 1] + values[k + nx];
      if (Number.isFinite(sum)) addCell(pieces, k, nx, [a, b, c, d], sum / 4 > level);
    }
  }
  return pieces.lines().map((edges) => places(edges, values, nx, level));
}

/** Sides are named by the cell's lower left point: 2k its lower side, 2k + 1 its left one. */
function addCell(pieces, k, nx, [a, b, c, d], middle) {
  const [lower, left, upper, right] = [2 * k, 2 * k + 1, 2 * (k + nx), 2 * (k + 1) + 1];
  const crossed = [];
  if (a !== b) crossed.push(lower);
  if (b !== c) crossed.push(right);
  if (c !== d) crossed.push(upper);
  if (d !== a) crossed.push(left);
  if (crossed.length === 2) pieces.join(crossed[0], crossed[1]);
  else if (a === middle) cutOff(pieces, [lower, right], [upper, left]);
  else cutOff(pieces, [lower, left], [upper, right]);
}

function cutOff(pieces, first, second) {
  pieces.join(...first);
  pieces.join(...second);
}

/** Sides of cells that a line joins: every side has one or two neighbours. */
class Joints {
  constructor() {
    this.neighbours = new Map();
  }

  join(one, other) {
    this.add(one, other);
    this.add(other, one);
  }

  add(one, other) {
    const known = this.neighbours.get(one);
    if (known) known.push(other);
    else this.neighbours.set(one, [other]);
  }

  /** Chains of sides: first those with ends, then the closed ones. */
  lines() {
    const lines = [];
    const left = this.neighbours;
    for (const [side, next] of left) if (next.length === 1) lines.push(this.chain(side));
    for (const side of left.keys()) {
      const line = this.chain(side);
      line.push(side);
      lines.push(line);
    }
    return lines.filter((line) => line.length > 1);
  }

  chain(start) {
    const line = [];
    let side = start;
    while (side !== undefined) {
      line.push(side);
      const next = this.neighbours.get(side);
      this.neighbours.delete(side);
      side = next.find((one) => this.neighbours.has(one));
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
