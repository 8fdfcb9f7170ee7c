// The room in which the surface stands: floor, two walls at the back, ticks that show true losses,
// and titles with units. Drawn below the surface.
import { Axes } from './axes.js';
import { TOP } from './heights.js';
import { drawText, font, trace, typeFor } from './marks.js';
import { curvedTicks, linearTicks } from './ticks.js';
import { short } from '../numerals.js';

/** Where along its edge, and how far off, a title may be: where it first covers no number. */
const SLIDES = [0, 0.15, -0.15, 0.3, -0.3, 0.45, -0.45];
const PLACES = [0, 0.6, 1.2].flatMap((off) => SLIDES.map((along) => ({ along, off })));

/** No title is smaller than this share of its usual size. */
const SMALLEST = 0.7;

/**
 * The room that labels need round the box, in pixels, for the numbers of a height field.
 * @param {Theme} theme
 */
export function marginOf(width, field, theme) {
  const [text] = typeFor(theme, width);
  const longest = Math.max(short(field.low).length, short(field.high).length);
  const left = Math.max(3.1 * text, 14 + longest * 0.54 * text);
  return { left, right: 2.6 * text, top: 2.2 * text, bottom: 2.7 * text };
}

/** Draws the room for one look at the surface. `size`: {width, height}. */
export class Box extends Axes {
  /**
   * @param {Surface} surface
   * @param {Theme} theme
   */
  constructor(context, stage, surface, theme, size) {
    super(context, surface, theme, size);
    this.stage = stage;
    const { eye } = stage.view;
    this.far = [eye[0] > 0 ? -1 : 1, eye[1] > 0 ? -1 : 1];
    this.labels = [];
    this.measure();
  }

  /** Draw floor, walls and grid, which lie behind the surface. */
  drawWalls() {
    this.panes();
    this.grid();
  }

  /** Draw axes with their numbers and titles, which nothing may hide. */
  drawAxes(context) {
    this.context = context;
    this.upAxis();
    this.floorAxis(0, this.surface.xLabel);
    this.floorAxis(1, this.upTitle);
  }

  measure() {
    const { bounds } = this.stage.field;
    const count = this.size.width < 37 * this.text ? 4 : 5;
    const { x0, x1, y0, y1 } = bounds;
    this.ticks = [linearTicks(x0, x1, count), linearTicks(y0, y1, count)];
    this.heights = this.heightTicks();
  }

  heightTicks() {
    const { field } = this.stage;
    const [bottom, top] = [0, TOP].map((z) => this.at([...this.upright(), z]));
    const count = Math.max(2, Math.round(Math.abs(top[1] - bottom[1]) / (3 * this.text)));
    const { values, labels } = curvedTicks((share) => field.lossOf(share * TOP), count);
    const ticks = values.map((value, k) => ({ z: field.heightOf(value), label: labels[k] }));
    const room = TOP * 0.6 / count;
    return [{ z: 0, label: short(field.low) }, ...ticks.filter(({ z }) => z > room && z <= TOP)];
  }

  panes() {
    const [fu, fv] = this.far;
    const { context, theme } = this;
    context.save();
    context.fillStyle = theme.line;
    /** @type {[number, number[][]][]} */
    const panes = [
      [0.28, [[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]]],
      [0.2, [[fu, -1, 0], [fu, 1, 0], [fu, 1, TOP], [fu, -1, TOP]]],
      [0.14, [[-1, fv, 0], [1, fv, 0], [1, fv, TOP], [-1, fv, TOP]]],
    ];
    for (const [alpha, corners] of panes) {
      context.globalAlpha = alpha;
      trace(context, corners.map((corner) => this.at(corner)));
      context.fill();
    }
    context.restore();
  }

  grid() {
    const [fu, fv] = this.far;
    const { field } = this.stage;
    this.context.strokeStyle = this.theme.line;
    this.context.lineWidth = 1;
    for (const x of this.ticks[0].values) {
      const u = field.u(x);
      this.line([u, -fv, 0], [u, fv, 0], [u, fv, TOP]);
    }
    for (const y of this.ticks[1].values) {
      const v = field.v(y);
      this.line([-fu, v, 0], [fu, v, 0], [fu, v, TOP]);
    }
    for (const { z } of this.heights) this.line([fu, -fv, z], [fu, fv, z], [-fu, fv, z]);
  }

  /** Ticks and title along the near edge of the floor; `axis` 0 is x, 1 is y. */
  floorAxis(axis, title) {
    const { field } = this.stage;
    const { values, labels } = this.ticks[axis];
    const other = 1 - axis;
    const corner = (along, out = 1) => {
      const point = [0, 0, 0];
      point[axis] = along;
      point[other] = -this.far[other] * out;
      return point;
    };
    this.axisLine(corner(-1), corner(1));
    let widest = 0;
    values.forEach((value, k) => {
      const place = axis === 0 ? field.u(value) : field.v(value);
      const width = this.tick(this.at(corner(place)), this.at(corner(place, 1.15)), labels[k]);
      widest = Math.max(widest, width);
    });
    this.floorTitle(title, corner, widest);
  }

  floorTitle(title, corner, widest) {
    const [start, end] = [this.at(corner(-1)), this.at(corner(1))];
    const angle = uprightAngle(Math.atan2(end[1] - start[1], end[0] - start[0]));
    const room = 1.05 * Math.hypot(end[0] - start[0], end[1] - start[1]);
    const usual = this.titleText;
    const least = SMALLEST * usual;
    let tries;
    let clear;
    do {
      tries = [room, 0.7 * room].flatMap((width) => {
        const lines = this.wrapped(title, width);
        return PLACES.map((place) => [lines, this.titlePlace(lines, corner, place, widest, angle)]);
      });
      clear = tries.find(([lines, place]) => this.isClear(place, lines, angle));
    } while (!clear && (this.titleText -= 1) > least);
    const [lines, middle] = clear ?? tries[0];
    this.title(lines, middle, angle);
    this.titleText = usual;
  }

