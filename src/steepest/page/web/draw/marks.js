// The marks of a descent, the same on both faces of the surface: paths with a halo, the start as a
// hollow circle, the current step as a filled one, the minimum as a cross, the arrow of steepest
// descent. Each is drawn into a 2D context in CSS pixels.

import { straight } from '../numerals.js';

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

/** A font of so many pixels, as a canvas takes it. */
export function font(size, weight = 400) {
  return `${weight} ${size}px ${FONT}`;
}

/**
 * Letters of numbers and of titles on axes in a picture of that width, in pixels.
 * @param {Theme} theme
 */
export function typeFor(theme, width) {
  const times = width < 420 ? 0.94 : 1;
  return [times * theme.type, 1.08 * times * theme.type];
}

/**
 * Draw the pieces of a path. `look`: {colour, dash, halo, width, pale}; what is hidden behind the
 * surface, thin and dashed; pale: what comes later.
 */
export function drawPath(context, pieces, look) {
  const shown = pieces.filter((piece) => !piece.hidden);
  const hidden = pieces.filter((piece) => piece.hidden);
  context.save();
  context.lineJoin = 'round';
  context.lineCap = 'round';
  stroke(context, hidden, { colour: look.halo, width: 2.4, dash: [1, 5], alpha: 0.5 });
  stroke(context, hidden, { colour: look.colour, width: 1.4, dash: [1, 5], alpha: 0.9 });
  const width = look.pale ? 1.2 : look.width;
  const wider = look.pale ? 1.4 : 2.6;
  const alpha = look.pale ? 0.55 : 0.95;
  stroke(context, shown, { colour: look.halo, width: width + wider, dash: [], alpha });
  context.lineCap = look.dash.length ? 'butt' : 'round';
  const solid = look.pale ? 0.8 : 1;
  stroke(context, shown, { colour: look.colour, width, dash: look.dash, alpha: solid });
  context.restore();
}

function stroke(context, pieces, { colour, width, dash, alpha }) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.globalAlpha = alpha;
  context.setLineDash(dash);
  context.beginPath();
  for (const { points } of pieces) {
    context.moveTo(points[0], points[1]);
    for (let i = 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
  }
  context.stroke();
}

/** Draw a bead for each step of a path that is far enough from the one before. */
export function drawJoints(context, joints, colour) {
  context.fillStyle = colour;
  context.beginPath();
  for (const [x, y] of joints) {
    context.moveTo(x + 3, y);
    context.arc(x, y, 3, 0, 2 * Math.PI);
  }
  context.fill();
}

/**
 * The start: a hollow circle.
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} pixel
 * @param {string} colour
 * @param {{hidden?: boolean, radius?: number}} [look]
 */
export function drawStart(context, [x, y], colour, { hidden = false, radius = 6 } = {}) {
  disc(context, x, y, radius + 1.8, 'rgba(255, 255, 255, 0.85)', hidden);
  disc(context, x, y, radius, colour, hidden);
  disc(context, x, y, radius - 2.4, '#ffffff', hidden);
}

/** The current step: a filled circle with a white halo. */
export function drawCurrent(context, [x, y], colour, { hidden = false, radius = 6 } = {}) {
  disc(context, x, y, radius + 2, '#ffffff', hidden);
  disc(context, x, y, radius, colour, hidden);
}

function disc(context, x, y, radius, colour, hidden) {
  context.save();
  context.globalAlpha = hidden ? 0.5 : 1;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.restore();
}

/**
 * The minimum: a small white cross with a dark edge, to be seen on any colour of the surface.
 * @param {CanvasRenderingContext2D} context
 * @param {number[]} pixel
 * @param {number} [size]
 */
export function drawCross(context, [x, y], size = 5) {
  context.save();
  context.lineCap = 'round';
  /** @type {[string, number][]} */
  const lines = [['rgba(0, 0, 0, 0.75)', 4.4], ['#ffffff', 1.9]];
  for (const [colour, width] of lines) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x - size, y + size);
    context.lineTo(x + size, y - size);
    context.stroke();
  }
  context.restore();
}

