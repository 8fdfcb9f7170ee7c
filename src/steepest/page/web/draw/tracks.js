// Paths, arrows and contours on the surface in three dimensions: every point at its true loss, as
// seen from the eye, with what is behind the surface marked. Pure geometry.
import { pathOf, trueLoss } from '../state/select.js';
import { contourLines } from './contours.js';
import { TOP } from './heights.js';
import { Pieces, along, between, clipped, farFrom } from './paths.js';
import { seenOf } from './seen.js';

const FINEST = 0.04;

/** Paths nearer to one another than this are drawn as one where the box is seen whole. */
const CELL = 1 / 256;

/** An arrow that would follow the surface for fewer points than this is drawn straight. */
const SHORTEST = 4;

/** What is seen: heights, eye and the pixels of the surface with their depths. */
export class Stage {
  constructor(field, view, raster) {
    this.field = field;
    this.view = view;
    this.raster = raster;
  }

  /** Where a point of the box is in the picture: [x, y, hidden]. */
  place(u, v, z) {
    const [x, y, depth] = this.view.project(u, v, z);
    return [x, y, this.raster.hides(x, y, depth)];
  }

  /** Is a point of the box inside it? */
  holds(u, v, z) {
    return Math.abs(u) <= 1 && Math.abs(v) <= 1 && z <= TOP;
  }
}

/**
 * The points of a run in the box: u, v and the height of its true loss in turn.
 * @param {Run} run
 * @param {Surface} surface
 */
export function boxPoints(run, surface, field) {
  const path = pathOf(run, surface);
  const points = new Float64Array(3 * run.index.length);
  for (let i = 0; i < run.index.length; i += 1) {
    points[3 * i] = field.u(path[2 * i]);
    points[3 * i + 1] = field.v(path[2 * i + 1]);
    points[3 * i + 2] = field.heightOf(trueLoss(run, i));
  }
  return points;
}

/** How many times as fine a path is seen from so near: 1, 2 or 4. */
export function finenessOf(closeness) {
  return 2 ** Math.max(0, Math.min(2, Math.ceil(Math.log2(closeness))));
}

/**
 * What is seen of the points of a run in the box (see seen.js). `draped`: on the surface, where
 * one way along the ground is one way in the picture.
 */
export function boxPath(points, fineness, draped) {
  return seenOf(points, 3, [[-1, -1], [1, 1]], CELL / fineness, !draped);
}

/**
 * The line through the path of a run in the box from number `first` to `last`: {pieces, exits,
 * joints}. `draped`: on the surface between the points too; else (other params are held) straight
 * from loss to loss.
 */
export function trackLine({ points, segments, joints }, first, last, stage, draped) {
  const line = { pieces: new Pieces(), exits: [], drawn: -1 };
  const at = (i) => [points[3 * i], points[3 * i + 1], points[3 * i + 2]];
  for (const i of between(segments, first, last)) addStep(line, at(i), at(i + 1), i, stage, draped);
  const seen = between(joints, first + 1, last + 1).filter((i) => stage.holds(...at(i)))
    .map((i) => [i - 1, i].map((j) => stage.place(...at(j))))
    .filter(([[x, y], here]) => !here[2] && farFrom(here[0], here[1], x, y));
  return { pieces: line.pieces.done(), exits: line.exits, joints: seen.map(([, here]) => here) };
}

function addStep(line, a, b, i, stage, draped) {
  const part = draped ? clipped([a[0], a[1]], [b[0], b[1]], [-1, -1], [1, 1])
    : clipped(a, b, [-1, -1, -Infinity], [1, 1, TOP]);
  if (!part) return;
  const way = draped ? drapedWay(a, b, stage.field) : (share) => along(a, b, share);
  const places = placesOn(way, part, Math.hypot(b[0] - a[0], b[1] - a[1]), stage);
  if (line.drawn !== i) line.pieces.move(places[0][0], places[0][1]);
  for (const [x, y, hidden] of places.slice(1)) line.pieces.line(x, y, hidden);
  if (part[1] === 1) line.drawn = i + 1;
  else line.exits.push(exitOf(places));
}