  /** Where the middle of a title goes beside a point of its edge, held in the picture. */
  titlePlace(lines, corner, { along, off }, widest, angle) {
    const at = this.at(corner(along));
    const [ox, oy] = unit(at, this.at(corner(along, 1.15)));
    const { text } = this;
    const lower = Math.abs(oy) * text + (lines.length - 1) * 0.75 * text;
    const away = (1.75 + off) * text + Math.abs(ox) * widest + lower;
    const half = this.widthOf(lines) / 2;
    const thick = 0.65 * text * lines.length;
    const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
    return [
      held(at[0] + ox * away, this.size.width, cos * half + sin * thick),
      held(at[1] + oy * away, this.size.height, sin * half + cos * thick),
    ];
  }

  /** Does a title cover no number? Measured along the title and across it. */
  isClear([x, y], lines, angle) {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [half, thick] = [this.widthOf(lines) / 2 + 4, 0.62 * this.titleText * lines.length];
    return this.labels.every((label) => {
      const [dx, dy] = [label.x - x, label.y - y];
      const [wide, high] = [label.width / 2, 0.5 * this.text];
      const along = Math.abs(dx * cos + dy * sin) - wide * Math.abs(cos) - high * Math.abs(sin);
      const across = Math.abs(dy * cos - dx * sin) - wide * Math.abs(sin) - high * Math.abs(cos);
      return along > half || across > thick;
    });
  }

  /**
   * @param {string[]} lines
   * @param {number[]} pixel
   * @param {number} angle
   */
  title(lines, [x, y], angle) {
    lines.forEach((text, k) => {
      const down = 1.2 * this.titleText * (k - (lines.length - 1) / 2);
      const at = [x - Math.sin(angle) * down, y + Math.cos(angle) * down];
      const look = { colour: this.theme.ink, size: this.titleText, weight: 600, angle };
      drawText(this.context, text, at, { ...look, halo: this.theme.card });
    });
  }

  widthOf(lines) {
    this.context.font = font(this.titleText, 600);
    return Math.max(...lines.map((text) => this.context.measureText(text).width));
  }

  /** A title on as many lines as it needs to be no wider, where its words let it; a unit is one. */
  wrapped(title, width) {
    const lines = [];
    for (const word of title.split(/ (?!…|[^(]*\))/)) {
      const longer = `${lines.at(-1)} ${word}`;
      if (lines.length && this.widthOf([longer]) <= width) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  }

  upAxis() {
    const [u, v] = this.upright();
    const side = Math.sign(this.at([u, v, 0])[0] - this.at([0, 0, 0])[0]);
    this.axisLine([u, v, 0], [u, v, TOP]);
    for (const { z, label } of this.heights) {
      const at = this.at([u, v, z]);
      this.tick(at, [at[0] + side, at[1]], label);
    }
    const text = `${this.surface.lossLabel}, square-root axis`;
    const fitting = (this.titleText * (this.size.width - 6)) / this.widthOf([text]);
    /** @type {TextLook} */
    const look = { colour: this.theme.ink, weight: 600, align: 'left' };
    const size = Math.min(this.titleText, fitting);
    drawText(this.context, text, [2, 0.85 * this.text], { ...look, size });
  }

  /** The upright edge with the ticks: on the left, where the right one is not far further out. */
  upright() {
    const [fu, fv] = this.far;
    const middle = this.at([0, 0, 0])[0];
    const out = (edge) => this.at([...edge, 0])[0] - middle;
    const edges = [[fu, -fv], [-fu, fv]].map((edge) => ({ edge, x: out(edge) }));
    const [left, right] = edges.sort((a, b) => a.x - b.x);
    return right.x > 1.25 * -left.x ? right.edge : left.edge;
  }

  /** A tick at a pixel, its label away from `towards`; returns the label's width. */
  tick(at, towards, label) {
    const { context, theme } = this;
    const size = this.text;
    const [ox, oy] = unit(at, towards);
    this.tickMark(at, [ox, oy]);
    context.font = font(size);
    const width = context.measureText(label).width;
    const away = 8 + Math.abs(ox) * (width / 2) + Math.abs(oy) * 0.45 * size;
    const [x, y] = [at[0] + ox * away, at[1] + oy * away];
    const look = { colour: theme.muted, size, halo: theme.card };
    if (this.isFree(x, y, width)) drawText(context, label, [x, y], look);
    return width;
  }

  /** Is there room for a label? Then it is taken. */
  isFree(x, y, width) {
    const free = this.labels.every((other) => (
      Math.abs(other.x - x) > (other.width + width) / 2 + 3
      || Math.abs(other.y - y) > 1.2 * this.text
    ));
    if (free) this.labels.push({ x, y, width });
    return free;
  }

  axisLine(from, to) {
    this.context.strokeStyle = this.theme.muted;
    this.context.globalAlpha = 0.6;
    this.line(from, to);
    this.context.globalAlpha = 1;
  }

  line(...points) {
    trace(this.context, points.map((point) => this.at(point)));
    this.context.stroke();
  }

  /** @param {number[]} point */
  at([u, v, z]) {
    return this.stage.view.project(u, v, z).slice(0, 2);
  }
}

function unit(from, to) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  return [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
}

const held = (place, size, reach) => Math.max(reach + 1, Math.min(size - reach - 1, place));

/** The angle at which text along a line can be read without turning the head over. */
function uprightAngle(angle) {
  if (angle > Math.PI / 2) return angle - Math.PI;
  return angle < -Math.PI / 2 ? angle + Math.PI : angle;
}
