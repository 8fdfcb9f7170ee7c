// The loss as one bar, as a curve of its rounds, and the knobs of weight and bias.
import { clamp, mix, roundNumbers } from './stage.js';

/** A knob with a smaller radius, in letters, has its number below it. */
const SMALL_KNOB = 2.6;

/** How far the arrow at a knob reaches from its middle, in radii. */
const NUDGED = 1.56;

/** Draws the loss as a bar with its number above; the one before stays as a shadow where it is told. */
export function drawBar(stage, [x, y, w, h], { loss, before = null, most, text, name }) {
  const { colours, size, context } = stage;
  const wide = Math.min(1.7 * size, w);
  const [left, top, high] = [x + w - wide - (w - wide) / 2, y + 2.4 * size, h - 4.6 * size];
  const fill = (value, share) => stage.faint(share, () => {
    const tall = clamp(value / most) * high;
    context.fillStyle = colours.accent;
    context.fillRect(left, top + high - tall, wide, tall);
  });
  stage.within([left, top, wide, high], wide / 2, () => {
    context.fillStyle = colours.wash;
    context.fillRect(left, top, wide, high);
    if (before !== null) fill(before, 0.2);
    fill(loss, 1);
  });
  stage.text(text, x + w / 2, y + size, { size: 1.25, colour: colours.accent, weight: 600, room: w });
  stage.text(name, x + w / 2, y + h - 1.1 * size, { colour: colours.accent, weight: 600, room: w });
}

/**
 * Draws curves of the loss by the round: each has `losses`, a `colour`, a `dash` and a `name`. Losses above
 * `most` run out of the picture.
 */
export function drawCurves(stage, [x, y, w, h], { curves, most, span, words, short, logarithm = false }) {
  const { colours, size } = stage;
  const least = logarithm ? Math.min(...curves.flatMap(({ losses }) => losses)) : 0;
  const height = (value) => (logarithm ? Math.log(value / least) / Math.log(most / least) : value / most);
  const values = logarithm ? powers(least, most) : roundNumbers(0, most * 0.98, 4);
  const marks = values.map((value) => [value, short(value, 3)]);
  const left = stage.leftOf(marks.map(([, text]) => text));
  const inner = [x + left, y + 1.6 * size, w - left - 0.8 * size, h - 4.8 * size];
  const at = (value, round) => [
    inner[0] + (round / span) * inner[2], inner[1] + inner[3] * (1 - Math.min(40, height(value))),
  ];
  for (const [value, text] of marks) {
    const [, py] = at(value, 0);
    stage.line([[inner[0], py], [inner[0] + inner[2], py]], colours.hair, 1);
    stage.text(text, inner[0] - 0.5 * size, py, { size: 0.86, align: 'right' });
  }
  for (const round of roundNumbers(0, span, 4)) {
    stage.text(short(round), at(0 || most, round)[0], inner[1] + inner[3] + 0.9 * size, { size: 0.86 });
  }
  stage.text(words.loss, inner[0], y + 0.5 * size, { colour: colours.accent, weight: 600, align: 'left' });
  stage.text(words.round, inner[0] + inner[2] / 2, inner[1] + inner[3] + 2.3 * size, { colour: colours.ink });
  curves.forEach(({ losses, colour, dash = [], shown = losses.length }) => {
    const places = losses.slice(0, Math.max(1, shown)).map((value, round) => at(value, round));
    stage.within([inner[0] - 8, inner[1] - 8, inner[2] + 16, inner[3] + 16], 0, () => {
      stage.line(places, colour, 0.13 * size, dash);
      stage.dot(places.at(-1), 0.26 * size, colour, colours.paper);
    });
  });
  nameCurves(stage, inner, curves.filter(({ name }) => name));
}

function powers(least, most) {
  const from = Math.ceil(Math.log10(least));
  const found = Array.from({ length: 12 }, (_, i) => 10 ** (from + i)).filter((value) => value <= most);
  return found.length > 1 ? found : [least, most];
}

