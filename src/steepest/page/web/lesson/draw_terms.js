// Numbers that add up, as pictures: the part of each row in the gradient, and the terms of a cross entropy.
import { clamp, ease, roundNumbers, SMALLER } from './stage.js';
import { widthsOf } from './line.js';

/** How the head of a column is written. */
const HEAD = { size: 0.86 };

/** Draws the part of each row in the gradient of the weight over its feature, and their average. */
export function drawRowParts(stage, [x, y, w, h], { z, parts, average, words, short, time }) {
  const { colours, size } = stage;
  const [low, high] = widthsOf(z);
  const [under, over] = [Math.min(0, ...parts) * 1.08, Math.max(0, ...parts) * 1.08];
  const marks = roundNumbers(under, over, 5).map((value) => [value, short(value, 3)]);
  const left = stage.leftOf(marks.map(([, text]) => text));
  const names = stage.linesOf(words.x, w - left);
  const inner = [x + left, y + 1.6 * size, w - left - 0.4 * size, h - (3.65 + 1.15 * names.length) * size];
  const px = (value) => inner[0] + ((value - low) / (high - low)) * inner[2];
  const py = (value) => inner[1] + inner[3] * (1 - (value - under) / (over - under || 1));
  for (const [value, text] of marks) {
    stage.line([[inner[0], py(value)], [inner[0] + inner[2], py(value)]], colours.hair, value ? 1 : 2.5);
    stage.text(text, inner[0] - 0.5 * size, py(value), { size: 0.86, align: 'right' });
  }
  for (const value of roundNumbers(low, high, 6)) {
    stage.text(short(value, 3), px(value), inner[1] + inner[3] + 0.9 * size, { size: 0.86 });
  }
  const room = inner[2];
  names.forEach((name, i) => {
    stage.text(name, inner[0] + room / 2, inner[1] + inner[3] + (2.3 + 1.15 * i) * size, { colour: colours.ink, room });
  });
  stage.text(words.part, inner[0], y + 0.5 * size, { colour: colours.weight, weight: 600, align: 'left', room });
  const stroke = 0.2 * clamp(18 / Math.sqrt(parts.length));
  const radius = clamp(80 / Math.sqrt(parts.length), 2, 6);
  parts.forEach((part, i) => {
    const grown = ease(clamp(2 * time - i / parts.length));
    const place = [px(z[i]), py(part * grown)];
    stage.faint(stroke, () => stage.line([[place[0], py(0)], place], colours.weight, 1.2));
    stage.dot(place, radius, colours.weight);
  });
  const rows = parts.map((part, i) => [px(z[i]), py(part)]);
  const shown = ease((time - 1.2) / 0.8);
  if (shown > 0) stage.faint(shown, () => drawMean(stage, inner, py(average), short(average), rows));
}

/**
 * Draws a line at a height of a picture with its number, which lies over as few of `points` as it can.
 * @param {import('./stage.js').Stage} stage
 * @param {number[]} inner
 */
function drawMean(stage, [x, , w], y, text, points) {
  const { colours, size } = stage;
  stage.line([[x, y], [x + w, y]], colours.accent, 0.17 * size, [9, 6]);
  const look = { colour: colours.accent, weight: 600, align: 'left', halo: colours.paper, size: 1.1 };
  const wide = stage.widthOf(text, look);
  const places = [x + w - wide - 0.3 * size, x + 0.3 * size].flatMap((at) => [[at, y + size], [at, y - size]]);
  const [left, middle] = freest(places, points, [wide, size]);
  stage.text(text, left, middle, look);
}

/** Returns the place, the left and the middle of a text of a size, that lies over the fewest points. */
function freest(places, points, [wide, high]) {
  const covered = places.map(([left, y]) => points.filter(([px, py]) => (
    px > left && px < left + wide && Math.abs(py - y) < high
  )).length);
  return places[covered.indexOf(Math.min(...covered))];
}

/** Draws a table of short texts: heads, lines, and a last line that sums up; `lit` is the line to look at. */
export function drawTable(stage, [x, y, w, h], { heads, lines, last, lit = -1, shown = lines.length }) {
  const { colours, size } = stage;
  const high = Math.min(2.3 * size, h / (lines.length + 3));
  const { ends, share } = columnsOf(stage, w, heads, last ? [...lines, ['', ...last.slice(1)]] : lines);
  const row = (texts, line, look) => texts.forEach((text, column) => {
    const [from, to] = column || texts[1] ? ends[column] : [0.4 * size, 0.6 * w];
    const place = { ...look, size: share * (look.size ?? 1), align: column ? 'right' : 'left', room: to - from + 1 };
    stage.text(text, x + (column ? to : from), y + high * (line + 0.7), place);
  });
  row(heads, 0, HEAD);
  stage.line([[x, y + 1.25 * high], [x + w, y + 1.25 * high]], colours.hair, 1.5);
  lines.slice(0, shown).forEach((texts, i) => {
    if (i === lit) litLine(stage, [x, y + high * (i + 1.3), w, high]);
    row(texts, i + 1.1, { colour: colours.ink, weight: i === lit ? 600 : 400 });
  });
  if (!last) return;
  const end = lines.length + 1.3;
  stage.line([[x, y + high * end], [x + w, y + high * end]], colours.hair, 1.5);
  row(last, end, { colour: colours.accent, weight: 600 });
}

/**
 * Returns where the columns of a table begin and end, each as wide as its texts and the first with the rest, and
 * the share of their size to which all letters shrink so that they fit.
 */
function columnsOf(stage, w, heads, lines) {
  const { size } = stage;
  const widths = heads.map((head, column) => Math.max(
    stage.widthOf(head, HEAD), ...lines.map((texts) => stage.widthOf(texts[column], { weight: 600 })),
  ));
  const total = widths.reduce((sum, wide) => sum + wide, 0);
  const gap = clamp((w - total) / heads.length, 0.5 * size, 2 * size);
  const share = clamp((w - 0.7 * size - gap * (heads.length - 1)) / total, SMALLER, 1);
  let to = w - 0.3 * size;
  const ends = widths.slice(1).reverse().map((wide) => {
    const end = [to - share * wide, to];
    to = end[0] - gap;
    return end;
  });
  return { ends: [[0.4 * size, to], ...ends.reverse()], share };
}

function litLine({ context, colours }, [x, y, w, h]) {
  context.fillStyle = colours.wash;
  context.fillRect(x, y, w, h);
}
