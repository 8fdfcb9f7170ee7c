// All runs of a state on one face of the surface. The face says where things are:
// {line(run, first, last) -> {pieces, exits, joints}, place(run, i) -> [x, y, hidden] or null}.
import { DASHES } from './colours.js';
import { drawCurrent, drawExit, drawJoints, drawPath, drawStart, drawText, font } from './marks.js';
import { labelPlaces } from './paths.js';
import { boxAround } from './tags.js';
import { activeRun, atOf } from '../state/select.js';

const LABEL_POINTS = 40;

/** Dots: what lies between two steps is not known. */
const GAP = [1, 5];

/**
 * Whether there are steps between those that a run kept, which this page cannot take again.
 * @param {Scene} scene
 * @param {Run} run
 */
export const hasGaps = (scene, run) => scene.rows === 0 && run.index.length < run.count;

/**
 * The run's colour and dash in a theme.
 * @param {Run} run
 * @param {Theme} theme
 */
export function lookOf(run, theme) {
  return {
    colour: theme.runs[run.colour % theme.runs.length],
    dash: DASHES[run.colour % DASHES.length],
    halo: '#ffffff',
    width: 2.5,
    pale: false,
  };
}

/**
 * Draw the paths, the active one on top: each up to the round that is shown, and pale what is ahead.
 * Returns the line of the active one.
 * @param {State} state
 * @param {Theme} theme
 */
export function drawLines(context, state, theme, face) {
  state.runs.forEach((run, n) => {
    if (n !== state.active) drawWalk(context, state, run, { ...lookOf(run, theme), width: 2 }, face);
  });
  const run = activeRun(state);
  const look = lookOf(run, theme);
  if (hasGaps(state.scene, run) && !face.isWhole) look.dash = GAP;
  const line = drawWalk(context, state, run, look, face);
  drawJoints(context, line.joints, look.colour);
  return line;
}

/**
 * @param {State} state
 * @param {Run} run
 */
function drawWalk(context, state, run, look, face) {
  const at = atOf(state, run);
  if (state.ahead) drawLine(context, run, at, last(run), { ...look, pale: true }, face);
  return drawLine(context, run, 0, at, look, face);
}

/** @param {Run} run */
function drawLine(context, run, first, end, look, face) {
  const line = face.line(run, first, end);
  drawPath(context, line.pieces, look);
  line.exits.forEach((exit) => drawExit(context, exit, look.colour, look.halo));
  return line;
}

/**
 * Draw where runs started and where they are; the active one on top.
 * @param {State} state
 * @param {Theme} theme
 */
export function drawPoints(context, state, theme, face) {
  state.runs.forEach((run, n) => {
    if (n !== state.active) drawEnds(context, run, atOf(state, run), theme, face, 4.5);
  });
  const run = activeRun(state);
  drawEnds(context, run, atOf(state, run), theme, face, 6);
}

/**
 * @param {Run} run
 * @param {Theme} theme
 */
function drawEnds(context, run, at, theme, face, radius) {
  const { colour } = lookOf(run, theme);
  const [start, here] = [face.place(run, 0), face.place(run, at)];
  if (start) drawStart(context, start, colour, { hidden: start[2], radius });
  const size = at > 0 ? radius : radius - 3.4; // at the start, both marks are seen
  if (here) drawCurrent(context, here, colour, { hidden: here[2], radius: size });
}

/**
 * Label the runs beside their paths, if there are several; return the boxes of the labels.
 * @param {State} state
 * @param {Theme} theme
 */
export function drawRunLabels(context, state, theme, face, frame) {
  if (state.runs.length < 2) return [];
  const size = 1.05 * theme.type;
  context.font = font(size, 700);
  const lines = state.runs.map((run) => (
    { points: sampled(run, face), width: context.measureText(run.label).width }
  ));
  return labelPlaces(lines, frame, size + 2).flatMap((place, n) => {
    if (!place) return [];
    const { colour } = lookOf(state.runs[n], theme);
    /** @type {TextLook} */
    const look = { colour, halo: theme.halo, size, weight: 700, align: 'left' };
    drawText(context, state.runs[n].label, [place.x, place.y], look);
    return [boxAround([[place.x, place.y], [place.x + lines[n].width, place.y]], size / 2)];
  });
}

/** @param {Run} run */
function sampled(run, face) {
  const points = [];
  for (let k = 0; k <= LABEL_POINTS; k += 1) {
    const place = face.place(run, Math.round((k / LABEL_POINTS) * last(run)));
    if (place) points.push(place);
  }
  return points;
}

const last = (run) => run.index.length - 1;
