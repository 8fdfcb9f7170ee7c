// The surface as a record: which plane, which window, the true loss on it. The twin of Python's
// `surface/surface.py`.
import { axesFor, axesOf } from './axes.js';
import { filled, nested, nesting } from './nested.js';
import { dot, rowAt } from './vectors.js';
import { square, windowFor } from './window.js';

/**
 * Returns the surface over the params number `x` and `y` through `base`.
 *
 * `axes` are the reader's 'units', those of the 'walk', the coordinates of `scale`, or directions (see
 * axes.js). In sight are the paths of `see`, a list of { params, loss }, and the minimum, unless a
 * `window` [left, right, bottom, top] is given. Where one was `drawn` already, a finer one is given up
 * once `isGivenUp()` says so, and has the axes of the `coarser` surface, and its losses where both have
 * a point. `grid` promises the loss worked out elsewhere, or null.
 * @param {{scene: Scene, objective: any, scale: Scale, choices: Choices, ask: any, grid?: Function,
 *   isGivenUp?: () => boolean}} asked
 */
export async function surfaceOf({ scene, objective, scale, choices, ask, grid, isGivenUp }) {
  const { x, y, points = 101, see = [], window = null, base, drawn: fine = 0, coarser = null } = ask;
  const axes = ask.axes === 'walk' && scale.name === 'none' ? 'units' : ask.axes;
  const found = coarser ? axesOf(coarser) : axesFor(axes, objective, scale, { ...ask, x, y, base, see });
  const { named, size, ...ways } = found;
  const { ux, uy, px, py, zero } = ways;
  const centre = [dot(px, base) - zero[0], dot(py, base) - zero[1]];
  const at = { origin: base, u: ux, v: uy };
  const plane = objective.onPlane(at);
  const bowl = plane.bowl();
  const seen = () => windowFor(pathsOn(see, ways, base, objective), bowl, size ?? centre.map(Math.abs));
  const { drawn, about: [a, b] } = window ? inWindow(window, points, coarser, centre)
    : around(axes === 'walk' ? square(seen()) : seen(), points, centre);
  const beside = objective.made ? grid : null;
  const gridOf = async (...ab) => (
    (await beside?.(objective, { plane: at, a: ab[0], b: ab[1], fine })) ?? plane.grid(...ab, fine ? isGivenUp : null)
  );
  const held = base.map((v, i) => v - centre[0] * ux[i] - centre[1] * uy[i]);
  const every = nesting(coarser, { x: drawn[0], y: drawn[1], held, ux, uy });
  return {
    nx: points,
    ny: points,
    x: drawn[0],
    y: drawn[1],
    loss: every ? await filled(coarser, every, a, b, gridOf) : await gridOf(a, b),
    ...labels(scene, choices, x, y, axes),
    ...named,
    axes,
    held,
    ...ways,
    slice: objective.size > 2,
    ...lowestOn(bowl, objective, base, ways, centre),
  };
}

/** Returns where on the plane the loss is lowest, and that loss; null where that is nowhere. */
function lowestOn(bowl, objective, base, { ux, uy }, centre) {
  if (!bowl?.isLowest || objective.separation(base)) return { lowest: null, lowestLoss: null };
  const [x, y] = bowl.at;
  const lowestLoss = objective.value(base.map((v, i) => v + x * ux[i] + y * uy[i]));
  return { lowest: [x + centre[0], y + centre[1]], lowestLoss };
}

/** Returns the points of both axes in a window as `drawn`, and the same `about` the centre. */
function inWindow(window, points, coarser, centre) {
  const old = [coarser?.x, coarser?.y];
  const sides = [window.slice(0, 2), window.slice(2)];
  const drawn = sides.map((side, i) => nested(between(side, points), old[i]));
  return { drawn, about: drawn.map((axis, i) => axis.map((v) => v - centre[i])) };
}

/** Returns the same in a window about the centre that was found, one of each axis exactly there. */
function around(seen, points, centre) {
  const about = [seen.slice(0, 2), seen.slice(2)].map((side) => throughZero(side, points));
  return { drawn: about.map((axis, i) => axis.map((v) => v + centre[i])), about };
}

/** Returns the paths on the plane, about its centre; where none is given, the base alone. */
function pathsOn(see, { px, py }, base, objective) {
  const asked = see.length ? see : [{ params: base, loss: [objective.value(base)] }];
  return asked.map(({ params, loss }) => {
    const point = (i) => rowAt(params, base.length, i);
    const along = (way, from) => Array.from(loss, (_, i) => dot(way, point(i)) - from);
    return { x: along(px, dot(px, base)), y: along(py, dot(py, base)), loss };
  });
}

/** Returns evenly spaced points from about the low end of a side on, one of them exactly 0. */
function throughZero([low, high], points) {
  const spacing = (high - low) / (points - 1);
  const first = Math.round(low / spacing);
  return Float64Array.from({ length: points }, (_, i) => spacing * (first + i));
}

/** Returns evenly spaced points over a side, of which ends, middle and mirror are exact. */
function between([low, high], points) {
  const at = (i) => 0.5 * (low + high) + 0.5 * (high - low) * ((1 - points + 2 * i) / (points - 1));
  const grid = Float64Array.from({ length: points }, (_, i) => at(i));
  grid[0] = low;
  grid[points - 1] = high;
  return grid;
}

/** Returns what axes and height are called. */
function labels(scene, choices, x, y, axes) {
  const { label } = scene.losses.find(({ name }) => name === choices.loss);
  const inUnits = axes === 'units';
  const told = (i) => (inUnits ? scene.params[i].label : walkLabel(scene, choices.scale, i));
  return {
    xLabel: told(x),
    yLabel: told(y),
    lossLabel: choices.l2 ? `${label} + penalty` : label,
    xName: scene.params[x].name,
    yName: scene.params[y].name,
    xIndex: x,
    yIndex: y,
  };
}

/** Returns what a coordinate of the walk is called, as Python's `page/record.py` has it. */
function walkLabel({ params, margins, target }, scale, i) {
  const { label, unit } = params[i];
  if (scale === 'standard') {
    const word = unit ? label.slice(0, label.lastIndexOf(' (')) : label;
    return `${word}, in standard units`;
  }
  const of = margins > 1 ? `[${target.classes[i % margins]}]` : '';
  return `round ${Math.floor(i / margins) + 1}${of}`;
}
