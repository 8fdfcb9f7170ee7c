// Paths as lines to draw: cut at the frame, parted where they go behind the surface, and without
// the points that no pixel would show. Pure geometry, the same for both faces of the surface.

const NEAR = 0.6;

/** Collects a line point by point as pieces {hidden, points: [x0, y0, x1, y1, ...]}. */
export class Pieces {
  constructor() {
    this.list = [];
    this.piece = null;
  }

  /** Begin anew at a point. */
  move(x, y) {
    this.close();
    this.last = [x, y];
    this.piece = null;
  }

  /** Go on to a point; a piece ends where `hidden` changes. */
  line(x, y, hidden = false) {
    if (!this.piece || this.piece.hidden !== hidden) this.open(hidden);
    this.last = [x, y];
    const { points } = this.piece;
    const far = Math.abs(x - points[points.length - 2]) + Math.abs(y - points.at(-1));
    if (far >= NEAR) points.push(x, y);
  }

  open(hidden) {
    this.close();
    this.piece = { hidden, points: [...this.last] };
    this.list.push(this.piece);
  }

  /** End the piece at its true last point. */
  close() {
    if (this.piece) this.piece.points.push(...this.last);
  }

  /** All pieces. */
  done() {
    this.close();
    this.piece = null;
    return this.list;
  }
}

/**
 * Which part of the way from a to b lies between the corners `low` and `high`: [from, to] as
 * shares, or null (Liang and Barsky 1984). Points have as many numbers as the corners.
 */
export function clipped(a, b, low, high) {
  let from = 0;
  let to = 1;
  for (let axis = 0; axis < low.length; axis += 1) {
    const way = b[axis] - a[axis];
    const before = low[axis] - a[axis];
    const after = high[axis] - a[axis];
    if (!Number.isFinite(way)) return null;
    if (way === 0 && (before > 0 || after < 0)) return null;
    if (way === 0) continue;
    from = Math.max(from, Math.min(before / way, after / way));
    to = Math.min(to, Math.max(before / way, after / way));
  }
  return from <= to ? [from, to] : null;
}

/**
 * The line through a path (see seen.js, in pixels) from number `first` to `last`, cut at `frame`
 * {left, right, top, bottom}: {pieces, exits: [{x, y, angle}], joints: [[x, y]] far enough apart
 * to be told apart}.
 */
export function flatLine({ points, segments, joints }, first, last, frame) {
  const low = [frame.left, frame.top];
  const high = [frame.right, frame.bottom];
  const at = (i) => [points[2 * i], points[2 * i + 1]];
  const pieces = new Pieces();
  const exits = [];
  let drawn = -1; // the last point that was reached
  for (const i of between(segments, first, last)) {
    const [a, b] = [at(i), at(i + 1)];
    const part = clipped(a, b, low, high);
    if (!part) continue;
    const to = along(a, b, part[1]);
    if (drawn !== i) pieces.move(...along(a, b, part[0]));
    pieces.line(...to);
    if (part[1] === 1) drawn = i + 1;
    else exits.push({ x: to[0], y: to[1], angle: Math.atan2(b[1] - a[1], b[0] - a[0]) });
  }
  const told = between(joints, first + 1, last).filter((i) => farFrom(...at(i), ...at(i - 1)));
  return { pieces: pieces.done(), exits, joints: told.map(at) };
}

/** Those of rising numbers that are at least `first` and below `last`. */
export function between(numbers, first, last) {
  return numbers.filter((number) => number >= first && number < last);
}

/** Far enough from the point before to be seen as a step of its own, in pixels. */
export function farFrom(x, y, beforeX, beforeY) {
  return Math.abs(x - beforeX) + Math.abs(y - beforeY) > 7;
}

/** Is a pixel in a frame {left, right, top, bottom}? */
export function inside(x, y, frame) {
  return x >= frame.left && x <= frame.right && y >= frame.top && y <= frame.bottom;
}

/** The point a share of the way from a to b. */
export function along(a, b, share) {
  return a.map((value, i) => value + share * (b[i] - value));
}

/**
 * Where each of several lines can be labelled so that its label is near it, far from the others
 * and in the frame. `lines`: [{points: [[x, y], ...], width}] in pixels; returns [{x, y}], the
 * left middle of each label, or null where there is no room.
 */
export function labelPlaces(lines, frame, height = 14) {
  const taken = [];
  return lines.map((line, n) => {
    const others = lines.flatMap((other, m) => (m === n ? [] : other.points));
    const place = bestPlace(line, others, taken, frame, height);
    if (place) taken.push(boxOf(place, line.width, height));
    return place;
  });
}

function bestPlace(line, others, taken, frame, height) {
  let best = { score: -Infinity, place: null };
  for (const point of line.points) {
    for (const place of around(point, line.width, height)) {
      const box = boxOf(place, line.width, height);
      if (!fits(box, frame) || taken.some((other) => overlap(box, other))) continue;
      const score = Math.min(60, gapTo(box, others)) + 0.5 * Math.min(12, gapTo(box, line.points));
      if (score > best.score) best = { score, place };
    }
  }
  return best.place;
}

function around([x, y], width, height) {
  const side = 14;
  return [
    { x: x + side, y },
    { x: x - side - width, y },
    { x: x - width / 2, y: y - side - height / 2 },
    { x: x - width / 2, y: y + side + height / 2 },
  ];
}

const boxOf = ({ x, y }, width, height) => (
  { left: x, right: x + width, top: y - height / 2, bottom: y + height / 2 }
);

const fits = (box, frame) => inside(box.left - 3, box.top - 3, frame)
  && inside(box.right + 3, box.bottom + 3, frame);

const overlap = (a, b) => a.left < b.right && b.left < a.right
  && a.top < b.bottom && b.top < a.bottom;

function gapTo(box, points) {
  let gap = Infinity;
  for (const [x, y] of points) {
    const dx = Math.max(box.left - x, 0, x - box.right);
    const dy = Math.max(box.top - y, 0, y - box.bottom);
    gap = Math.min(gap, Math.hypot(dx, dy));
  }
  return gap;
}
