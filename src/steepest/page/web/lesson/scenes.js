// What each build of the lesson draws at a time, in seconds since it was entered. A build draws what has
// happened so far, and nothing of what is to come.
import { boxesOf } from './layout.js';
import {
  dataScales, drawAverage, drawAxes, drawErrors, drawLine, drawRows, drawSquares, drawWorst,
} from './draw_data.js';
import { drawBowl } from './draw_bowl.js';
import { drawBar, drawCurves, drawKnob, knobPlaces } from './draw_loss.js';
import {
  POINTS, drawDot, drawGround, drawGuess, drawGuides, drawLoss, drawParts, drawPath, mapScales,
} from './draw_map.js';
import { drawRing } from './draw_ring.js';
import { drawRowParts, drawTable } from './draw_terms.js';
import { clamp, ease, mix } from './stage.js';
import { partsOf } from './line.js';
import { CLASS_SCENES, networkMap } from './class_scenes.js';

/** Seconds that a build takes until it stands still; 1 where none is named. */
export const SECONDS = {
  title: 1.6, line: 1.4, errors: 1.4, squares: 3.6, dot: 1.6, nudge_weight: 1.2, parts: 2.4, nudge_bias: 1.2,
  sum: 1.4, step: 1.8, loss: 1.4, again: 2.4, walk: 9, bowl: 2.4, small: 3, good: 3, large: 4, diverge: 4, ravine: 4,
  momentum: 4, class_walk: 4, surface: 4,
};

/** Where on its first walk the line is, in points, at a time of a build; at its start in all others. */
const PLACES = {
  step: (time) => ease((time - 0.2) / 1.2),
  loss: () => 1,
  again: (time) => 1 + ease((time - 0.4) / 1.2),
  walk: (time, last) => Math.min(last, 2 + (last - 2) * clamp(time / 8.6) ** 1.4),
  bowl: (time, last) => last,
};

/** How far the map of the steps reaches about its center, and where that is on the way to the start. */
const [NEAR, SHIFT] = [0.74, 0.26];

/** The share of the gradient's length that arrows have: no step that is asked for has it, as on the slides. */
const ARROW = 0.25;

/** The same of the map on which rates are tried, about the lowest point. */
const AROUND = 0.95;

/** Of each map: at least this much of the weight or the bias that the start is farther off by. */
const [HOLDS, HOLDS_AROUND] = [0.86, 1.12];

/** Where the ramp of the surface ends, over the lowest loss, in losses of the start: of steps, rates, stretched. */
const [TOP, HIGHER, STEEP] = [1.6, 3, 30];

/** Returns what draws a build: (stage, time, words), where `words` has all that is drawn. */
export const SCENES = {
  title: (stage, time, words) => rows(stage, words, time / 1.5),
  rows: (stage, time, words) => rows(stage, words, 1),
  line: (stage, time, words) => lineAlone(stage, words, { grown: ease(time / 1.2) }),
  errors: (stage, time, words) => lineAlone(stage, words, { errors: ease(time / 1.2) }),
  squares,
  dot: (stage, time, words) => beside(stage, words, { guides: ease((time - 0.5) / 0.8), comes: ease(time / 0.7) }),
  nudge_weight: (stage, time, words) => beside(stage, words, { arrows: [ease(time / 0.9), 0, 0], nudges: [1, 0] }),
  parts: rowParts,
  nudge_bias: (stage, time, words) => beside(stage, words, { arrows: [1, ease(time / 0.9), 0], nudges: [1, 1] }),
  sum: (stage, time, words) => beside(stage, words, { arrows: [1, 1, ease(time / 1.1)], nudges: [1, 1] }),
  guess: (stage, time, words) => beside(stage, words, { nudges: [1, 1], asks: true }),
  step: (stage, time, words) => beside(stage, words, { ...walked('step', time, words), guessed: 'guess' }),
  loss: (stage, time, words) => beside(stage, words, { ...walked('loss', time, words), falls: ease(time / 1.1) }),
  again: (stage, time, words) => beside(stage, words, {
    ...walked('again', time, words), from: words.line.path[1], falls: ease((time - 1.6) / 0.7), fog: true,
  }),
  walk,
  bowl,
  steps: (stage, time, words) => drawRing(stage, boxesOf(stage, ['ring']).ring, words.ui.round),
  end: (stage, time, words) => drawRing(stage, boxesOf(stage, ['ring']).ring, words.ui.round),
  small: (stage, time, words) => rates(stage, time / 3, words, ['small']),
  good: (stage, time, words) => rates(stage, time / 3, words, ['small', 'rate']),
  guess_large: (stage, time, words) => rates(stage, 1, words, ['small', 'rate'], true),
  large: (stage, time, words) => rates(stage, time / 4, words, ['small', 'rate', 'large']),
  diverge: (stage, time, words) => rates(stage, time / 4, words, ['over']),
  ravine: (stage, time, words) => own(stage, time / 4, words),
  standard: (stage, time, words) => rates(stage, 1, words, ['rate']),
  momentum: (stage, time, words) => race(stage, time / 4, words),
  ...CLASS_SCENES,
};

