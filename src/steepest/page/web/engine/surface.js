// The surface as a record: which plane, which window, the true loss on it. The twin of Python's
// `surface/surface.py`.
import { axesFor, axesOf } from './axes.js';
import { filled, nested, nesting } from './nested.js';
import { dot, rowAt } from './vectors.js';
import { windowFor } from './window.js';

/**
 * Returns the surface over the params number `x` and `y` through `base`.
 *
 * `axes` are the reader's 'units', those of the 'walk', the coordinates of `scale`, or directions (see
 * axes.js). In sight are the paths of `see`, a list of { params, loss }, and the minimum, unless a
 * `window` [left, right, bottom, top] is given. Where one was `drawn` already, a finer one is given up
 * once `isGivenUp()` says so, and has the axes of the `coarser` surface, and its losses where both have
 * a point. `grid` promises the loss worked out elsewhere, or null.
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
  const seen =
    window || windowFor(pathsOn(see, ways, base, objective), bowl, size ?? centre.map(Math.abs));
  const sides = [seen.slice(0, 2), seen.slice(2)];
  const drawn = sides.map((side, i) =>
    window
      ? nested(between(side, points), [coarser?.x, coarser?.y][i])
      : throughZero(side, points).map((v) => v + centre[i]),
  );
  const [a, b] = sides.map((side, i) =>
    window ? drawn[i].map((v) => v - centre[i]) : throughZero(side, points),
  );
  const beside = objective.made ? grid : null;
  const gridOf = async (...ab) => (
    (await beside?.(objective, { plane: at, a: ab[0], b: ab[1], fine })) ?? plane.grid(...ab, fine ? isGivenUp : null)
  );
  const held = base.map((v, i) => v - centre[0] * ux[i] - centre[1] * uy[i]);
  const every = nesting(coarser, { x: drawn[0], y: drawn[1], held, ux, uy });
  const lowest = bowl && bowl.isLowest && !objective.separation(base) ? bowl.at : null;
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
    lowest: lowest && [lowest[0] + centre[0], lowest[1] + centre[1]],
    lowestLoss:
      lowest && objective.value(base.map((v, i) => v + lowest[0] * ux[i] + lowest[1] * uy[i])),
  };
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
