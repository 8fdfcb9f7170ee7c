// Where the words in the chart of losses stand: near what they name, off the curves, the circle of
// the current step and one another, and whole.
import { fewest } from './labels.js';

/** How near a text comes to a curve, in pixels: the circle of the current step reaches so far. */
const NEAR = 7;

/** Points that stand for a curve are so far apart, and for a text: it may rather cross a curve than another text. */
const [GAP, CLOSE] = [5, 2];

/** How far from where a curve leaves the plot a text stands: the curve comes from the left. */
const ASIDE = [12, 24, 36];

/** Writes texts into a plot where they hide the least. */
export class Words {
  constructor(plot) {
    this.plot = plot;
    this.hidden = { x: [], y: [] };
  }

  /** Forget all texts and curves; `lines` are the new curves, each {x, y} in pixels of the area. */
  begin(lines) {
    this.hidden = { x: [], y: [] };
    lines.forEach((line) => this.addLine(line));
  }

  addLine(line) {
    const { x } = line;
    const { height } = this.plot.inner;
    // A loss beyond the plot may be millions of pixels away: it hides nothing there.
    const y = Array.from(line.y, (place) => Math.max(-height, Math.min(2 * height, place)));
    for (let i = 0; i < x.length; i += 1) {
      this.addCircle(x[i], Math.max(NEAR, y[i])); // beyond the top, the circle stays in the plot
      const far = i ? Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]) : 0;
      for (let at = GAP; at < far; at += GAP) {
        const share = at / far;
        this.add(x[i - 1] + share * (x[i] - x[i - 1]), y[i - 1] + share * (y[i] - y[i - 1]));
      }
    }
  }

  /** A text may rather cross a line than hide the circle of a step. */
  addCircle(x, y) {
    for (const [right, down] of [[0, 0], [-4, -4], [4, -4], [-4, 4], [4, 4]]) {
      this.add(x + right, y + down);
    }
  }

  add(x, y) {
    this.hidden.x.push(x);
    this.hidden.y.push(y);
  }

  /** Write a text at the best of `spotsFor(size, area)`, upper left corners, the nicest first. */
  write(parent, text, fill, spotsFor) {
    const { plot } = this;
    const size = { width: plot.wide(text), height: 1.25 * plot.size };
    const corners = spotsFor(size, plot.inner).map((corner) => corner.map((at) => at - NEAR));
    const [width, height] = [size.width + 2 * NEAR, size.height + 2 * NEAR];
    const [left, top] = fewest(corners, width, height, this.hidden).map((at) => at + NEAR);
    this.take(left, top, size);
    return plot.write(parent, left, top + 0.95 * plot.size, text, { halo: true, fill });
  }

  take(left, top, { width, height }) {
    for (let x = left; x <= left + width; x += CLOSE) {
      for (let y = top; y <= top + height; y += CLOSE) this.add(x, y);
    }
  }
}

/** Spots beside the place where a curve leaves through the top. */
export function exitSpots(x) {
  return ({ width, height }, area) => {
    const acrosses = ASIDE.flatMap((away) => [x + away, x - away - width]);
    const inside = acrosses.filter((left) => left >= 2 && left + width <= area.width - 2);
    if (!inside.length) inside.push(Math.max(2, area.width - width - 2));
    const downs = [1, height + 5, 2 * height + 5, 3 * height + 5];
    return downs.flatMap((top) => inside.map((left) => [left, top]));
  };
}

/** Spots along a level line, below it and above, near it or clear of a circle or a text on it. */
export function levelSpots(y) {
  return ({ width, height }, area) => {
    const room = Math.max(0, area.width - width - 12);
    const acrosses = [0, 0.25, 0.5, 0.75, 1].map((share) => 6 + share * room);
    const tops = [2, NEAR + 1, height].flatMap((far) => [y + far, y - height - far]);
    const inside = tops.filter((top) => top >= 0 && top + height <= area.height);
    return inside.flatMap((top) => acrosses.map((left) => [left, top]));
  };
}
