// From which side to look at a surface first: where most of the path is in sight and spread out.
import { FIRST_LOOK } from './camera.js';
import { TOP } from './heights.js';

const MOST_POINTS = 60;
const TURNS = 36;
const LIFT = 0.03;
const STRIDE = 0.05;

/** The look {azimuth, elevation} from which the box points (u, v, z in turn) are best seen. */
export function bestLook(field, points) {
  const seen = sample(points);
  let best = { score: -Infinity, look: FIRST_LOOK };
  for (let k = 0; k < TURNS; k += 1) {
    const look = { ...FIRST_LOOK, azimuth: FIRST_LOOK.azimuth + (k / TURNS) * 2 * Math.PI };
    const score = scoreOf(field, seen, look);
    if (score > best.score + 1e-9) best = { score, look };
  }
  return best.look;
}

function sample(points) {
  const count = points.length / 3;
  const every = Math.max(1, Math.ceil(count / MOST_POINTS));
  const seen = [];
  for (let i = 0; i < count; i += every) {
    const [u, v, z] = points.subarray(3 * i, 3 * i + 3);
    if (Math.abs(u) <= 1 && Math.abs(v) <= 1 && z <= TOP) seen.push([u, v, z]);
  }
  return seen;
}

/** What is in sight of path and ground; the path spread out, coming nearer; a corner in front. */
function scoreOf(field, seen, { azimuth, elevation }) {
  const level = Math.cos(elevation);
  const way = [level * Math.sin(azimuth), -level * Math.cos(azimuth), Math.sin(elevation)];
  const across = seen.map(([u, v]) => u * Math.cos(azimuth) + v * Math.sin(azimuth));
  const spread = seen.length ? Math.max(...across) - Math.min(...across) : 0;
  const open = seen.filter((point) => inSight(field, point, way)).length / (seen.length || 1);
  const corner = Math.min(0.75, Math.abs(Math.sin(2 * azimuth)));
  return open + 0.2 * spread + 1.2 * ground(field, way) + 0.3 * corner + 0.2 * nearer(seen, way);
}

function nearer(seen, way) {
  if (seen.length < 2) return 0;
  const [start, end] = [seen[0], seen.at(-1)];
  return (end[0] - start[0]) * way[0] + (end[1] - start[1]) * way[1] > 0 ? 1 : 0;
}

/** How much of the surface is in sight and turned to the eye, by a few of its points. */
function ground(field, way) {
  let open = 0;
  for (let i = 0; i < 49; i += 1) {
    const u = ((i % 7) - 3) * 0.3;
    const v = (Math.floor(i / 7) - 3) * 0.3;
    const turned = facingAt(field, u, v, way) > 0.15;
    if (turned && inSight(field, [u, v, field.heightAt(u, v)], way)) open += 1 / 49;
  }
  return open;
}

function facingAt(field, u, v, way) {
  const du = (field.heightAt(u + 0.05, v) - field.heightAt(u - 0.05, v)) / 0.1;
  const dv = (field.heightAt(u, v + 0.05) - field.heightAt(u, v - 0.05)) / 0.1;
  return (way[2] - du * way[0] - dv * way[1]) / Math.hypot(du, dv, 1);
}

function inSight(field, [u, v, z], way) {
  for (let t = STRIDE; t < 3; t += STRIDE) {
    const height = z + LIFT + t * way[2];
    if (height > TOP) return true;
    if (field.heightAt(u + t * way[0], v + t * way[1]) > height) return false;
  }
  return true;
}