function names(words) {
  return [words.ui.weight, words.ui.bias];
}

function labels({ line, ui, short }) {
  const xLabel = ui.standard.replace('{x}', line.x);
  return { xLabel, yLabel: line.yLabel, short };
}

function rows(stage, words, fall) {
  const { line } = words;
  const level = { bowl: line.raw, start: [0, line.raw.level] };
  const look = { ...labels(words), xLabel: line.xLabel };
  const scales = dataScales(stage, boxesOf(stage, ['data']).data, level, look);
  drawAxes(stage, scales);
  drawRows(stage, scales, line.raw.x, line.raw.y, { fall });
}

function lineAlone(stage, words, { grown = 1, errors = 0 }) {
  const { line, short } = words;
  const boxes = boxesOf(stage, ['data', 'knobs']);
  const scales = dataScales(stage, boxes.data, line, labels(words));
  drawAxes(stage, scales);
  if (errors) drawErrors(stage, scales, line, line.start, { grown: errors });
  drawRows(stage, scales, line.bowl.x, line.bowl.y);
  drawLine(stage, scales, line.start, { grown });
  if (errors > 0.9) {
    const { worst, start, bowl: { x, y } } = line;
    drawWorst(stage, scales, line, short(y[worst] - start[0] * x[worst] - start[1]));
  }
  knobs(stage, words, boxes.knobs, line.start);
}

/**
 * The knobs of weight and bias in a box, one above the other or side by side.
 * @param {import('./stage.js').Stage} stage
 * @param {any} words
 * @param {number[]} box
 * @param {number[]} params
 */
function knobs(stage, words, box, params, nudges = [0, 0]) {
  const { line, placed, ui } = words;
  const far = 1.3 * Math.hypot(line.start[0] - line.bowl.best[0], line.start[1] - line.bowl.best[1]);
  const slope = line.bowl.gradient(...params);
  const { isTall, radius, places } = knobPlaces(box, stage.size);
  ['weight', 'bias'].forEach((name, i) => {
    const middle = i ? line.bowl.level : 0;
    drawKnob(stage, places[i], radius, {
      value: params[i], low: middle - far, high: middle + far, name: ui[name], text: placed(params[i]),
      colour: stage.colours[name], nudge: nudges[i] ? -Math.sign(slope[i]) : 0, wide: isTall ? box[2] : box[2] / 2,
    });
  });
}

function squares(stage, time, words) {
  const { line, ui, short } = words;
  const boxes = boxesOf(stage, ['data', 'square', 'loss']);
  const scales = dataScales(stage, boxes.data, line, labels(words));
  drawAxes(stage, scales);
  const faint = 1 - 0.4 * ease((time - 2) / 1.2);
  drawSquares(stage, scales, line, line.start, { grown: ease(time / 1.1), faint });
  drawRows(stage, scales, line.bowl.x, line.bowl.y);
  drawLine(stage, scales, line.start);
  const loss = line.bowl.loss(...line.start);
  const named = { loss: short(loss), average: ui.average };
  drawAverage(stage, scales, boxes.square, { line, params: line.start, time: time - 1.1, words: named });
  const share = ease((time - 2.8) / 0.8);
  if (share > 0) bar(stage, words, boxes.loss, loss * share);
}