/** Names curves with a piece of each, one below the other in the upper right, where losses that fall are not. */
function nameCurves(stage, inner, curves) {
  const { size, colours } = stage;
  const right = inner[0] + inner[2];
  curves.forEach(({ name, colour, dash = [] }, i) => {
    const y = inner[1] + (0.6 + 1.3 * i) * size;
    stage.line([[right - 2.4 * size, y], [right, y]], colour, 0.13 * size, dash);
    stage.text(name, right - 2.9 * size, y, { colour, weight: 600, align: 'right', halo: colours.paper, size: 0.9 });
  });
}

/**
 * Returns where two knobs stand in a box, one above the other or side by side: { isTall, radius, places }. In a low box
 * the arrow of the lower one stays below the number of the one above.
 * @param {number[]} box
 * @param {number} size
 */
export function knobPlaces([x, y, w, h], size) {
  const isTall = h > w;
  const usual = Math.min(isTall ? h / 6.4 : w / 6.4, (isTall ? w : h) / 3.4, 4.4 * size);
  const isLow = isTall && usual < SMALL_KNOB * size;
  const radius = isLow ? Math.min(usual, (h / 2 - 2.4 * size) / (1 + NUDGED)) : usual;
  const down = isLow ? NUDGED * radius : 0.25 * h;
  const places = [0, 0.5].map((i) => (isTall ? [x + w / 2, y + down + i * h] : [x + w * (0.25 + i), y + h * 0.42]));
  return { isTall, radius, places };
}

/**
 * Draws a knob of `radius` about a place: a value between `low` and `high`, its name, and the way in which
 * the loss falls, as an arrow outside of the ring: 1 up, -1 down, 0 for none; `wide` is the room that it has.
 * @param {import('./stage.js').Stage} stage
 * @param {number[]} place
 * @param {number} radius
 * @param {any} look
 */
export function drawKnob(stage, place, radius, { value, low, high, colour, name, text, wide, nudge = 0 }) {
  const { colours, size, context } = stage;
  const [cx, cy] = place;
  const [first, last] = [0.75 * Math.PI, 2.25 * Math.PI];
  const angle = (of) => mix(first, last, clamp((of - low) / (high - low)));
  const arc = (from, to, ink) => {
    context.beginPath();
    context.arc(cx, cy, radius, Math.min(from, to), Math.max(from, to));
    Object.assign(context, { strokeStyle: ink, lineWidth: 0.13 * radius, lineCap: 'round' });
    context.stroke();
  };
  const here = angle(value);
  arc(first, last, colours.hair);
  arc(low < 0 && high > 0 ? angle(0) : first, here, colour);
  stage.dot(onCircle(cx, cy, radius, here), 0.16 * radius, colour, colours.paper);
  const look = { colour, weight: 600 };
  stage.text(name, cx, cy + radius + 0.75 * size, look);
  const isSmall = radius < SMALL_KNOB * size;
  // A small ring has no room for a number in letters that a class can read: it stands below.
  stage.text(text, cx, isSmall ? cy + radius + 1.85 * size : cy, { ...look, room: isSmall ? wide : 1.6 * radius });
  if (nudge) drawNudge(stage, place, 1.36 * radius, { here, turn: nudge, colour });
}

function onCircle(cx, cy, radius, angle) {
  return [cx + Math.cos(angle) * radius, cy + Math.sin(angle) * radius];
}

/**
 * @param {import('./stage.js').Stage} stage
 * @param {number[]} place
 */
function drawNudge(stage, [cx, cy], radius, { here, turn, colour }) {
  const end = here + 0.75 * turn;
  const { context } = stage;
  context.beginPath();
  context.arc(cx, cy, radius, here, end, turn < 0);
  Object.assign(context, { strokeStyle: colour, lineWidth: 0.09 * radius, lineCap: 'round' });
  context.stroke();
  const sign = Math.sign(turn);
  const head = 0.24 * radius;
  const tip = onCircle(cx, cy, radius, end + (sign * head) / radius);
  stage.area([tip, onCircle(cx, cy, radius + 0.6 * head, end), onCircle(cx, cy, radius - 0.6 * head, end)], colour);
}
