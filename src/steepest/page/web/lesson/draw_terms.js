// Numbers that add up, as pictures: the part of each row in the gradient, and the terms of a cross entropy.
import { clamp, ease, roundNumbers } from './stage.js';
import { widthsOf } from './line.js';

/** Draws the part of each row in the gradient of the weight over its feature, and their average. */
export function drawRowParts(stage, [x, y, w, h], { z, parts, average, words, short, time }) {
  const { colours, size } = stage;
  const inner = [x + 3.8 * size, y + 1.6 * size, w - 4.2 * size, h - 4.8 * size];
  const [low, high] = widthsOf(z);
  const [under, over] = [Math.min(0, ...parts) * 1.08, Math.max(0, ...parts) * 1.08];
  const px = (value) => inner[0] + ((value - low) / (high - low)) * inner[2];
  const py = (value) => inner[1] + inner[3] * (1 - (value - under) / (over - under || 1));
  for (const value of roundNumbers(under, over, 5)) {
    stage.line([[inner[0], py(value)], [inner[0] + inner[2], py(value)]], colours.hair, value ? 1 : 2.5);
    stage.text(short(value, 3), inner[0] - 0.5 * size, py(value), { size: 0.86, align: 'right', room: 3.2 * size });
  }
  for (const value of roundNumbers(low, high, 6)) {
    stage.text(short(value, 3), px(value), inner[1] + inner[3] + 0.9 * size, { size: 0.86 });
  }
  const room = inner[2];
  stage.text(words.part, inner[0], y + 0.5 * size, { colour: colours.weight, weight: 600, align: 'left', room });
  stage.text(words.x, inner[0] + room / 2, inner[1] + inner[3] + 2.3 * size, { colour: colours.ink, room });
  const radius = clamp(80 / Math.sqrt(parts.length), 2, 6);
  parts.forEach((part, i) => {
    const grown = ease(clamp(2 * time - i / parts.length));
    const place = [px(z[i]), py(part * grown)];
    stage.faint(0.2, () => stage.line([[place[0], py(0)], place], colours.weight, 1.2));
    stage.dot(place, radius, colours.weight);
  });
  const shown = ease((time - 1.2) / 0.8);
  if (shown <= 0) return;
  stage.faint(shown, () => {
    stage.line([[inner[0], py(average)], [inner[0] + inner[2], py(average)]], colours.accent, 0.17 * size, [9, 6]);
    const look = { colour: colours.accent, weight: 600, align: 'left', halo: colours.paper, size: 1.1 };
    const wide = stage.widthOf(short(average), look);
    const places = [inner[0] + inner[2] - wide - 0.3 * size, inner[0] + 0.3 * size].flatMap((left) => (
      [1, -1].map((side) => [left, py(average) + side * size])
    ));
    const rows = parts.map((part, i) => [px(z[i]), py(part)]);
    const [left, top] = freest(places, rows, [wide, size]);
    stage.text(short(average), left, top, look);
  });
}

/** Returns the place, the left and the middle of a text of a size, that lies over the fewest points. */
function freest(places, points, [wide, high]) {
  const covered = places.map(([left, y]) => points.filter(([px, py]) => (
    px > left - 6 && px < left + wide + 6 && Math.abs(py - y) < high
  )).length);
  return places[covered.indexOf(Math.min(...covered))];
}

/** Draws a table of short texts: heads, lines, and a last line that sums up; `lit` is the line to look at. */
export function drawTable(stage, [x, y, w, h], { heads, lines, last, lit = -1, shown = lines.length }) {
  const { colours, size } = stage;
  const high = Math.min(2.3 * size, h / (lines.length + 3));
  const wide = w / (heads.length + 0.4);
  const at = (column) => x + wide * (column + 1.35);
  // The first number stands beside a short name: above it there is room for a longer head.
  const roomOf = (texts, column, line) => [texts[1] ? 1.3 : 2.3, line ? 0.92 : 1.5][column] ?? 0.92;
  const row = (texts, line, look) => texts.forEach((text, column) => {
    const left = column === 0;
    const room = roomOf(texts, column, line) * wide;
    const place = left ? x + 0.4 * size : at(column);
    stage.text(text, place, y + high * (line + 0.7), { ...look, align: left ? 'left' : 'right', room });
  });
  row(heads, 0, { size: 0.82 });
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

function litLine({ context, colours }, [x, y, w, h]) {
  context.fillStyle = colours.wash;
  context.fillRect(x, y, w, h);
}