/** An arrow along points [[x, y], ...], with a halo. `look`: {colour, halo, width, dash}. */
export function drawArrow(context, points, { colour, halo, width = 2.6, dash = [] }) {
  if (points.length < 2) return;
  const head = headOf(points, 4 + 2.4 * width);
  context.save();
  context.lineJoin = 'round';
  context.lineCap = 'butt';
  for (const [shade, more, pattern] of [[halo, 3, []], [colour, 0, dash]]) {
    context.strokeStyle = shade;
    context.fillStyle = shade;
    context.lineWidth = width + more;
    context.setLineDash(pattern);
    trace(context, head.shaft);
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = more || 0.5;
    trace(context, head.corners);
    context.closePath();
    context.fill();
    context.stroke();
  }
  context.restore();
}

/** The head of an arrow: its three corners, and the shaft up to it. */
function headOf(points, size) {
  const tip = points.at(-1);
  const shaft = points.slice(0, -1);
  while (shaft.length > 1 && distance(shaft.at(-1), tip) < size) shaft.pop();
  const from = shaft.at(-1);
  const angle = Math.atan2(tip[1] - from[1], tip[0] - from[0]);
  const at = (turn, length) => (
    [tip[0] - length * Math.cos(angle + turn), tip[1] - length * Math.sin(angle + turn)]
  );
  return { corners: [tip, at(0.42, size), at(-0.42, size)], shaft: [...shaft, at(0, 0.8 * size)] };
}

/** A small head where a path leaves the picture. */
export function drawExit(context, { x, y, angle }, colour, halo) {
  const size = 9;
  const back = (turn) => [x - size * Math.cos(angle + turn), y - size * Math.sin(angle + turn)];
  context.save();
  context.lineJoin = 'round';
  trace(context, [[x, y], back(0.5), back(-0.5)]);
  context.closePath();
  context.strokeStyle = halo;
  context.lineWidth = 3;
  context.stroke();
  context.fillStyle = colour;
  context.fill();
  context.restore();
}

/** A straight dotted line, as from a point off the slice down to it. */
export function drawStem(context, from, to, colour, halo) {
  context.save();
  context.lineCap = 'round';
  for (const [shade, width] of [[halo, 3.2], [colour, 1.6]]) {
    context.strokeStyle = shade;
    context.lineWidth = width;
    context.setLineDash([0.5, 4.5]);
    trace(context, [from, to]);
    context.stroke();
  }
  context.restore();
}

/**
 * Text with a halo. `look`: {colour, size, halo, weight, align, baseline, angle}.
 * @param {CanvasRenderingContext2D} context
 * @param {string} words
 * @param {number[]} pixel
 * @param {TextLook} look
 */
export function drawText(context, words, [x, y], look) {
  const text = straight(words);
  context.save();
  context.translate(x, y);
  context.rotate(look.angle ?? 0);
  context.font = font(look.size, look.weight ?? 400);
  context.textAlign = look.align ?? 'center';
  context.textBaseline = look.baseline ?? 'middle';
  if (look.halo) {
    context.lineJoin = 'round';
    context.lineWidth = 3.5;
    context.strokeStyle = look.halo;
    context.strokeText(text, 0, 0);
  }
  context.fillStyle = look.colour;
  context.fillText(text, 0, 0);
  context.restore();
}

/**
 * The look of a tag in a theme, its letters a share larger than those of axes.
 * @param {Theme} theme
 */
export function tagLook(theme, larger = 1.05) {
  return { colour: theme.ink, paper: theme.card, edge: theme.line, size: larger * theme.type };
}

/** A label on a small card, its left middle at (x, y): readable on any colour of the surface. */
export function drawTag(context, lines, [x, y], { colour, paper, edge, size }) {
  const { width, height } = tagSize(context, lines, size);
  context.save();
  context.beginPath();
  context.roundRect(x, y - height / 2, width, height, 4);
  context.fillStyle = paper;
  context.globalAlpha = 0.92;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = edge;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
  lines.forEach((line, i) => {
    const middle = y + (i - (lines.length - 1) / 2) * (size + 4);
    drawText(context, line, [x + 6, middle + 0.5], { colour, size, weight: 600, align: 'left' });
  });
}

/** How large a tag with these lines is. */
export function tagSize(context, lines, size) {
  context.font = font(size, 600);
  const widest = Math.max(...lines.map((line) => context.measureText(line).width));
  return { width: widest + 12, height: lines.length * (size + 4) + 4 };
}

/** Begin a path through points [[x, y], ...]. */
export function trace(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
}

const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
