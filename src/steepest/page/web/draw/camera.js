// The eye that looks at the box of the surface: where it is, what it sees where. No DOM in here.
import { TOP } from './heights.js';

const DISTANCE = 6;
const TARGET = [0, 0, TOP / 2];
const LEVELS = [0.12, 1.53];
const ZOOMS = [0.6, 6];
const DEGREE = Math.PI / 180;

/** The share of spare height that is left above the box: below it are the titles of its axes. */
const ABOVE = 0.2;

/** The azimuths for which the box is fitted in width and in height: turning does not resize it. */
const WIDEST = Math.PI / 4;
const USUAL = Math.PI / 8;

/** The turn and tilt of a first look, in radians. */
export const FIRST_LOOK = { azimuth: Math.PI / 4, elevation: 0.68 };

/** Where the eye is: turned round the box by `azimuth`, above it by `elevation` (radians). */
export class Camera {
  constructor(look = FIRST_LOOK) {
    this.reset(look);
  }

  reset({ azimuth, elevation } = FIRST_LOOK) {
    Object.assign(this, { azimuth, elevation, closeness: 1 });
  }

  /** The look as numbers to keep: how far it is turned and tilted, in degrees, and how near it is. */
  told() {
    const { azimuth, elevation, closeness } = this;
    return [azimuth / DEGREE, elevation / DEGREE, closeness].map((v) => Number(v.toFixed(2)));
  }

  /**
   * Take a look that was told.
   * @param {number[]} told
   */
  take([turn, tilt, closeness]) {
    this.reset({ azimuth: turn * DEGREE, elevation: clamp(tilt * DEGREE, LEVELS) });
    this.zoom(closeness);
  }

  turn(sideways, upwards) {
    this.azimuth = (this.azimuth - sideways) % (2 * Math.PI);
    this.elevation = clamp(this.elevation + upwards, LEVELS);
  }

  zoom(factor) {
    this.closeness = clamp(this.closeness * factor, ZOOMS);
  }

  /** What is seen in a picture of that size that keeps `margin` {left, right, top, bottom} free. */
  view(width, height, margin) {
    const axes = axesOf(this.azimuth, this.elevation);
    const frame = frameOf(this.elevation, width, height, margin);
    return new View(axes, { ...frame, focal: frame.focal * this.closeness });
  }
}

/** One look at the box: from points in it to pixels, and from pixels to rays. */
class View {
  constructor({ eye, right, up, forward }, { focal, x, y }) {
    this.eye = eye;
    this.right = right;
    this.up = up;
    this.forward = forward;
    this.focal = focal;
    this.x = x;
    this.y = y;
    const across = right.map((part, i) => focal * part + x * forward[i]);
    const down = up.map((part, i) => -focal * part + y * forward[i]);
    const row = (axis) => [...axis, -dot(axis, eye)];
    this.rows = Float64Array.from([...row(across), ...row(down), ...row(forward)]);
  }

  /** Where a point of the box is in the picture: [pixels right, pixels down, depth]. */
  project(u, v, z) {
    const m = this.rows;
    const depth = m[8] * u + m[9] * v + m[10] * z + m[11];
    return [
      (m[0] * u + m[1] * v + m[2] * z + m[3]) / depth,
      (m[4] * u + m[5] * v + m[6] * z + m[7]) / depth,
      depth,
    ];
  }

  /** The ray from the eye through a pixel: {from, along}, `along` of length 1. */
  ray(px, py) {
    const a = (px - this.x) / this.focal;
    const b = (this.y - py) / this.focal;
    const along = this.forward.map((part, i) => part + a * this.right[i] + b * this.up[i]);
    const length = Math.hypot(...along);
    return { from: this.eye, along: along.map((part) => part / length) };
  }
}

function axesOf(azimuth, elevation) {
  const level = Math.cos(elevation);
  const back = [level * Math.sin(azimuth), -level * Math.cos(azimuth), Math.sin(elevation)];
  const eye = back.map((part, i) => TARGET[i] + DISTANCE * part);
  const right = [Math.cos(azimuth), Math.sin(azimuth), 0];
  const up = cross(back, right);
  return { eye, right, up, forward: back.map((part) => -part) };
}

/** Focal length and centre with which the box fits the free part of the picture, however turned. */
function frameOf(elevation, width, height, margin) {
  const { half } = extentOf(elevation, WIDEST);
  const { low, high } = extentOf(elevation, USUAL);
  const wide = Math.max(40, width - margin.left - margin.right);
  const tall = Math.max(40, height - margin.top - margin.bottom);
  const focal = Math.min(wide / (2 * half), tall / (high - low));
  const spare = tall - focal * (high - low);
  return {
    focal,
    x: margin.left + wide / 2,
    y: margin.top + ABOVE * spare + focal * high,
  };
}

/** How far the box reaches to each side, and from low to high, for a focal length of 1. */
function extentOf(elevation, azimuth) {
  const view = new View(axesOf(azimuth, elevation), { focal: 1, x: 0, y: 0 });
  const corners = CORNERS.map((corner) => view.project(...corner));
  const across = corners.map(([x]) => Math.abs(x));
  const up = corners.map(([, y]) => -y);
  return { half: Math.max(...across), low: Math.min(...up), high: Math.max(...up) };
}

const CORNERS = [-1, 1].flatMap((u) => [-1, 1].flatMap((v) => [0, TOP].map((z) => [u, v, z])));
/**
 * @param {number} value
 * @param {number[]} ends
 */
const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a, b) => [
  a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0],
];
