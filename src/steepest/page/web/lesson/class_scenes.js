// What the builds of the classes and of the network draw.
import { termsOf } from './classes.js';
import { drawClasses } from './draw_classes.js';
import { drawBar, drawCurves } from './draw_loss.js';
import { drawGround, drawLoss, drawPath, mapScales } from './draw_map.js';
import { drawNetwork } from './draw_network.js';
import { drawTable } from './draw_terms.js';
import { boxesOf } from './layout.js';
import { clamp, mix } from './stage.js';

export const CLASS_SCENES = {
  classes: (stage, time, words) => picture(stage, words, boxesOf(stage, ['classes']).classes),
  class_row: classRow,
  class_rows: classRows,
  class_walk: classWalk,
  neuron: (stage, time, words) => network(stage, words, { alone: true }),
  params: (stage, time, words) => network(stage, words, {}),
  two: (stage, time, words) => twoParams(stage, words, null),
  surface: (stage, time, words) => twoParams(stage, words, time / 4),
};

function picture(stage, words, box, { params = words.classes.path[0], row = -1 } = {}) {
  const { classes, ui, short } = words;
  drawClasses(stage, box, classes, { params, row, words: { probability: ui.probability, x: classes.xLabel }, short });
}

/** Draws the rows and the probabilities after so many rounds, and nothing else. */
export function classesAfter(stage, words, rounds) {
  picture(stage, words, boxesOf(stage, ['classes']).classes, { params: words.classes.path[rounds] });
}

function classRow(stage, time, words) {
  const { classes, ui, short } = words;
  const boxes = boxesOf(stage, ['classes', 'terms']);
  picture(stage, words, boxes.classes, { row: classes.row });
  const terms = termsOf(classes);
  const cost = -terms.reduce((sum, { term }) => sum + term, 0);
  drawTable(stage, boxes.terms, {
    heads: [ui.class, ui.actual, ui.predicted, ui.term],
    lines: terms.map(({ name, y, p, term }) => [name, short(y), short(p), short(term)]),
    lit: terms.findIndex(({ y }) => y === 1),
    last: [ui.total, '', '', short(cost)],
  });
}

function classRows(stage, time, words) {
  const { classes, ui, short } = words;
  const boxes = boxesOf(stage, ['classes', 'loss']);
  picture(stage, words, boxes.classes);
  const [loss] = classes.losses;
  drawBar(stage, boxes.loss, { loss, most: 1.15 * loss, text: short(loss), name: ui.loss });
}

function classWalk(stage, time, words) {
  const { classes, ui, short } = words;
  const boxes = boxesOf(stage, ['classes', 'curve']);
  const last = classes.losses.length - 1;
  const place = last * clamp(time / 3.6) ** 1.4;
  const at = Math.min(last - 1, Math.floor(place));
  const params = classes.path[at].map((value, i) => mix(value, classes.path[at + 1][i], place - at));
  picture(stage, words, boxes.classes, { params });
  const losses = classes.losses.slice(0, at + 1 + Number(place >= last));
  const curves = [{ losses, colour: stage.colours.accent }];
  drawCurves(stage, boxes.curve, { curves, most: 1.1 * classes.losses[0], span: last, words: ui, short });
}

function network(stage, words, { alone = false }) {
  const [, , w, h] = boxesOf(stage, ['network']).network;
  const wide = Math.min(w, 1.9 * h);
  drawNetwork(stage, [(stage.width - wide) / 2, 0, wide, h], { ...words.network, alone, words: words.ui });
}

/** The map of two params of the network, in a box. */
export function networkMap(stage, { network: { plane: { center, half } }, short }, box) {
  return mapScales(stage, box, { center, reach: [half, half], short });
}

function twoParams(stage, words, share) {
  const { network: found, ui, short } = words;
  const boxes = boxesOf(stage, ['network', 'map']);
  const named = { ...ui, weight: `${ui.weight} 15`, bias: `${ui.bias} 14` };
  drawNetwork(stage, boxes.network, { ...found, lit: found.places, words: named });
  const { center, half, path, points, surface } = found.plane;
  const scales = networkMap(stage, words, boxes.map);
  drawGround(stage, scales, { names: [named.weight, named.bias], short });
  if (share !== null && surface) {
    const loss = (w, b) => surface[cell(b - center[1], half, points) * points + cell(w - center[0], half, points)];
    drawLoss(stage, scales, { loss, low: Math.min(...surface), high: Math.max(...surface), points });
  }
  const last = path.length - 1;
  const at = share === null ? 0 : Math.round(last * clamp(share) ** 1.4);
  drawPath(stage, scales, path.slice(0, at + 1));
}

/** Returns the place on the grid of a number from -half to half. */
function cell(value, half, points) {
  return clamp(Math.round(((value / half + 1) / 2) * (points - 1)), 0, points - 1);
}
