// All runs of a class over one true surface: a picture.
import { drawGround, drawLoss, mapScales } from '../lesson/draw_map.js';
import { short } from '../numerals.js';
import { onPlane, resultOf } from '../state/select.js';
import { rowAt } from '../engine/vectors.js';
import { axesFor } from '../state/state.js';
import { ENDS } from './students.js';

/** The share of starts and ends that may lie outside the picture at each side, and the room about the others. */
const [SEEN, ROOM] = [0.02, 0.08];

/** How dark a way is, as Python draws it; and how many pictures away a step may be that is drawn. */
const [FAINT, FAR] = [0.35, 20];

/** Points a side of the surface. */
const POINTS = 101;

/**
 * Returns the surface where the class was: round most starts and ends, and the lowest point.
 * @param {Store} store
 */
export async function surfaceFor({ engine, state }, runs) {
  const { choices, plane, scene } = state;
  const base = resultOf(runs.find(({ end }) => end === 'arrived')?.run ?? scene.run);
  const ask = {
    choices, rows: null, x: plane[0], y: plane[1], base, axes: axesFor(choices.scale, state), see: [],
  };
  const seen = await engine.surface({ ...ask, points: 3 });
  const stay = runs.filter(({ end }) => end !== 'too large').map(({ run }) => run);
  const at = (run, i) => onPlane(seen, rowAt(run.params, run.size, i));
  const places = stay.flatMap((run) => [at(run, 0), at(run, run.index.length - 1)]);
  const middle = onPlane(seen, base);
  const window = [0, 1].flatMap((side) => sidesOf(places.map((place) => place[side]), middle[side]));
  return engine.surface({ ...ask, points: POINTS, window });
}

/** Returns how far one side of a picture reaches: most of the values, and one that is in it. */
function sidesOf(values, middle) {
  const sorted = [...values, middle].sort((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  const [low, high] = [Math.min(at(SEEN), middle), Math.max(at(1 - SEEN), middle)];
  const room = ROOM * (high > low ? high - low : 1);
  return [low - room, high + room];
}

/**
 * Draws the runs of students over a surface.
 * @param {import('../lesson/stage.js').Stage} stage
 * @param {Surface} surface
 */
export function drawClass(stage, surface, students) {
  stage.begin();
  const { nx, ny, x, y, loss } = surface;
  const sides = [[x[0], x[nx - 1]], [y[0], y[ny - 1]]];
  const center = sides.map(([low, high]) => (low + high) / 2);
  const reach = sides.map(([low, high]) => (high - low) / 2);
  const scales = mapScales(stage, [0, 0, stage.width, stage.height], { center, reach, short });
  drawGround(stage, scales, { names: [surface.xLabel, surface.yLabel], short });
  const cell = (value, i, n) => Math.round(((value - center[i]) / reach[i] + 1) / 2 * (n - 1));
  const at = (a, b) => loss[cell(b, 1, ny) * nx + cell(a, 0, nx)];
  const [low, high] = [loss.reduce((a, b) => Math.min(a, b)), loss.reduce((a, b) => Math.max(a, b))];
  drawLoss(stage, scales, { loss: at, low, high, points: nx });
  const ways = students.map(({ run, end }) => ({ places: placesOf(stage, scales, surface, run), end }));
  stage.within(scales.inner, 0.45 * stage.size, () => drawWays(stage, ways.filter(({ places }) => places.length)));
}

/** Draws ways faintly, since a hundred of them lie over each other, and over them where each began and ended. */
function drawWays(stage, ways) {
  stage.faint(FAINT, () => ways.forEach(({ places }) => stage.line(places, '#ffffff', 1.2)));
  for (const { places, end } of ways) stage.dot(places[0], 3, '#ffffff', colourOf(stage, end), 1);
  for (const { places, end } of ways) stage.dot(places.at(-1), 5.5, colourOf(stage, end), '#ffffff', 1.5);
}

/** Returns where the steps of a run are in the picture, but for those that are far outside of it. */
function placesOf(stage, scales, surface, run) {
  const far = FAR * Math.max(stage.width, stage.height);
  return Array.from(run.index, (_, i) => scales.at(onPlane(surface, rowAt(run.params, run.size, i))))
    .filter((place) => place.every((value) => Math.abs(value) < far));
}

/** Returns the colour of an end. */
export function colourOf(stage, end) {
  return stage.colours.classes[Object.keys(ENDS).indexOf(end)];
}