function bar(stage, words, box, loss, before = null) {
  const { line, ui, short } = words;
  drawBar(stage, box, { loss, before, most: 1.15 * line.bowl.loss(...line.start), text: short(loss), name: ui.loss });
}

/** Where a walk stands between two of its points: what was walked, and where the line is now. */
function between(path, place) {
  const at = clamp(Math.ceil(place) - 1, 0, path.length - 2);
  const share = clamp(place - at);
  const params = path[at].map((value, i) => mix(value, path[at + 1][i], share));
  return { at, params, walked: [...path.slice(0, at + 1), params] };
}

function walked(key, time, { line: { path } }) {
  return between(path, PLACES[key]?.(time, path.length - 1) ?? 0);
}

/** Returns the params of the line at a time of a build: [weight, bias]. */
export function standingAt(key, time, words) {
  return walked(key, time, words).params;
}

/** Returns how far off a point is along the axis along which it is farther. */
function farthest(best, params) {
  return Math.max(...params.map((value, i) => Math.abs(value - best[i])));
}

/** The map of the steps in a box. */
function stepsMap(stage, { line, short }, box) {
  const { bowl: { best }, start } = line;
  const far = Math.hypot(start[0] - best[0], start[1] - best[1]);
  const center = best.map((value, i) => mix(value, start[i], SHIFT));
  return mapScales(stage, box, { center, half: Math.max(NEAR * far, HOLDS * farthest(best, start)), short });
}

/** The rows with their line beside the map, and the loss as a bar. */
function beside(stage, words, now) {
  const { line } = words;
  const { params = line.start, walked: way = [line.start], arrows, nudges = [0, 0], falls = 0, fog = false } = now;
  const boxes = boxesOf(stage, ['data', 'map', 'loss']);
  const isWide = stage.width > 1.15 * stage.height;
  const [x, y, w, h] = boxes.data;
  const turned = (isWide ? 0.29 : 0.3) * w;
  dataNow(stage, words, [x, y, w - turned, h], params);
  knobs(stage, words, [x + w - turned, y, turned, h], params, nudges);
  const scales = stepsMap(stage, words, boxes.map);
  drawGround(stage, scales, { names: names(words), short: words.short });
  if (fog) surface(stage, words, scales, way);
  marks(stage, words, scales, { ...now, params, way, arrows });
  const before = line.bowl.loss(...(now.from ?? way.at(-2) ?? line.start));
  const loss = falls ? mix(before, line.bowl.loss(...params), falls) : before;
  bar(stage, words, boxes.loss, loss, falls ? before : null);
}

function marks(stage, words, scales, { params, way, arrows, guides = 0, comes = 1, guessed }) {
  if (guides) drawGuides(stage, scales, params, guides);
  if (arrows) {
    const { line } = words;
    const move = line.bowl.gradient(...line.start).map((slope) => -ARROW * slope);
    drawParts(stage, scales, line.start, move, arrows);
  }
  stage.faint(comes, () => drawPath(stage, scales, way));
  const guess = guessed && words.guesses[guessed];
  // Until the dot has arrived, nothing tells where it will.
  if (guess) drawGuess(stage, scales, guess, params, words.ui.your);
}

/** The rows with the line alone, as large as the stage. */
export function dataAlone(stage, words, params) {
  dataNow(stage, words, boxesOf(stage, ['data']).data, params);
}

function dataNow(stage, words, box, params) {
  const { line } = words;
  const scales = dataScales(stage, box, line, labels(words));
  drawAxes(stage, scales);
  drawErrors(stage, scales, line, params, { faint: 0.22 });
  drawRows(stage, scales, line.bowl.x, line.bowl.y);
  if (params !== line.start) {
    drawLine(stage, scales, line.start, { colour: stage.colours.soft, dash: [5, 6], wide: 0.1 });
  }
  drawLine(stage, scales, params);
}

