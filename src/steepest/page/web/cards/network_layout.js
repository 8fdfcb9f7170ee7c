// Where the parts of a network stand in its picture: units as circles in columns, inputs at the left, or
// in rows, inputs at the top, as its room wants it. Pure functions of sizes and of the room.
import { mannerOf } from '../state/drawn_as.js';

/** Below this width, in pixels, layers are rather rows: so much larger may a picture of columns be. */
const [NARROW, RATHER] = [560, 1.1];

/** A picture may be laid out for so many times its room, and drawn smaller: all numbers have room then. */
const ROOMS = [1, 1.15, 1.3, 1.5, 1.75, 2];

/** The room of a unit across its layer, in pixels: enough of it, and as much as looks well. */
const [CLOSE, WIDE, HEIGHT] = [17, 96, 400];

/** The share of a line, from its source, at which the first number stands: usually, and at most. */
const [FIRST, MOST_FIRST] = [0.32, 0.6];

/** The most that the numbers of two units beside each other are apart, as a share of their lines. */
const EACH = 0.16;

/** Letters between the last number of a line and the circle at its end. */
const CLEAR = 0.9;

/** The most that a name above its unit is high where it is written upwards, in pixels. */
const HIGHEST_NAME = 110;

/**
 * Returns how a network is laid out, across or down: with as many numbers as there is room for, and then
 * as large as it can be. The places of all units, `nodes[layer][unit]` = {x, y}, inputs first, their
 * `radius`, `width` and `height` of the picture and the `share` of it that is drawn, and for each layer of
 * weights the shares of a line between which its `numbers` stand, null where there is no room for them.
 * `size` is that of letters, `high` is what there is for the picture: units across come closer for it.
 * `before` and `after` are the widths of the longest names of inputs and outputs.
 */
export function layoutOf(network, room) {
  const rather = (upright) => (upright === room.width < NARROW ? RATHER : 1);
  const lacking = ({ numbers }) => numbers.filter((span) => span === null).length;
  const isBetter = (a, b) => lacking(a) - lacking(b)
    || b.share * rather(b.upright) - a.share * rather(a.upright);
  const rooms = mannerOf(network) === 'numbers' ? ROOMS : [1];
  const all = rooms.flatMap((times) => [false, true].map((upright) => (
    placed(network, { ...room, times, upright })
  )));
  return all.sort(isBetter)[0];
}

function placed(network, { times, size, before, after, upright, ...within }) {
  const [width, high] = [times * within.width, times * within.high];
  const sizes = mannerOf(network) === 'layers' ? network.sizes.map(() => 1) : network.sizes;
  const most = Math.max(...sizes);
  const across = Math.max(170, Math.min(HEIGHT, most * 62));
  const room = upright ? width - 12 : Math.max(Math.min(across, high - 8), most * CLOSE);
  const gaps = sizes.map((units) => Math.min(WIDE, room / units));
  const radius = Math.max(4.5, Math.min(15, 0.36 * Math.min(...gaps)));
  const firsts = network.layers.map((_, l) => firstShare(network, l, { gaps, size, upright }));
  const steep = upright && before > gaps[0] - 3;
  const top = (steep ? Math.min(before, HIGHEST_NAME) : size) + 2.4 * size;
  const stops = upright ? stopsDown(network, { size, firsts, top, radius })
    : stopsAcross(sizes, width, [before, after].map((wide) => Math.min(wide, 0.22 * width) + 26));
  const nodes = sizes.map((units, layer) => Array.from({ length: units }, (_, unit) => {
    const along = room / 2 + (unit - (units - 1) / 2) * gaps[layer];
    return upright ? { x: along + 6, y: stops[layer] } : { x: stops[layer], y: along + 4 };
  }));
  const spans = firsts.map((first, l) => spanOf(network, l, { stops, first, size, upright, radius }));
  const height = Math.round(upright ? stops.at(-1) + 3.4 * size : room + 8);
  return {
    upright,
    steep,
    nodes,
    radius,
    width,
    height,
    share: Math.min(1, high / height) / times,
    numbers: spans,
  };
}

/**
 * @param {number[]} sizes
 * @param {number} width
 * @param {number[]} room
 */
function stopsAcross(sizes, width, [before, after]) {
  const last = sizes.length - 1;
  return sizes.map((_, i) => before + (i / last) * (width - before - after));
}

/** Layers below each other: as far apart as the numbers of their lines need. */
function stopsDown({ layers }, { size, firsts, top, radius }) {
  const stops = [top];
  layers.forEach(({ inputs }, l) => {
    const needed = firsts[l] === null ? 0 : 1.05 * size * (inputs - 1) + radius + CLEAR * size;
    stops.push(stops.at(-1) + Math.max(92, needed / (1 - (firsts[l] ?? 0))));
  });
  return stops;
}

/** Returns from which share of a line on the numbers of one unit's lines stand apart, or null. */
function firstShare(network, l, { gaps, size, upright }) {
  if (mannerOf(network) !== 'numbers') return null;
  const needed = (upright ? wideOf(network, l, size) + 0.3 * size : 0.95 * size) / gaps[l + 1];
  return needed > MOST_FIRST ? null : Math.max(FIRST, needed);
}

/** Returns the width of the longest number of a layer. */
function wideOf({ layers }, l, size) {
  const { weights, units, inputs } = layers[l];
  return (0.5 * String(weights + units * inputs).length + 0.2) * size;
}

/** Returns the shares of a line between which its numbers stand, null where they have no room. */
function spanOf(network, l, { stops, first, size, upright, radius }) {
  if (first === null) return null;
  const length = stops[l + 1] - stops[l];
  const end = 1 - (radius + CLEAR * size) / length;
  if (network.sizes[l] === 1) return [first, end];
  const last = Math.min(end, first + EACH * (network.sizes[l] - 1));
  const apart = ((last - first) * length) / Math.max(1, network.sizes[l] - 1);
  return apart >= (upright ? size : wideOf(network, l, size)) ? [first, last] : null;
}

/** Returns where on its line, from 0 to 1, the number of the weight from an input stands. */
export function shareOf(input, inputs, [first, last]) {
  return inputs === 1 ? Math.max(0.5, first) : first + (input / (inputs - 1)) * (last - first);
}

/** Returns the point on a line from a to b at a share of it. */
export function between(a, b, share) {
  return { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
}

/**
 * Returns the first of some places, middles {x, y} of a text {wide, high}, at which it touches none of
 * the circles of a `radius` and none of the texts that are there; where there is none, the first.
 */
export function freePlace(places, { wide, high }, circles, radius, texts) {
  const off = (a, b, reach) => Math.max(0, Math.abs(a - b) - reach);
  const clear = ({ x, y }) => (
    circles.every((one) => Math.hypot(off(one.x, x, wide / 2), off(one.y, y, high / 2)) >= radius)
    && texts.every((one) => off(one.x, x, (one.wide + wide) / 2) || off(one.y, y, (one.high + high) / 2))
  );
  return places.find(clear) ?? places[0];
}

/** Returns how far a point is from the stretch from a to b. */
export function distanceTo({ x, y }, a, b) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const along = ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy);
  const near = between(a, b, Math.max(0, Math.min(1, along)));
  return Math.hypot(x - near.x, y - near.y);
}
