// The loss of a line as the bowl that it is: over standard units it is round, a paraboloid.
import { drawStroke } from './pen.js';
import { clamp, mix, shade } from './stage.js';

/** Rings and spokes of the bowl: few enough to be drawn sixty times a second. */
const [RINGS, SPOKES] = [28, 60];

/** How high the rim stands, by its radius. */
const HIGH = 0.72;

/** Draws the bowl about its lowest point, as far as `open`, with the path on it, turned by `turn`. */
export function drawBowl(stage, [x, y, w, h], { bowl, reach, path, open, turn, names, strokes }) {
  const project = camera([x + w / 2, y + 0.47 * h], Math.min(w / 2.3, h / 2.15), turn);
  const place = ([a, b]) => {
    const [px, py] = [(a - bowl.best[0]) / reach, (b - bowl.best[1]) / reach];
    return project(px, py, HIGH * (px * px + py * py) + 0.012);
  };
  drawFloor(stage, project, names);
  const facets = facetsOf(project, open).sort((one, other) => other.depth - one.depth);
  for (const facet of facets) drawFacet(stage, facet);
  const rim = Array.from({ length: SPOKES + 1 }, (_, j) => onBowl(project, open, (2 * Math.PI * j) / SPOKES));
  stage.line(rim, '#ffffffcc', 2);
  const places = path.map(place);
  stage.line(places, '#ffffffdd', 0.2 * stage.size + 3);
  stage.line(places, stage.colours.mark, 0.2 * stage.size);
  places.slice(0, -1).forEach((one) => stage.dot(one, 0.17 * stage.size, '#ffffff', stage.colours.mark, 1.5));
  strokes.forEach((points) => drawStroke(stage, points.map(place)));
  stage.dot(places.at(-1), 0.44 * stage.size + 2.5, '#ffffff');
  stage.dot(places.at(-1), 0.44 * stage.size, stage.colours.mark);
}

/** Returns what takes a point of space to the screen: [x, y, depth]. */
function camera([cx, cy], scale, turn, tilt = 0.62) {
  const [ct, st] = [Math.cos(turn), Math.sin(turn)];
  const [ce, se] = [Math.cos(tilt), Math.sin(tilt)];
  return (x, y, z) => {
    const [a, b] = [x * ct - y * st, x * st + y * ct];
    const depth = b * ce - (z - 0.2) * se;
    const nearer = (4.6 / (4.6 + depth)) * scale;
    return [cx + a * nearer, cy - (b * se + (z - 0.2) * ce) * nearer, depth];
  };
}

function onBowl(project, radius, angle) {
  return project(radius * Math.cos(angle), radius * Math.sin(angle), HIGH * radius * radius);
}

function drawFloor(stage, project, [weight, bias]) {
  const { colours, size } = stage;
  const [edge, under] = [0.78, -0.16];
  for (let i = -4; i <= 4; i += 1) {
    const at = (i / 4) * edge;
    stage.line([project(at, -edge, under), project(at, edge, under)], colours.hair, 1);
    stage.line([project(-edge, at, under), project(edge, at, under)], colours.hair, 1);
  }
  stage.arrow(project(-edge, -edge, under), project(edge, -edge, under), colours.weight, 0.15 * size);
  stage.arrow(project(edge, -edge, under), project(edge, edge, under), colours.bias, 0.15 * size);
  const [first, second] = [project(0, -edge - 0.05, under), project(edge + 0.05, 0.1, under)];
  stage.text(weight, first[0], first[1] + size, { colour: colours.weight, weight: 600, align: 'right' });
  stage.text(bias, second[0] + 0.5 * size, second[1], { colour: colours.bias, weight: 600, align: 'left' });
}

function facetsOf(project, open) {
  const facets = [];
  const corner = (i, j) => onBowl(project, (i / RINGS) * open, (2 * Math.PI * j) / SPOKES);
  for (let i = 0; i < RINGS; i += 1) {
    for (let j = 0; j < SPOKES; j += 1) {
      const corners = [corner(i, j), corner(i, j + 1), corner(i + 1, j + 1), corner(i + 1, j)];
      const depth = (corners[0][2] + corners[2][2]) / 2;
      facets.push({ corners, depth, height: ((i + 0.5) / RINGS) * open, angle: (2 * Math.PI * j) / SPOKES, ring: i });
    }
  }
  return facets;
}

function drawFacet(stage, { corners, height, angle, ring }) {
  const [a, b, c, d] = corners;
  const isInside = (c[0] - a[0]) * (d[1] - b[1]) - (c[1] - a[1]) * (d[0] - b[0]) > 0;
  const light = 0.8 + 0.22 * clamp(height * Math.cos(angle - 2.4), -1, 1);
  const paper = isInside ? 0 : 0.45;
  const [red, green, blue] = shade(height).map((value) => Math.round(mix(Math.min(255, value * light), 200, paper)));
  const { context } = stage;
  context.beginPath();
  corners.forEach(([px, py]) => context.lineTo(px, py));
  context.closePath();
  const colour = `rgb(${red},${green},${blue})`;
  Object.assign(context, { fillStyle: colour, strokeStyle: colour, lineWidth: 1.2, lineJoin: 'round' });
  context.fill();
  context.stroke();
  if (ring % 4 === 3) stage.line([c, d], '#ffffff70', 1);
}