function surface(stage, { line: { bowl: { lowest }, bowl: of, start } }, scales, near) {
  const high = lowest + (near ? TOP : HIGHER) * (of.loss(...start) - lowest);
  drawLoss(stage, scales, { loss: (w, b) => of.loss(w, b), low: lowest, high, near });
}

function walk(stage, time, words) {
  const { line, short } = words;
  const boxes = boxesOf(stage, ['data', 'map', 'curve']);
  const last = line.path.length - 1;
  const now = walked('walk', time, words);
  dataNow(stage, words, boxes.data, now.params);
  const scales = stepsMap(stage, words, boxes.map);
  drawGround(stage, scales, { names: names(words), short });
  surface(stage, words, scales, now.walked);
  drawPath(stage, scales, now.walked);
  lossCurve(stage, words, boxes.curve, now.walked, last);
}

function lossCurve(stage, { line, ui, short }, box, way, span) {
  const losses = way.map((params) => line.bowl.loss(...params));
  const curves = [{ losses, colour: stage.colours.accent }];
  drawCurves(stage, box, { curves, most: 1.1 * losses[0], span, words: ui, short });
}

function bowl(stage, time, words) {
  const { line } = words;
  const boxes = boxesOf(stage, ['data', 'bowl', 'curve']);
  const end = line.path.at(-1);
  dataNow(stage, words, boxes.data, end);
  const far = Math.hypot(line.start[0] - line.bowl.best[0], line.start[1] - line.bowl.best[1]);
  drawBowl(stage, boxes.bowl, {
    bowl: line.bowl, reach: 1.08 * far, path: line.path, open: 0.3 + 0.7 * ease(time / 1.6), strokes: words.strokes(),
    turn: -0.62 - 0.35 * (1 - ease(time / 2.4)), names: names(words),
  });
  lossCurve(stage, words, boxes.curve, line.path, line.path.length - 1);
}

/** The map on which rates are tried, in a box. */
function ratesMap(stage, { line, short }, box) {
  const { bowl: { best }, start } = line;
  const far = Math.hypot(start[0] - best[0], start[1] - best[1]);
  const half = Math.max(AROUND * far, HOLDS_AROUND * farthest(best, start));
  return mapScales(stage, box, { center: best, half, short });
}

/** The map of a line in the reader's own units, in a box: it holds the walk. */
function ownMap(stage, { line: { raw, plain }, short }, box) {
  const reach = raw.best.map((value, i) => 1.3 * Math.max(...plain.map((at) => Math.abs(at[i] - value))) || 1);
  return mapScales(stage, box, { center: raw.best, reach, short });
}

/** The map of both walks of momentum: where the feature is stretched, both units are as long as each other. */
function raceMap(stage, words, box) {
  const { of: { best }, start, isStretched } = words.line.race;
  if (!isStretched) return ownMap(stage, words, box);
  return mapScales(stage, box, { center: best, half: 1.3 * farthest(best, start), short: words.short });
}

/** What the axes of a map are, and how it is made, by its build or the part of that; those before have none. */
const MAPS = {
  rate: ['standard', ratesMap], standard: ['standard', ratesMap], momentum: ['race', raceMap],
  ravine: ['own', ownMap], network: ['network', networkMap],
  'step 1': ['standard', stepsMap], 'step 2': ['standard', stepsMap], 'step 3': ['standard', stepsMap],
  'step 4': ['standard', stepsMap],
};

/** Returns the map of a build as it is shown: `{scales, units}`, null if it has none. */
export function mapOf(stage, words, { key, part, pictures }) {
  if (!pictures.includes('map')) return null;
  const [units, map] = MAPS[key] ?? MAPS[part];
  return { units, scales: map(stage, words, boxesOf(stage, pictures).map) };
}

