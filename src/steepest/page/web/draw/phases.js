// The four parts of one step, drawn on the map while it is shown slowly: the gradient's parts along
// the axes, the whole, the same times the rate, and the move. Arrows point downhill.
import { gradientAt, onPlane, paramsAt } from '../state/select.js';
import { scaledMove, slopeOf } from './downhill.js';
import { drawArrow, drawStart, drawStem, tagLook } from './marks.js';
import { boxAround, placeTag } from './tags.js';

const LONGEST = 96;

/** Pixels that marks keep to themselves: circles around their middle, arrows beside their line. */
const CIRCLE = 10;
const ARROW = 7;

/**
 * Draw the phase that the state is in; `ground` says where things are, `marks` are the places of
 * other marks that no word may hide.
 * @param {any} context
 * @param {any} p1
 * @param {Run} run
 * @param {any} at
 */
export function drawPhase(context, { state, theme, ground, marks }, run, at) {
  const step = stepOf(state, ground, run, at);
  const draw = [null, drawParts, drawWhole, drawScaled, drawMove][state.phase];
  if (!draw || !step) return;
  const taken = [step.from, ...marks].map((place) => boxAround([place], CIRCLE));
  const tags = { frame: ground.frame, taken, look: tagLook(theme) };
  draw({ context, state, theme, tags, look: arrowLook(theme) }, step);
}

const arrowLook = (theme) => ({ colour: theme.arrow, halo: theme.halo, width: 2.8 });

/**
 * The step in pixels: where it begins, downhill by parts, to where the rate and the move lead.
 * @param {State} state
 * @param {Run} run
 */
function stepOf(state, ground, run, at) {
  const { surface } = state;
  const gradient = gradientAt(state, run, at);
  const [alongX, alongY] = slopeOf(surface, gradient);
  const point = onPlane(surface, paramsAt(state, run, at));
  /** @param {number[]} place */
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

function drawParts({ context, state, tags, look }, { from, part }) {
  const [acrossWord, upWord] = partWords(state);
  const across = [from[0] + part[0], from[1]];
  const up = [from[0], from[1] + part[1]];
  if (Math.abs(part[0]) > 3) drawArrow(context, [from, across], look);
  if (Math.abs(part[1]) > 3) drawArrow(context, [from, up], { ...look, dash: [5, 3] });
  for (const tip of [across, up]) tags.taken.push(boxAround([from, tip], ARROW));
  tagAt(context, acrossWord, across, [Math.sign(part[0]), 0], tags);
  tagAt(context, upWord, up, [0, Math.sign(part[1])], tags);
}

function drawWhole({ context, theme, look }, { from, part }) {
  const tip = [from[0] + part[0], from[1] + part[1]];
  drawStem(context, [tip[0], from[1]], tip, theme.arrow, theme.halo);
  drawStem(context, [from[0], tip[1]], tip, theme.arrow, theme.halo);
  drawArrow(context, [from, tip], look);
}

function drawScaled({ context, theme, tags, look }, { from, part, scaled }) {
  if (!scaled) return;
  const pale = { ...look, width: 1.2 };
  drawArrow(context, [from, [from[0] + part[0], from[1] + part[1]]], pale);
  drawArrow(context, [from, scaled], { ...look, dash: [6, 4] });
  drawStart(context, scaled, theme.arrow, { radius: 4 });
  tags.taken.push(boxAround([from, scaled], 0), boxAround([scaled], ARROW));
  tagAt(context, 'times the rate', scaled, [0, scaled[1] > from[1] ? 1 : -1], tags);
}

function drawMove({ context, theme, look }, { from, next }) {
  if (!next) return;
  drawArrow(context, [from, next], look);
  drawStart(context, next, theme.arrow, { radius: 4 });
}

/** What the parts along x and y are called: 'by weight', 'by bias'; by name where words agree. */
function partWords({ scene, surface }) {
  const both = [scene.params[surface.xIndex], scene.params[surface.yIndex]];
  if (surface.axes !== 'units' || both.some((param) => !param)) {
    return [`by ${surface.xLabel}`, `by ${surface.yLabel}`];
  }
  const key = both[0].word === both[1].word ? 'name' : 'word';
  return both.map((param) => `by ${param[key]}`);
}

/**
 * A tag beside a tip, best on the side it points to; what it hides no other tag may.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number[]} tip
 * @param {number[]} side
 * @param {Tags} tags
 */
function tagAt(context, text, [x, y], [sideX, sideY], tags) {
  const spots = ({ width, height }) => {
    const beyond = (way) => [x - width / 2, y + way * (height / 2 + 8)];
    const beside = (way) => [way > 0 ? x + 8 : x - 8 - width, y];
    const away = (way) => [x - width / 2, y + way * (height / 2 + CIRCLE + 4)];
    const [across, down] = [sideX || 1, sideY || 1];
    const first = sideX ? [beside(across), beyond(1), beyond(-1)] : [beyond(down), away(down)];
    const aslant = (side) => [x + side * 14 - (side < 0 ? width : 0), away(down)[1]];
    return [...first, aslant(-1), aslant(1), beside(1), beside(-1), away(-down), away(1)];
  };
  tags.taken.push(placeTag(context, text, spots, tags));
}