function exitOf(places) {
  const [x, y] = places.at(-1);
  const [fromX, fromY] = places[places.length - 2];
  return { x, y, angle: Math.atan2(y - fromY, x - fromX) };
}

/** From a to b on the surface; what a point lies off it (its loss is another) fades over. */
function drapedWay(a, b, field) {
  const offA = offset(a, field);
  const offB = offset(b, field);
  return (share) => {
    const [u, v, straight] = along(a, b, share);
    const height = field.heightAt(u, v) + offA + share * (offB - offA);
    return [u, v, Number.isNaN(height) ? straight : height];
  };
}

function offset([u, v, z], field) {
  const off = z - field.heightAt(u, v);
  return Number.isFinite(off) ? off : 0;
}

/**
 * @param {(share: number) => number[]} way
 * @param {number[]} part
 * @param {number} length
 * @param {any} stage
 */
function placesOn(way, [from, to], length, stage) {
  const count = Math.max(1, Math.min(60, Math.ceil((length * (to - from)) / FINEST)));
  const places = [];
  for (let k = 0; k <= count; k += 1) {
    places.push(stage.place(...way(from + (to - from) * (k / count))));
  }
  return places;
}

/** The lines of equal loss at a level, on the surface. */
export function levelPieces(level, stage) {
  const { field } = stage;
  const z = field.heightOf(level);
  const pieces = new Pieces();
  for (const line of contourLines(field.loss, field.nx, field.ny, level)) {
    for (let k = 0; k < line.length; k += 2) {
      const u = (2 * line[k]) / (field.nx - 1) - 1;
      const v = (2 * line[k + 1]) / (field.ny - 1) - 1;
      const [x, y, hidden] = stage.place(u, v, z);
      if (k === 0) pieces.move(x, y);
      else pieces.line(x, y, hidden);
    }
  }
  return pieces.done();
}

/**
 * The arrow of steepest descent from a box point: `slope` is how fast the loss rises along x and
 * y. Draped it follows the surface as far as that falls; else it is straight, as steep as the loss.
 */
export function descentArrow([u, v, z], slope, length, stage, draped) {
  const { field } = stage;
  const way = boxWay(slope, field);
  const size = Math.hypot(way.u, way.v);
  if (!(size > 0)) return [];
  const to = (t) => [u + (t * way.u) / size, v + (t * way.v) / size];
  if (!draped) return straightArrow(to, z, (-way.fall / size) * steepness(field, z), length, stage);
  const points = [stage.place(u, v, z)];
  let last = z;
  for (let t = FINEST / 2; t <= length; t += FINEST / 2) {
    const height = field.heightAt(...to(t));
    if (!(height <= last)) break;
    points.push(stage.place(...to(t), height));
    last = height;
  }
  return points.length > SHORTEST ? points
    : straightArrow(to, z, (-way.fall / size) * steepness(field, z), FINEST * SHORTEST, stage);
}

function straightArrow(to, z, rise, length, stage) {
  const flat = length / Math.hypot(1, rise);
  return [0, flat].map((t) => stage.place(...to(t), Math.max(0, z + rise * t)));
}

/** Steepest descent in the box: parts along u and v, and how much the loss falls that way. */
function boxWay([alongX, alongY], field) {
  const { x0, x1, y0, y1 } = field.bounds;
  return {
    u: (-alongX * 2) / (x1 - x0),
    v: (-alongY * 2) / (y1 - y0),
    fall: alongX * alongX + alongY * alongY,
  };
}

/** How much height a little more loss is, at a height. */
function steepness(field, z) {
  return (TOP * TOP) / (2 * Math.max(1e-3, z) * (field.high - field.low));
}