/** Walks at some rates, the last of which is on its way. */
function rates(stage, share, words, chosen, asks = false) {
  const { line, ui, short } = words;
  const boxes = boxesOf(stage, ['map', 'curve']);
  const scales = ratesMap(stage, words, boxes.map);
  drawGround(stage, scales, { names: names(words), short });
  surface(stage, words, scales, null);
  const looks = { small: [], rate: [9, 4], large: [3, 5], over: [] };
  const losses = (name) => line.walks[name].map((params) => line.bowl.loss(...params));
  const last = chosen.at(-1);
  const path = line.walks[last];
  const now = between(path, (path.length - 1) * clamp(share));
  if (asks) drawDot(stage, scales.at(line.start));
  else drawPath(stage, scales, now.walked);
  const guess = last === 'large' && words.guesses.guess_large;
  if (guess) drawGuess(stage, scales, guess, now.at ? path[1] : now.params, ui.your);
  const curves = chosen.map((name) => ({
    losses: losses(name), colour: name === last && !asks ? stage.colours.accent : stage.colours.soft, dash: looks[name],
    name: short(line.rates[name]), shown: name === last ? now.at + 1 + Number(share >= 1) : undefined,
  }));
  const most = 1.1 * Math.max(...curves.flatMap((one) => one.losses.slice(0, one.shown)), losses('small')[0]);
  drawCurves(stage, boxes.curve, { curves, most, span: path.length - 1, words: ui, short });
}

/** The part of the gradient that each row has: all as a picture, some as a table. */
function rowParts(stage, time, words) {
  const { line, ui, short } = words;
  const { bowl: { x, y }, start: [w, b] } = line;
  const boxes = boxesOf(stage, ['parts', 'terms']);
  const parts = partsOf(line);
  const average = line.bowl.gradient(w, b)[0];
  const named = { part: ui.part, x: ui.standard.replace('{x}', line.x) };
  drawRowParts(stage, boxes.parts, { z: x, parts, average, words: named, short, time });
  const every = Math.max(1, Math.floor(y.length / 6));
  const some = Array.from({ length: Math.min(6, y.length) }, (_, i) => i * every);
  const lines = some.map((i) => [i + 1, x[i], y[i] - w * x[i] - b, parts[i]].map((value) => short(value, 3)));
  drawTable(stage, boxes.terms, {
    heads: [ui.row, ui.units, ui.error, ui.share],
    lines: [...lines, ['…', '…', '…', '…']],
    last: [ui.mean, '', '', short(average)],
  });
}

/** The walk in the reader's own units: on the way, share by share. */
function own(stage, share, words) {
  const { line: { raw, ownStart, plain } } = words;
  raced(stage, share, words, { map: ownMap, of: raw, start: ownStart, top: TOP, looks: [{ path: plain, name: '' }] });
}

/** The walk without momentum, and the one with it. */
function race(stage, share, words) {
  const { line: { race: { of, start, plain, momentum, isStretched } }, ui } = words;
  raced(stage, share, words, { map: raceMap, of, start, top: isStretched ? STEEP : TOP, looks: [
    { path: plain, name: ui.without },
    { path: momentum, colour: stage.colours.classes[0], dash: [8, 5], name: ui.with },
  ] });
}

/** Walks on all of a loss `of` weight and bias. */
function raced(stage, share, words, { map, of, start, top, looks }) {
  const { ui, short } = words;
  const boxes = boxesOf(stage, ['map', 'curve']);
  const scales = map(stage, words, boxes.map);
  drawGround(stage, scales, { names: names(words), short });
  const high = of.lowest + top * (of.loss(...start) - of.lowest);
  // Of a ravine narrower than a point of the map each has the lowest loss within it, or most of it would be missed.
  const [, , low, up] = scales.window;
  const isThin = of.isThin(start);
  const far = isThin ? (up - low) / 2 / (POINTS - 1) : 0;
  drawLoss(stage, scales, { loss: (w, b) => of.lossWithin(w, b, far), low: of.lowest, high, isThin });
  const curves = looks.map(({ path, ...look }) => {
    const now = between(path, (path.length - 1) * clamp(share));
    drawPath(stage, scales, now.walked, look);
    const losses = path.map((params) => of.loss(...params));
    return { colour: stage.colours.accent, ...look, losses, shown: now.at + 1 + Number(share >= 1) };
  });
  drawCurves(stage, boxes.curve, {
    curves, most: 1.1 * of.loss(...start), span: looks[0].path.length - 1, words: ui, short,
  });
}
