// The map of weight and bias: empty until something was walked, then the loss about the walk, and no more.
import { clamp, mix, roundNumbers, shade } from './stage.js';

/** @typedef {import('./stage.js').Stage} Stage */
/** @typedef {ReturnType<typeof mapScales>} MapScales */

/** How far about the walk the loss is drawn, as a share of the map: what was near enough to be worked out. */
const NEAR = 0.075;

/** Points a side of the drawn loss, and of the fog over it. */
export const POINTS = 96;
const FOG = 64;

/** Contours over the range of the square root of the loss. */
const CONTOURS = 13;

/**
 * Returns the scales of a map in a box, with equal units as wide about a center as `half` along the shorter
 * side, or as far as `reach` along each; `short` writes the numbers of its axes.
 * @param {Stage} stage
 * @param {number[]} box
 * @param {{center: number[], half?: number, reach?: number[] | null, short: (value: number, digits?: number) => string
 *   }} window
 */
export function mapScales(stage, [x, y, w, h], { center, half = 0, reach = null, short }) {
  const { size } = stage;
  const within = (left) => {
    const inner = [x + left, y + 1.4 * size, w - left - 0.2 * size, h - 4.5 * size];
    return scaled(inner, center, reach ?? reachOf(inner, half));
  };
  const { window: [, , b0, b1] } = within(0);
  return within(stage.leftOf(roundNumbers(b0, b1, 6).map((value) => short(value, 3))));
}

/** @param {number[]} inner */
function reachOf([, , w, h], half) {
  const short = Math.min(w, h);
  return [(half * w) / short, (half * h) / short];
}

/**
 * @param {number[]} inner
 * @param {number[]} center
 * @param {number[]} reach
 */
function scaled(inner, center, reach) {
  const [w0, w1] = [center[0] - reach[0], center[0] + reach[0]];
  const [b0, b1] = [center[1] - reach[1], center[1] + reach[1]];
  return {
    inner,
    window: [w0, w1, b0, b1],
    /** @param {number[]} params */
    at: ([weight, bias]) => [
      inner[0] + ((weight - w0) / (w1 - w0)) * inner[2],
      inner[1] + inner[3] - ((bias - b0) / (b1 - b0)) * inner[3],
    ],
    params: (px, py) => [
      mix(w0, w1, (px - inner[0]) / inner[2]),
      mix(b1, b0, (py - inner[1]) / inner[3]),
    ],
    holds: (px, py) => px >= inner[0] && px <= inner[0] + inner[2] && py >= inner[1] && py <= inner[1] + inner[3],
  };
}

/**
 * Draws the ground of a map with its axes; `names` are what weight and bias are called there.
 * @param {Stage} stage
 * @param {MapScales} scales
 */
export function drawGround(stage, { inner, window: [w0, w1, b0, b1], at }, { names, short }) {
  const { colours, size } = stage;
  const [x, y, w, h] = inner;
  stage.within(inner, 0.45 * size, () => {
    stage.context.fillStyle = colours.wash;
    stage.context.fillRect(x, y, w, h);
    for (const value of roundNumbers(w0, w1, 6)) stage.line([at([value, b0]), at([value, b1])], colours.hair, 1);
    for (const value of roundNumbers(b0, b1, 6)) stage.line([at([w0, value]), at([w1, value])], colours.hair, 1);
  });
  for (const value of roundNumbers(w0, w1, Math.max(2, w / (4.5 * size)))) {
    stage.text(short(value, 3), at([value, b0])[0], y + h + 0.85 * size, { size: 0.86 });
  }
  for (const value of roundNumbers(b0, b1, 6)) {
    const place = at([w0, value])[1];
    if (place > y + 0.6 * size && place < y + h - 0.3 * size) {
      stage.text(short(value, 3), x - 0.5 * size, place, { size: 0.86, align: 'right' });
    }
  }
  stage.text(names[0], x + w / 2, y + h + 2.2 * size, { colour: colours.weight, weight: 600, room: w });
  stage.text(names[1], x, y - 0.75 * size, { colour: colours.bias, weight: 600, align: 'left', room: w });
}

