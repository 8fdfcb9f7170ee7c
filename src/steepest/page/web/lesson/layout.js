// Where the pictures of a build stand: beside each other on a wide stage, below each other on a tall one.

/** The gap between two pictures, in letters. */
const GAP = 0.8;

/** Shares of the width, by what the pictures are. */
const WIDE = {
  'data knobs': [0.72, 0.28],
  'data square loss': [0.58, 0.28, 0.14],
  'data map loss': [0.4, 0.46, 0.14],
  'data map curve': [0.34, 0.38, 0.28],
  'data bowl curve': [0.3, 0.44, 0.26],
  'map curve': [0.5, 0.5],
  'parts terms': [0.52, 0.48],
  'classes terms': [0.5, 0.5],
  'classes loss': [0.84, 0.16],
  'classes curve': [0.64, 0.36],
  'network map': [0.52, 0.48],
};

/** Shares of the height, and the pictures of each row with their shares of the width. */
const TALL = {
  'data knobs': [[0.72, ['data']], [0.28, ['knobs']]],
  'data square loss': [[0.6, ['data']], [0.4, ['square', 'loss'], [0.72, 0.28]]],
  'data map loss': [[0.42, ['data']], [0.58, ['map', 'loss'], [0.78, 0.22]]],
  'data map curve': [[0.38, ['data', 'curve'], [0.56, 0.44]], [0.62, ['map']]],
  'map curve': [[0.54, ['map']], [0.46, ['curve']]],
  'data bowl curve': [[0.38, ['data', 'curve'], [0.56, 0.44]], [0.62, ['bowl']]],
};

/** Returns the box of each picture by its name: [left, top, width, height]. */
export function boxesOf(stage, names) {
  const { width, height, size } = stage;
  const gap = GAP * size;
  const isWide = width > 1.15 * height;
  const side = isWide ? 2.4 * size : 0.4 * size;
  const all = [side, 0, width - 2 * side, height];
  if (names[stage.alone]) return alone(all, names, stage.alone);
  const key = names.join(' ');
  if (isWide) return Object.fromEntries(cut(all, WIDE[key] ?? [1], gap, 0).map((box, i) => [names[i], box]));
  return stacked(all, TALL[key] ?? names.map((name) => [1 / names.length, [name]]), gap);
}

/** Returns one picture as large as all, and the others out of sight. */
function alone(all, names, which) {
  const [x, y, w, h] = all;
  return Object.fromEntries(names.map((name, i) => [name, i === which ? all : [x - 3 * w, y, w, h]]));
}

function stacked(all, rows, gap) {
  const boxes = cut(all, rows.map(([share]) => share), gap, 1);
  return Object.fromEntries(rows.flatMap(([, held, shares = [1]], i) => (
    cut(boxes[i], shares, gap, 0).map((box, k) => [held[k], box])
  )));
}

/** Returns a box cut along its width (0) or height (1) into shares, with gaps between. */
function cut(box, shares, gap, axis) {
  const room = box[2 + axis] - gap * (shares.length - 1);
  let from = box[axis];
  return shares.map((share) => {
    const part = [...box];
    part[axis] = from;
    part[2 + axis] = room * share;
    from += part[2 + axis] + gap;
    return part;
  });
}
