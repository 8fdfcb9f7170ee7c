// The marks of classes: each has a colour and a shape, so that neither is needed alone. The same
// order as in Python's view/style.py. And the square of an error.

const COUNT = 8;
const SHAPES = [disc, triangle, square, diamond, upsideDown, plus, cross, star];

/** Return the outline of a disc of this radius around the origin, as SVG path data. */
export function disc(r) {
  return `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`;
}

/** Return the outline of the mark of class i: colours used twice come with other shapes. */
export function classMark(i, r) {
  return SHAPES[(i + Math.floor(i / COUNT)) % COUNT](r);
}

/**
 * Return the colour of class i.
 * @param {Theme} theme
 */
export function classColour(theme, i) {
  return theme.classes[i % COUNT];
}

/**
 * Return a legend of the marks of classes.
 * @param {Scene} scene
 * @param {Theme} theme
 */
export function classLegend(scene, theme) {
  const { classes } = scene.target;
  return classes.map((name, i) => ({
    text: i || classes.length > 4 ? String(name) : `actual: ${name}`,
    path: classMark(i, 4.4),
    colour: classColour(theme, i),
  }));
}

/** Return a square on the stem from `actual`, `side` high upwards, to the left or right of it. */
export function squarePath(px, actual, side, left) {
  const wide = left ? -Math.abs(side) : Math.abs(side);
  return `M${px} ${actual}v${-side}h${wide}v${side}Z`;
}

function polygon(points) {
  return `M${points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}Z`;
}

/** Return `count` corners around the origin, the first at the top, at radii taken in turn. */
function around(count, radii, turned = 0) {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count + turned - Math.PI / 2;
    const r = radii[i % radii.length];
    return [r * Math.cos(angle), r * Math.sin(angle)];
  });
}

function triangle(r) {
  return polygon(around(3, [1.25 * r]));
}

function square(r) {
  return polygon(around(4, [1.25 * r], Math.PI / 4));
}

function diamond(r) {
  return polygon(around(4, [1.25 * r]));
}

function upsideDown(r) {
  return polygon(around(3, [1.25 * r], Math.PI));
}

function plus(r) {
  return polygon(plusCorners(r));
}

function cross(r) {
  const half = Math.SQRT1_2;
  return polygon(plusCorners(r).map(([x, y]) => [half * (x - y), half * (x + y)]));
}

function star(r) {
  return polygon(around(10, [1.35 * r, 0.6 * r]));
}

function plusCorners(r) {
  const a = 1.15 * r;
  const b = 0.42 * r;
  return [
    [-b, -a], [b, -a], [b, -b], [a, -b], [a, b], [b, b],
    [b, a], [-b, a], [-b, b], [-a, b], [-a, -b], [-b, -b],
  ];
}