/**
 * Draws the loss as colours and contours: about the points of `near` alone, or all of it where that is null.
 * `loss` gives it at a weight and a bias, `low` and `high` are the ends of the ramp; of a ravine narrower than a
 * point, `isThin`, contours would be of points, and are left out.
 */
export function drawLoss(stage, scales, { loss, low, high, near = null, points = POINTS, isThin = false }) {
  const { inner, window: [w0, w1, b0, b1] } = scales;
  const heights = new Float64Array(points * points);
  const top = Math.sqrt(high - low) || 1;
  for (let j = 0; j < points; j += 1) {
    for (let i = 0; i < points; i += 1) {
      const value = loss(mix(w0, w1, i / (points - 1)), mix(b1, b0, j / (points - 1)));
      heights[j * points + i] = Math.sqrt(Math.max(0, value - low)) / top;
    }
  }
  const [, , w, h] = inner;
  const held = new OffscreenCanvas(Math.ceil(w * stage.ratio), Math.ceil(h * stage.ratio));
  const context = held.getContext('2d');
  context.scale(stage.ratio, stage.ratio);
  context.imageSmoothingQuality = 'high';
  context.drawImage(coloured(heights, points), 0, 0, w, h);
  if (!isThin) strokeContours(context, heights, points, w, h);
  if (near) {
    context.globalCompositeOperation = 'destination-in';
    context.drawImage(fogOf(near.map(scales.at), inner), 0, 0, w, h);
  }
  stage.within(inner, 0.45 * stage.size, () => stage.context.drawImage(held, inner[0], inner[1], w, h));
}

function coloured(heights, points) {
  const image = new ImageData(points, points);
  heights.forEach((height, i) => image.data.set([...shade(height), 255], 4 * i));
  return pictured(image);
}

function pictured(image) {
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext('2d').putImageData(image, 0, 0);
  return canvas;
}

/** Strokes where the heights are at a level: on each cell from edge to edge. */
function strokeContours(context, heights, points, w, h) {
  const [across, down] = [w / (points - 1), h / (points - 1)];
  context.beginPath();
  for (let j = 0; j < points - 1; j += 1) {
    for (let i = 0; i < points - 1; i += 1) {
      const at = j * points + i;
      const corners = [heights[at], heights[at + 1], heights[at + points + 1], heights[at + points]];
      for (const [from, to] of segmentsOf(corners, i, j)) {
        context.moveTo(from[0] * across, from[1] * down);
        context.lineTo(to[0] * across, to[1] * down);
      }
    }
  }
  Object.assign(context, { strokeStyle: '#ffffff66', lineWidth: 1 });
  context.stroke();
}

/** Returns the contours within a cell, [from, to] each, of its corners in turn. */
function segmentsOf(corners, i, j) {
  const last = Math.min(CONTOURS, Math.floor(Math.max(...corners) * CONTOURS));
  const segments = [];
  for (let level = Math.ceil(Math.min(...corners) * CONTOURS) || 1; level <= last; level += 1) {
    const ends = crossings(corners.map((height) => height - level / CONTOURS), i, j);
    if (ends.length > 1) segments.push(ends);
  }
  return segments;
}

/** @param {number[]} corners */
function crossings([a, b, c, d], i, j) {
  const ends = [];
  if (a * b < 0) ends.push([i + a / (a - b), j]);
  if (b * c < 0) ends.push([i + 1, j + b / (b - c)]);
  if (d * c < 0) ends.push([i + d / (d - c), j + 1]);
  if (a * d < 0) ends.push([i, j + a / (a - d)]);
  return ends;
}

/**
 * Returns the fog as a picture that is opaque about places on the screen and clear elsewhere.
 * @param {number[][]} places
 * @param {number[]} box
 */
function fogOf(places, [x, y, w, h]) {
  const image = new ImageData(FOG, FOG);
  const reach = NEAR * Math.min(w, h);
  const known = spread(places, reach / 2);
  for (let j = 0; j < FOG; j += 1) {
    for (let i = 0; i < FOG; i += 1) {
      const [px, py] = [x + (i / (FOG - 1)) * w, y + (j / (FOG - 1)) * h];
      const least = known.reduce((best, [qx, qy]) => Math.min(best, (px - qx) ** 2 + (py - qy) ** 2), Infinity);
      image.data[4 * (j * FOG + i) + 3] = 255 * clamp(1.6 * Math.exp(-least / (2 * reach * reach)) - 0.1);
    }
  }
  return pictured(image);
}

