// Texts that stand in a plot: the note beside a mark, and the labels at the ends of lines.
import { renew, set, svg } from '../draw/canvas.js';

const PAD = 6;
const AWAY = 12;

/** A few lines of text in a box beside a point of a plot, always inside the plot's area. */
export class Note {
  constructor(plot) {
    this.plot = plot;
    this.group = svg('g', { class: 'st-note', 'pointer-events': 'none' }, plot.front);
    this.box = svg('rect', { rx: 4, 'stroke-width': 1 }, this.group);
    this.texts = [];
    this.hide();
  }

  hide() {
    renew(this.group, { display: 'none' });
  }

  /**
   * Write these lines beside a stem, the upright from (x, top) to (x, bottom), where they hide the
   * fewest of the marks; `left` and `right` are how far a square beside the stem reaches.
   */
  show({ x, top, bottom, left = 0, right = 0 }, told, marks) {
    const { plot } = this;
    const lines = told.map((text) => plot.fitted(text, plot.inner.width - 2 * PAD - 4));
    const line = 1.35 * plot.size;
    const width = Math.max(...lines.map((text) => plot.wide(text))) + 2 * PAD;
    const height = lines.length * line + 2 * PAD - 2;
    const spots = spotsFor({ x, top, bottom, left, right }, width, height, plot.inner);
    const [bx, by] = fewest(spots, width, height, marks);
    this.write(lines, line);
    const { card, line: edge } = plot.theme;
    set(this.box, { width, height, fill: card, stroke: edge });
    this.group.setAttribute('transform', `translate(${bx} ${by})`);
    renew(this.group, { display: 'inline' });
  }

  write(lines, line) {
    while (this.texts.length < lines.length) this.texts.push(svg('text', { x: PAD }, this.group));
    this.texts.forEach((node, i) => {
      node.textContent = lines[i] ?? '';
      set(node, { y: PAD + (i + 0.78) * line, fill: this.plot.theme.ink });
    });
  }
}

/** Return corners for a box of this size beside a stem, inside the area, the nicest first. */
function spotsFor({ x, top, bottom, left, right }, width, height, area) {
  const acrosses = [x + right + AWAY, x - left - AWAY - width].filter(
    (bx) => bx >= 2 && bx + width <= area.width - 2,
  );
  if (!acrosses.length) acrosses.push(within(x - width / 2, 2, area.width - width - 2));
  const middle = (top + bottom) / 2 - height / 2;
  const ups = [middle, top - height - AWAY, bottom + AWAY, 2, area.height - height - 2];
  const inside = ups.map((by) => within(by, 2, area.height - height - 2));
  return acrosses.flatMap((bx) => inside.map((by) => [bx, by]));
}

/** Return the first of the spots, corners of a box, whose box lies over the fewest marks {x, y}. */
export function fewest(spots, width, height, { x, y }) {
  const hidden = spots.map(([bx, by]) => {
    let count = 0;
    for (let i = 0; i < x.length; i += 1) {
      if (x[i] > bx && x[i] < bx + width && y[i] > by && y[i] < by + height) count += 1;
    }
    return count;
  });
  return spots[hidden.indexOf(Math.min(...hidden))];
}

const within = (value, low, high) => Math.max(low, Math.min(high, value));

/** Make the path of a stem, from what is to what the model says of it. */
export function stemIn(plot) {
  const look = { fill: 'none', 'stroke-width': 1.8, 'pointer-events': 'none' };
  return svg('path', { ...look, class: 'st-stem' }, plot.front);
}

/** Return places near those wanted, at least `gap` apart and between `low` and `high`. */
function apart(wanted, gap, low, high) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const places = wanted.slice();
  let least = low;
  for (const i of order) {
    places[i] = Math.max(least, Math.min(high, wanted[i]));
    least = places[i] + gap;
  }
  let most = high;
  for (const i of order.reverse()) {
    places[i] = Math.min(most, places[i]);
    most = places[i] - gap;
  }
  return places;
}

/** Return the room that labels of runs take beside the area: none for a single run. */
export function roomFor(plot, runs) {
  if (runs.length < 2) return 10;
  return Math.ceil(Math.max(...runs.map((run) => plot.wide(run.label)))) + 14;
}

/**
 * Write the label of each run where its line ends: beside the area, or in it for a line that ends
 * early. `ends` is [{run, x, y, strong}]; what stands beside the area takes so much `room` of it. Returns where in
 * the area each label stands: [left, top, {width, height}].
 */
export function labelRuns(plot, group, ends, room = 0) {
  group.replaceChildren();
  const { box, inner, size } = plot;
  const places = apart(ends.map((end) => end.y), 1.2 * size, 0, inner.height);
  return ends.map(({ run, strong, x }, i) => {
    const fill = plot.theme.runs[run.colour];
    const look = { fill, halo: true, 'font-weight': strong ? 700 : 400 };
    const beside = x > inner.width - plot.wide(run.label) - 8 ? inner.width + room : x;
    plot.write(group, box.left + beside + 8, box.top + places[i] + 0.35 * size, run.label, look);
    return [beside + 8, places[i] - 0.6 * size, { width: plot.wide(run.label), height: 1.2 * size }];
  });
}
