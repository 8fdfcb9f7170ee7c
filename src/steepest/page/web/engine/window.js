// Which part of a plane to show: paths and minimum well inside, the bowl around them. The twin of
// Python's `surface/window.py`.

/** The share of what must be seen that is added on each side. */
const MARGIN = 0.3;

/** A loss this many times that of the start is out of sight. */
const WILD = 8;

/**
 * Returns the window [left, right, bottom, top] about the point (0, 0), which is in it, with the
 * paths (but where they have left all bounds) and the minimum. `paths` hold x, y and loss of each
 * point, `size` is how large the two params are.
 */
export function windowFor(paths, bowl, size) {
  const points = [[0, 0], ...paths.flatMap(worthSeeing)];
  if (bowl) points.push(bowl.at);
  const sides = [0, 1].map((axis) => {
    const values = points.map((point) => point[axis]);
    return values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [0, 0]);
  });
  const first = Math.max(...paths.map((path) => path.loss[0]));
  return sides.flatMap(([low, high], axis) => {
    const least = leastSpan(first, bowl && bowl.curvature[axis], size[axis], high - low);
    const short = Math.max(least - (high - low), 0) / 2;
    const margin = MARGIN * (high - low + 2 * short);
    return [low - short - margin, high + short + margin];
  });
}

/**
 * Returns a window as wide as it is high about its middle: coordinates of a walk have one scale.
 * @param {any} sides
 */
export function square([left, right, bottom, top]) {
  const more = (right - left - top + bottom) / 2;
  const [across, up] = [Math.max(0, -more), Math.max(0, more)];
  return [left - across, right + across, bottom - up, top + up];
}

/** Returns the points of a path but those that have left all bounds. */
function worthSeeing({ x, y, loss }) {
  const points = Array.from(x, (v, i) => [v, y[i]]);
  return points.filter((_, i) => Number.isFinite(loss[i]) && loss[i] <= WILD * loss[0]);
}

/** Returns the least that an axis may span: as much as the bowl rises by a quarter of the start. */
function leastSpan(first, curvature, size, spread) {
  const usual = Math.max(2 * Math.max(size, spread), 1e-3);
  const rise = 0.25 * first;
  if (!curvature || !(rise > 0)) return 0.25 * usual;
  return Math.min(2 * Math.sqrt((2 * rise) / curvature), usual);
}
