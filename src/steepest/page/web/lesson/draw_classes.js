// The classes: each row as a mark in the line of its class, and the curve of each class's probability.
import { clamp, roundNumbers } from './stage.js';
import { widthsOf } from './line.js';
import { probabilitiesAt } from './classes.js';

/** Points of a curve from left to right. */
const POINTS = 90;

/** How the name of a class is written before its rows, and the share of the width that names have at most. */
const NAMED = { size: 0.86, weight: 600 };
const MOST_NAMES = 0.37;

/** Draws probabilities over the feature, and below them each row in the line of its class. */
export function drawClasses(stage, box, found, { params, words, short, row = -1 }) {
  const { colours, size } = stage;
  const { classes, z, mean, deviation, margins } = found;
  const strip = Math.min(1.3 * size, (0.3 * box[3]) / classes.length);
  const widest = Math.max(...classes.map((name) => stage.widthOf(name, NAMED)));
  const left = clamp(widest + size, 2.6 * size, MOST_NAMES * box[2]);
  const [x, y] = [box[0] + left, box[1] + 1.6 * size];
  const [w, h] = [box[2] - left - 0.4 * size, box[3] - 5.7 * size - strip * classes.length];
  const [low, high] = widthsOf(z);
  const px = (value) => x + ((value - low) / (high - low)) * w;
  const py = (p) => y + h * (1 - p);
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    stage.line([[x, py(p)], [x + w, py(p)]], colours.hair, 1);
    if (p % 0.5 === 0) stage.text(short(p), x - 0.5 * size, py(p), { size: 0.86, align: 'right' });
  }
  stage.text(words.probability, x, box[1] + 0.5 * size, { colour: colours.ink, align: 'left', room: w });
  classes.forEach((name, code) => {
    const colour = colours.classes[code];
    const curve = curveOf({ params, margins, code, low, high });
    stage.line(curve.map(([value, p]) => [px(value), py(p)]), colour, 0.17 * size);
    drawStrip(stage, { name, code, colour, found, px, at: y + h + (0.9 + code) * strip, strip, left: x, room: left });
  });
  const base = y + h + (0.5 + classes.length) * strip;
  const marks = roundNumbers(mean + low * deviation, mean + high * deviation, Math.max(3, w / (5 * size)));
  for (const value of marks) {
    stage.text(short(value), px((value - mean) / deviation), base + 0.9 * size, { size: 0.86 });
  }
  stage.text(words.x, x + w / 2, base + 2.2 * size, { colour: colours.ink, room: w });
  if (row < 0) return;
  lightRow(stage, { at: px(z[row]), py, shares: probabilitiesAt(params, margins, z[row]), under: base });
}

function curveOf({ params, margins, code, low, high }) {
  return Array.from({ length: POINTS + 1 }, (_, i) => {
    const value = low + ((high - low) * i) / POINTS;
    return [value, probabilitiesAt(params, margins, value)[code]];
  });
}

function drawStrip(stage, { name, code, colour, found, px, at, strip, left, room }) {
  const { z, Y } = found;
  const radius = clamp(0.26 * strip, 2, 5);
  z.forEach((value, i) => {
    if (Y[i] === code) stage.faint(0.6, () => stage.dot([px(value), at], radius, colour));
  });
  const { size } = stage;
  stage.text(name, left - 0.5 * size, at, { ...NAMED, colour, align: 'right', room: room - 0.6 * size });
}

function lightRow(stage, { at, py, shares, under }) {
  const { colours, size } = stage;
  stage.line([[at, py(1)], [at, under]], colours.ink, 1.6, [4, 5]);
  shares.forEach((p, code) => stage.dot([at, py(p)], 0.3 * size, colours.classes[code], colours.paper));
}
