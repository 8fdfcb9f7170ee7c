// The rows and the line: dots, the errors, their squares, and the average square that they pour into.
import { clamp, ease, mix, roundNumbers } from './stage.js';
import { heightsOf, widthsOf } from './line.js';

/** @typedef {import('./stage.js').Stage} Stage */

/** Returns the scales of the picture of rows in a box: `px` and `py`, and the inner box. */
export function dataScales(stage, [x, y, w, h], line, { xLabel, yLabel, short }) {
  const { size } = stage;
  const [low, high] = widthsOf(line.bowl.x);
  const [under, over] = heightsOf(line);
  const yTicks = roundNumbers(under, over, 5);
  const left = stage.leftOf(yTicks.map((value) => short(value)));
  const names = stage.linesOf(xLabel, w - 0.2 * size);
  const inner = [x + left, y + 1.4 * size, w - left - 0.2 * size, h - (3.3 + 1.15 * names.length) * size];
  return {
    inner,
    left,
    names,
    yLabel,
    short,
    low,
    high,
    px: (value) => inner[0] + ((value - low) / (high - low)) * inner[2],
    py: (value) => inner[1] + inner[3] - ((value - under) / (over - under)) * inner[3],
    pixels: inner[3] / (over - under),
    xTicks: roundNumbers(low, high, Math.max(4, inner[2] / (4 * size))),
    yTicks,
  };
}

/** Draws axes with round numbers and what they are of. */
export function drawAxes(stage, scales) {
  const { colours, size } = stage;
  const { left, names, yLabel, short } = scales;
  const [x, y, w, h] = scales.inner;
  for (const value of scales.yTicks) {
    stage.line([[x, scales.py(value)], [x + w, scales.py(value)]], colours.hair, 1);
    stage.text(short(value), x - 0.5 * size, scales.py(value), { size: 0.86, align: 'right' });
  }
  stage.line([[x, y + h], [x + w, y + h]], colours.hair, 1.5);
  for (const value of scales.xTicks) stage.text(short(value), scales.px(value), y + h + 0.9 * size, { size: 0.86 });
  names.forEach((name, i) => {
    // A long name begins below the numbers of the other axis, before its letters are smaller.
    const look = stage.widthOf(name) > w ? { align: 'right', room: w + left } : { room: w };
    stage.text(name, x + (look.align ? w : w / 2), y + h + (2.3 + 1.15 * i) * size, { colour: colours.ink, ...look });
  });
  stage.text(yLabel, x, y - 0.75 * size, { colour: colours.ink, align: 'left', room: w });
}

/** Draws each row as a dot; while `fall` is below 1 they come in, one after another. */
export function drawRows(stage, scales, x, y, { fall = 1, colour = stage.colours.point } = {}) {
  const radius = clamp(90 / Math.sqrt(y.length), 2, 6) * (stage.size / 22);
  const { length } = y;
  for (let i = 0; i < length; i += 1) {
    const come = clamp(2 * fall - i / length);
    const up = (1 - ease(come)) * 1.4 * stage.size;
    stage.faint(0.75 * come, () => stage.dot([scales.px(x[i]), scales.py(y[i]) - up], radius, colour));
  }
}

/** Draws the line of a weight and a bias from left as far as `grown`. */
export function drawLine(stage, scales, [w, b], look = {}) {
  const { colour = stage.colours.accent, grown = 1, dash = [], wide = 0.2 } = look;
  const at = (value) => [scales.px(value), scales.py(w * value + b)];
  const [from, to] = [at(scales.low), at(scales.high)];
  const end = [mix(from[0], to[0], grown), mix(from[1], to[1], grown)];
  stage.within(scales.inner, 0, () => stage.line([from, end], colour, Math.max(2, wide * stage.size), dash));
}

/** Draws a stroke from each row to the line, as far as `grown`. */
export function drawErrors(stage, scales, { bowl: { x, y } }, [w, b], { grown = 1, faint = 0.4 } = {}) {
  // Strokes of many rows are one blot, on which no number can be read.
  stage.within(scales.inner, 0, () => stage.faint(faint * clamp(18 / Math.sqrt(y.length)), () => {
    for (let i = 0; i < y.length; i += 1) {
      const to = mix(y[i], w * x[i] + b, grown);
      stage.line([[scales.px(x[i]), scales.py(y[i])], [scales.px(x[i]), scales.py(to)]], stage.colours.accent, 1.2);
    }
  }));
}

/** Draws the error of one row with its length, and the row itself. */
export function drawWorst(stage, scales, { bowl: { x, y }, worst, start: [w, b] }, text) {
  const { colours, size } = stage;
  const [px, from, to] = [scales.px(x[worst]), scales.py(y[worst]), scales.py(w * x[worst] + b)];
  stage.line([[px, from], [px, to]], colours.accent, 0.22 * size);
  stage.dot([px, from], 0.34 * size, colours.point, colours.paper);
  const isRight = px > scales.inner[0] + scales.inner[2] / 2;
  const align = isRight ? 'right' : 'left';
  const look = { colour: colours.accent, weight: 600, size: 1.2, align, halo: colours.paper };
  stage.text(text, px + (isRight ? -0.6 : 0.6) * size, (from + to) / 2, look);
}

