// The axes of a surface: two params, two coordinates of the walk, or two directions through a point:
// those of the path, random ones, the sharpest. Directions are found in standard units, or in the params
// as they are where the scale is none. The twin of Python's `surface/axes.py` and `surface/planes.py`.
import { general, short } from '../numerals.js';
import { spectrumEnds } from './lanczos.js';
import { pathDirections } from './path_plane.js';
import { Random } from './random.js';
import { chooseScale } from './scales.js';
import { dot, length, unit } from './vectors.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineAxes;

/** What makes the window of a random plane reach from -1 to 1. */
const RANDOM_SPAN = 2.5;

/** The share of the second random direction that must be left beside the first. */
const PARALLEL = 1e-6;

/** The share of the start's loss by which a parabola of a sharpest end rises at the half-width. */
const RISE = 0.25;

/**
 * Returns the axes that `ask` wants through `base`: `ux` and `uy`, along which they lead, `px` and `py`,
 * with which they are read off params, and what is read where they are 0, `zero`; of directions what
 * they are called too, and how far they are to be seen, `size`.
 */
export function axesFor(kind, objective, scale, ask) {
  const { size } = objective;
  if (kind === 'units') return { ...unitAxes(size, ask.x, ask.y), zero: [0, 0] };
  if (kind === 'walk') return { ...walkAxes(scale, size, ask.x, ask.y), zero: [0, 0] };
  // Two vectors that were given, and the ends of several seeds, came with the page.
  if (!Object.hasOwn(FOUND, kind)) return axesOf(ask.given);
  const units = scale.name === 'none' ? scale : chooseScale('standard', objective);
  return FOUND[kind](units, objective, ask);
}

const FOUND = { path: pathAxes, random: randomAxes, sharpest: sharpestAxes };

/** Returns the axes of a surface that is there. */
export function axesOf(surface) {
  const { ux, uy, px, py, zero = [0, 0], share, said, numbers } = surface;
  const { xLabel, yLabel, xName, yName } = surface;
  return { ux, uy, px, py, zero, share, said, numbers, named: { xLabel, yLabel, xName, yName } };
}

function unitAxes(size, x, y) {
  const [ux, uy] = [unit(size, x), unit(size, y)];
  return { ux, uy, px: ux, py: uy };
}

/** Those of two coordinates of the walk: columns of one map, rows of its inverse. */
function walkAxes(scale, size, x, y) {
  const [ux, uy] = [x, y].map((at) => scale.params(unit(size, at)));
  return { ux, uy, ...read(scale, size, [x, y].map((at) => unit(size, at))) };
}

/** The principal directions of the path. */
function pathAxes(units, { size }, ask) {
  const points = new Float64Array(ask.path.length);
  for (let from = 0; from < ask.path.length; from += size) {
    points.set(units.position(Float64Array.from(ask.path.slice(from, from + size))), from);
  }
  const { directions, share } = pathDirections(points, size);
  const names = share.map((part, k) => `path ${k + 1} (${percent(part)})`);
  return { ...through(units, ask, directions, names), share, said: pathInWords(units, share) };
}

/** Two random directions, as long in each unit as its weights are, the second made orthogonal last. */
function randomAxes(units, objective, ask) {
  const { seed = 0 } = ask;
  const random = new Random(seed);
  const position = units.position(ask.base);
  const wanted = objective.unitLengths(position);
  const drawn = [0, 1].map(() => position.map(() => random.normal()));
  const [u, v] = drawn.map((one) => {
    const lengths = objective.unitLengths(one);
    return one.map((value, i) => (lengths[i] > 0 ? (value * wanted[i]) / lengths[i] : 0));
  });
  const square = dot(u, u);
  const left = square ? v.map((value, i) => value - (dot(u, v) / square) * u[i]) : v;
  if (!(length(left) > PARALLEL * length(v))) {
    throw new Error(SAY.random);
  }
  const said = filled(SAY.axes, [seed, inWords(units)]);
  const named = through(units, ask, [u, left], ['random 1', 'random 2']);
  return { ...named, said, numbers: { seed }, size: [RANDOM_SPAN, RANDOM_SPAN] };
}

/** The eigenvectors at both ends of the Hessian's spectrum. */
function sharpestAxes(units, objective, ask) {
  if (!objective.loss.smooth) {
    throw new Error(SAY.loss);
  }
  const product = objective.hessianAt(ask.base);
  const { top, bottom } = spectrumEnds((one) => units.pull(product(units.params(one))), objective.size);
  if (![top, bottom].every(({ value }) => Number.isFinite(value))) {
    throw new Error(SAY.second);
  }
  const [first, second] = [top, bottom].map(({ value, residual }) => `${short(value)} (± ${short(residual, 2)})`);
  const said = filled(SAY.axesEigenvectors, [inWords(units), first, second, meaning(bottom)]);
  const names = [top, bottom].map(({ value }) => `curvature ${short(value)}`);
  const axes = through(units, ask, [top.vector, bottom.vector], names);
  const most = length(units.position(ask.base)) || 1;
  const reach = [top, bottom].map(({ value }) => Math.sqrt((2 * RISE * lossOf(ask)) / Math.abs(value)));
  return { ...axes, said, size: reach.map((far) => 2 * (Number.isFinite(far) ? Math.min(far, most) : most)) };
}

/** Returns the loss of the start, or the lowest of the path where that is more; 0 where it is not known. */
function lossOf({ see: [{ loss }] }) {
  const known = Array.from(loss).filter((value) => !Number.isNaN(value));
  return Number.isFinite(loss[0]) ? Math.abs(Math.max(loss[0], Math.min(...known))) : 0;
}

/** Returns what the lower end says of the point: its eigenvalue is known to its residual. */
function meaning({ value, residual }) {
  if (value < -residual) {
    return SAY.along;
  }
  return value > residual
    ? SAY.lossCurves
    : SAY.alongSecond;
}

/** Returns what a path's plane holds of the path, beside what it would hold of noise. */
function pathInWords(units, [first, second]) {
  const [one, other, both] = [first, second, first + second].map(percent);
  return filled(SAY.axesTwo, [inWords(units), one, other, both]);
}

function percent(share) {
  return `${general(100 * share, 3)} %`;
}

function inWords({ name }) {
  return name === 'none' ? ',' : SAY.standard;
}

/**
 * Returns the axes along two orthogonal directions, turned so that the path comes from below 0.
 * @param {Scale} units
 * @param {Ask} ask
 * @param {Float64Array[]} directions
 * @param {string[]} names
 */
function through(units, { base, see: [{ params }] }, directions, [xName, yName]) {
  const start = units.position(params.slice(0, base.length));
  const come = units.position(base).map((value, i) => value - start[i]);
  const [u, v] = directions.map((one) => (dot(one, come) < 0 ? one.map((value) => -value) : one));
  const readings = read(units, base.length, [u, v]);
  const [ux, uy] = [u, v].map((one) => units.params(one));
  const zero = [dot(readings.px, base), dot(readings.py, base)];
  const named = { xLabel: xName, yLabel: yName, xName, yName };
  return { ux, uy, ...readings, zero, size: zero.map(Math.abs), named };
}

/**
 * Returns what is read of params for coordinates of the walk along two orthogonal directions.
 * @param {Scale} scale
 * @param {number} size
 * @param {Float64Array[]} directions
 */
function read(scale, size, [u, v]) {
  const positions = Array.from({ length: size }, (_, i) => scale.position(unit(size, i)));
  const [px, py] = [u, v].map((one) => (
    Float64Array.from(positions, (position) => dot(one, position) / dot(one, one))
  ));
  return { px, py };
}
