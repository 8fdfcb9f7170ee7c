// The four parts of one step, drawn on the map while it is shown slowly: the gradient's parts along
// the axes, the whole, the same times the rate, and the move. Arrows point downhill.
import { onPlane, paramsAt } from '../select.js';
import { scaledMove, slopeOf } from './downhill.js';
import { drawArrow, drawStart, drawStem, drawTag, tagSize } from './marks.js';

const LONGEST = 96;

/** Draw the phase that the state is in; `ground` says where things are. */
export function drawPhase(context, state, theme, ground, run, at) {
  const step = stepOf(state, ground, run, at);
  const draw = [null, drawParts, drawWhole, drawScaled, drawMove][state.phase];
  if (draw && step) draw({ context, state, theme, ground, look: arrowLook(theme) }, step);
}

const arrowLook = (theme) => ({ colour: theme.arrow, halo: '#ffffff', width: 2.8 });

/** The step in pixels: where it begins, downhill by parts, to where the rate and the move lead. */
function stepOf(state, ground, run, at) {
  const { surface } = state;
  const gradient = run.gradient.subarray(at * run.size, (at + 1) * run.size);
  const [alongX, alongY] = slopeOf(surface, gradient);
  const point = onPlane(surface, paramsAt(state, run, at));
  const pixel = ([x, y]) => [ground.x(x), ground.y(y)];
  const from = pixel(point);
  const whole = pixel([point[0] - alongX, point[1] - alongY]).map((to, i) => to - from[i]);
  const size = Math.hypot(...whole);
  if (!(size > 0) || !Number.isFinite(size)) return null;
  const part = whole.map((way) => (way / size) * LONGEST);
  const next = at + 1 < run.index.length ? onPlane(surface, paramsAt(state, run, at + 1)) : null;
  const scaled = next && pixel(scaledMove(state, run, at, point, next));
  return { from, part, scaled, next: next && pixel(next) };
}

function drawParts({ context, state, theme, ground, look }, { from, part }) {
  const [acrossWord, upWord] = partWords(state);
  const across = [from[0] + part[0], from[1]];
  const up = [from[0], from[1] + part[1]];
  if (Math.abs(part[0]) > 3) drawArrow(context, [from, across], look);
  if (Math.abs(part[1]) > 3) drawArrow(context, [from, up], { ...look, dash: [5, 3] });
  tagAt(context, acrossWord, across, [Math.sign(part[0]), 0], theme, ground);
  const beside = Math.abs(part[1]) > 14 ? up : [up[0], from[1] + 14 * Math.sign(part[1])];
  tagAt(context, upWord, beside, [0, Math.sign(part[1])], theme, ground);
}

function drawWhole({ context, theme, look }, { from, part }) {
  const tip = [from[0] + part[0], from[1] + part[1]];
  drawStem(context, [tip[0], from[1]], tip, theme.arrow, '#ffffff');
  drawStem(context, [from[0], tip[1]], tip, theme.arrow, '#ffffff');
  drawArrow(context, [from, tip], look);
}

function drawScaled({ context, theme, ground, look }, { from, part, scaled }) {
  if (!scaled) return;
  const pale = { ...look, width: 1.2 };
  drawArrow(context, [from, [from[0] + part[0], from[1] + part[1]]], pale);
  drawArrow(context, [from, scaled], { ...look, dash: [6, 4] });
  drawStart(context, scaled, theme.arrow, { radius: 4 });
  tagAt(context, 'times the rate', scaled, [0, scaled[1] > from[1] ? 1 : -1], theme, ground);
}

function drawMove({ context, theme, look }, { from, next }) {
  if (!next) return;
  drawArrow(context, [from, next], look);
  drawStart(context, next, theme.arrow, { radius: 4 });
}

/** What the parts along x and y are called: 'by weight', 'by bias'; by name where words agree. */
function partWords({ scene, surface }) {
  const both = [scene.params[surface.xIndex], scene.params[surface.yIndex]];
  if (surface.axes === 'walk' || both.some((param) => !param)) {
    return [`by ${surface.xLabel}`, `by ${surface.yLabel}`];
  }
  const key = both[0].word === both[1].word ? 'name' : 'word';
  return both.map((param) => `by ${param[key]}`);
}

/** A tag beside a tip, on the side it points to, inside the frame. */
function tagAt(context, text, [x, y], [sideX, sideY], theme, ground) {
  const { width, height } = tagSize(context, [text]);
  const { left, right, top, bottom } = ground.frame;
  const wantX = sideX > 0 ? x + 8 : sideX < 0 ? x - 8 - width : x - width / 2;
  const placeX = Math.max(left + 2, Math.min(right - width - 2, wantX));
  const aside = sideX !== 0 && placeX !== wantX ? height / 2 + 12 : 0; // no room: below the arrow
  const wantY = y + sideY * (height / 2 + 8) + aside;
  const place = [placeX, Math.max(top + height / 2 + 2, Math.min(bottom - height / 2 - 2, wantY))];
  drawTag(context, [text], place, { colour: theme.ink, paper: theme.card, edge: theme.line });
}