/** Returns the squares of the errors: [left, top, side] each, in pixels; they lie beside their stroke. */
function squaresOf(scales, { bowl: { x, y } }, [w, b]) {
  const middle = scales.inner[0] + scales.inner[2] / 2;
  return Array.from(y, (value, i) => {
    const [px, from, to] = [scales.px(x[i]), scales.py(value), scales.py(w * x[i] + b)];
    const side = Math.abs(from - to);
    return [px > middle ? px - side : px, Math.min(from, to), side];
  });
}

/**
 * Draws the square of each error, grown by `grown`. What many cover is darker; the darkness is counted
 * on a coarse grid and painted once, since colours laid over each other a hundred times are one blot.
 */
export function drawSquares(stage, scales, line, params, { grown = 1, faint = 1 } = {}) {
  const squares = squaresOf(scales, line, params);
  const [x, y, w, h] = scales.inner;
  const [across, down] = [Math.max(1, Math.ceil(w / 2)), Math.max(1, Math.ceil(h / 2))];
  const counts = covered(squares.map(([left, top, side]) => [left - x, top - y, side * grown, side]), across, down);
  const image = new ImageData(across, down);
  const [red, green, blue] = rgb(stage.colours.accent);
  for (let i = 0; i < counts.length; i += 1) {
    const alpha = 255 * 0.55 * (counts[i] / squares.length) ** 0.62 * faint;
    image.data.set([red, green, blue, alpha], 4 * i);
  }
  const held = new OffscreenCanvas(across, down);
  held.getContext('2d').putImageData(image, 0, 0);
  stage.within(scales.inner, 0, () => {
    stage.context.drawImage(held, x, y, 2 * across, 2 * down);
    const every = Math.max(1, Math.round(squares.length / 30));
    stage.faint(0.45 * faint, () => squares.forEach(([left, top, side], i) => {
      if (i % every === 0) outline(stage, left, top, side * grown, side);
    }));
  });
}

function outline({ context, colours }, left, top, wide, high) {
  context.strokeStyle = colours.accent;
  context.lineWidth = 1;
  context.strokeRect(left, top, wide, high);
}

/** Returns how many squares cover each cell of two pixels a side: differences at the corners, summed. */
function covered(squares, across, down) {
  const wide = across + 1;
  const cells = new Float64Array(wide * (down + 1));
  const cell = (value, most) => clamp(Math.round(value / 2), 0, most);
  for (const [left, top, w, h] of squares) {
    const [a, b] = [cell(left, across), cell(left + w, across)];
    const [c, d] = [cell(top, down), cell(top + h, down)];
    cells[c * wide + a] += 1;
    cells[c * wide + b] -= 1;
    cells[d * wide + a] -= 1;
    cells[d * wide + b] += 1;
  }
  const counts = new Float64Array(across * down);
  for (let j = 0; j < down; j += 1) {
    for (let i = 0; i < across; i += 1) {
      const [left, up] = [i ? counts[j * across + i - 1] : 0, j ? counts[(j - 1) * across + i] : 0];
      const both = i && j ? counts[(j - 1) * across + i - 1] : 0;
      counts[j * across + i] = Math.max(0, cells[j * wide + i] + left + up - both);
    }
  }
  return counts;
}

function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** Draws how the squares pour into the average square, to the scale of the rows; returns its box. */
export function drawAverage(stage, scales, box, { line, params, time, words }) {
  const { colours, size } = stage;
  const loss = line.bowl.loss(...params);
  const side = Math.min(Math.sqrt(loss) * scales.pixels, box[2], box[3] - 3 * size);
  const target = [box[0] + (box[2] - side) / 2, box[1] + box[3] - 3 * size - side, side];
  // Between the pictures are the numbers of an axis, so nothing moves over them.
  for (const frame of [scales.inner, box]) {
    stage.within(frame, 0, () => pour(stage, squaresOf(scales, line, params), target, time));
  }
  const grown = ease((time - 0.6) / 1.2);
  if (grown <= 0) return;
  const [left, top] = target;
  const high = side * grown;
  stage.faint(0.14, () => {
    stage.context.fillStyle = colours.accent;
    stage.context.fillRect(left, top + side - high, side, high);
  });
  outline(stage, left, top + side - high, side, high);
  if (grown < 0.95) return;
  const look = { size: 1.4, colour: colours.accent, weight: 600 };
  // A number that is wider than its square is above it.
  const middle = stage.widthOf(words.loss, look) < 0.9 * side ? side / 2 : -1.1 * size;
  stage.text(words.loss, left + side / 2, top + middle, look);
  stage.text(words.average, box[0] + box[2] / 2, box[1] + box[3] - 1.2 * size, { colour: colours.ink, room: box[2] });
}

/**
 * @param {Stage} stage
 * @param {number[][]} squares
 * @param {number[]} target
 */
function pour(stage, squares, [left, top, side], time) {
  const every = Math.max(1, Math.round(squares.length / 50));
  squares.forEach(([fromX, fromY, from], i) => {
    if (i % every) return;
    const share = clamp((time - 0.6 * (i / squares.length)) / 1);
    if (share <= 0 || share >= 1) return;
    const way = ease(share);
    const wide = mix(from, side, way);
    stage.faint(0.5 * Math.sin(share * Math.PI), () => (
      outline(stage, mix(fromX, left, way), mix(fromY, top, way), wide, wide)
    ));
  });
}