/** Returns places on a way with more between them where they are further apart than `far`. */
function spread(places, far) {
  return places.flatMap((here, i) => {
    const last = places[i - 1] ?? here;
    const count = clamp(Math.ceil(Math.hypot(here[0] - last[0], here[1] - last[1]) / far), 1, 60);
    return Array.from({ length: count }, (_, k) => (
      [mix(last[0], here[0], (k + 1) / count), mix(last[1], here[1], (k + 1) / count)]
    ));
  });
}

/** Draws a path with its points; the last one is the dot, unless `dot` is false. */
export function drawPath(stage, scales, path, { dot = true, colour = stage.colours.mark, dash = [] } = {}) {
  const { size } = stage;
  const limit = 40 * Math.max(scales.inner[2], scales.inner[3]);
  const places = path.map(scales.at).map((place) => place.map((v) => clamp(v, -limit, limit)));
  stage.within(scales.inner, 0.45 * size, () => {
    if (places.length > 1) {
      stage.line(places, '#ffffffcc', 0.12 * size + 4);
      stage.line(places, colour, 0.12 * size + 0.5, dash);
    }
    places.slice(0, -1).forEach((place) => stage.dot(place, 0.17 * size, '#ffffff', colour, 1.5));
    if (dot) drawDot(stage, places.at(-1), colour);
  });
}

/** Draws the dot where the params are. */
export function drawDot(stage, place, colour = stage.colours.mark) {
  stage.dot(place, 0.44 * stage.size + 2.5, '#ffffff');
  stage.dot(place, 0.44 * stage.size, colour);
}

/** Draws from a place on the map to its axes, in their colours. */
export function drawGuides(stage, { inner: [x, y, , h], at }, params, share = 1) {
  const [px, py] = at(params);
  stage.faint(share, () => {
    stage.line([[px, py], [px, y + h]], stage.colours.weight, 1.8, [4, 6]);
    stage.line([[px, py], [x, py]], stage.colours.bias, 1.8, [4, 6]);
  });
}

/**
 * Draws the way down as its parts, along the weight and along the bias, each as far as its share, then both
 * together.
 */
export function drawParts(stage, { at }, from, move, [ofWeight, ofBias, ofBoth]) {
  const { colours, size } = stage;
  const part = (w, b) => at([from[0] + w * move[0], from[1] + b * move[1]]);
  const here = at(from);
  if (ofBoth > 0) {
    const corners = [part(1, 0), part(1, 1), part(0, 1)];
    stage.faint(ofBoth, () => stage.line(corners, colours.soft, 1.4, [4, 5]));
  }
  if (ofWeight > 0) stage.arrow(here, part(ofWeight, 0), colours.weight, 0.2 * size, colours.wash);
  if (ofBias > 0) stage.arrow(here, part(0, ofBias), colours.bias, 0.2 * size, colours.wash);
  if (ofBoth > 0) stage.arrow(here, part(ofBoth, ofBoth), colours.accent, 0.27 * size, colours.wash);
}

/** Draws what the reader predicted, and how far from the truth it is where that is told. */
export function drawGuess(stage, scales, guess, truth, word) {
  const { colours, size } = stage;
  const place = scales.at(guess);
  if (truth) stage.line([place, scales.at(truth)], colours.ink, 1.6, [3, 5]);
  const arm = 0.4 * size;
  for (const [from, to] of [[-1, 1], [1, -1]]) {
    stage.line([[place[0] - arm, place[1] + from * arm], [place[0] + arm, place[1] + to * arm]], colours.ink, 3);
  }
  const isRight = place[0] > scales.inner[0] + scales.inner[2] / 2;
  const look = { colour: colours.ink, align: isRight ? 'right' : 'left', halo: colours.wash, size: 0.9 };
  stage.text(word, place[0] + (isRight ? -1 : 1) * 0.8 * size, place[1] - 0.9 * size, look);
}
