// The loss surface from above with the descent on it. Layers: the ground (drawn anew only when the
// surface changes), the contour under the pointer, the paths, and the pointer's label. Press
// anywhere and the descent starts there; drag and it follows.
import { activeRun, gradientAt, onPlane, paramsAt, pathOf, trueLoss, withShownLoss } from '../state/select.js';
import { slopeOf, steepnessOf } from '../draw/downhill.js';
import { Ground } from '../draw/ground.js';
import { Handle } from '../draw/handle.js';
import { fieldOf } from '../draw/heights.js';
import { drawArrow, drawCross, drawStart, drawTag, tagLook, tagSize } from '../draw/marks.js';
import { flatLine, inside } from '../draw/paths.js';
import { drawPhase } from '../draw/phases.js';
import { drawLines, drawPoints, drawRunLabels, lookOf } from '../draw/runs.js';
import { remembered, seenOf } from '../draw/seen.js';
import { boxAround, boxesAlong, placeTag, tagBeside } from '../draw/tags.js';
import { attached, placeIn } from '../gestures/gesture.js';
import { Drag } from '../gestures/drag.js';
import { Pointing } from '../gestures/pointing.js';
import { arrowWords } from '../words/captions.js';
import { inWords, placeInWords } from '../words/surface.js';
import { short } from '../numerals.js';
import { Surfaced } from './surfaced.js';

const [GROUND, CONTOUR, PATHS, POINTER] = [0, 1, 2, 3];

/** A press of an arrow key moves the start by this share of the window. */
const NUDGE = 1 / 200;

/** A finger that moves less than this, in pixels, taps. */
const STILL = 8;

/** Paths nearer to one another than this, in pixels, are drawn as one. */
const CELL = 0.7;

/** Beside so many places where the path leaves the picture there may be room to say it. */
const EXITS = 4;

/** The card of the surface from above: {show(state, changed), destroy(), picture()}. */
export function makeMap(parent, on = {}) {
  return new LossMap(parent, on);
}

/** The places of a route, x and y in turn. */
const inTurn = ({ x, y }) => Float64Array.from({ length: 2 * x.length }, (_, k) => (k % 2 ? y : x)[k >> 1]);

/** The last place on a route that is reached by a step. */
const stepOnRoute = ({ index }, step) => index.findLastIndex((one) => one <= step);

class LossMap extends Surfaced {
  constructor(parent, on) {
    super(parent, on, { class: 'st-map', attributes: { role: 'group' } }, 4);
    this.handle = new Handle(this.layers.wrap, {
      move: (right, up) => this.nudge(right, up),
      end: () => this.on.startEnd?.(),
    });
    const { wrap: node } = this.layers;
    Object.assign(node.style, { touchAction: 'pan-y', cursor: 'crosshair' });
    this.detach = attached(
      new Drag(node, {
        hold: (event) => this.hold(event),
        move: (event) => this.held.drags && this.want(this.pixel(event)),
        drop: (event) => this.drop(event),
      }),
      new Pointing(node, {
        over: (event) => !this.held && this.ground && this.over(this.pixel(event)),
        leave: () => this.pointAt(null),
      }),
    );
  }

  get stage() {
    return this.ground;
  }

  /** A mouse drags from anywhere, a finger from the start only: elsewhere it may scroll, or tap. */
  hold(event) {
    if (!this.ground) return false;
    const onHandle = event.target === this.handle.node;
    const pixel = this.pixel(event);
    if (!onHandle && !inside(...pixel, this.ground.frame)) return false;
    const [x, y] = onHandle ? this.place(this.run, 0) : pixel;
    this.held = {
      drags: onHandle || event.pointerType !== 'touch',
      from: pixel,
      off: [x - pixel[0], y - pixel[1]],
    };
    this.handle.node.focus({ preventScroll: true });
    event.preventDefault();
    this.pointAt(null);
    if (!onHandle && this.held.drags) this.want(pixel);
    return true;
  }

  /** Let go; a finger that was still has tapped. */
  drop(event) {
    const { drags, from } = this.held;
    if (event && !drags) {
      const [x, y] = this.pixel(event);
      if (Math.hypot(x - from[0], y - from[1]) < STILL) this.want([x, y]);
    }
    if (this.held.started) this.on.startEnd?.();
    this.held = null;
  }

  over(pixel) {
    this.pointAt(inside(...pixel, this.ground.frame) ? this.plane(pixel) : null);
  }

  /**
   * Ask for a start at a pixel: browsers hand out moves of a pointer once a frame.
   * @param {number[]} pixel
   */
  want([x, y]) {
    this.held.started = true;
    this.on.start?.(...this.plane([x + this.held.off[0], y + this.held.off[1]]));
  }

  nudge(right, up) {
    const { x0, x1, y0, y1 } = this.ground.field.bounds;
    const [x, y] = this.startPoint();
    this.on.start?.(
      Math.max(x0, Math.min(x1, x + right * NUDGE * (x1 - x0))),
      Math.max(y0, Math.min(y1, y + up * NUDGE * (y1 - y0))),
    );
  }

  startPoint() {
    const run = this.run;
    return onPlane(this.state.surface, paramsAt(this.state, run, 0));
  }

  pixel(event) {
    return placeIn(this.layers.wrap, event);
  }

  /** The point of the surface at a pixel; beyond the frame, the nearest in it. */
  plane([x, y]) {
    const { frame } = this.ground;
    return [
      this.ground.x.invert(Math.max(frame.left, Math.min(frame.right, x))),
      this.ground.y.invert(Math.max(frame.top, Math.min(frame.bottom, y))),
    ];
  }

  destroy() {
    this.detach();
    this.handle.destroy();
    super.destroy();
  }

  words() {
    return `Contour map of the loss. ${inWords(this.state)}`;
  }

  drawSurface() {
    const { surface } = this.state;
    const { width, height } = this.layers;
    const context = this.layers.pen(GROUND);
    this.ground = new Ground(context, fieldOf(surface), surface, this.theme, { width, height });
    this.ground.draw();
    const { left, right, top, bottom } = this.ground.frame;
    const corners = [[left, top], [right, bottom]];
    const seen = (pixels) => seenOf(pixels, 2, corners, CELL);
    this.pathOf = remembered((run) => seen(this.pixelsOf(run)));
    this.route = surface.route && seen(this.inPixels(inTurn(surface.route)));
  }

  drawPaths() {
    const { state, theme, ground } = this;
    const context = this.layers.pen(PATHS);
    const face = {
      line: (run, first, last) => this.lineOf(run, first, last),
      isWhole: Boolean(this.route),
      place: (run, i) => this.place(run, i),
    };
    const { exits, pieces } = drawLines(context, state, theme, face);
    this.drawLowest(context);
    const labels = drawRunLabels(context, state, theme, face, ground.frame);
    const run = activeRun(state);
    const scene = { state, theme, ground, marks: this.marks() };
    if (state.phase) drawPhase(context, scene, run, this.at(run));
    else if (!state.guessing) this.drawDescent(context, run, labels);
    drawPoints(context, state, theme, face);
    if (exits.length) this.drawLeaving(context, exits.slice(0, EXITS), pieces, labels);
    ground.barMark(context, trueLoss(run, withShownLoss({ ...state, at: this.at(run) }).at), lookOf(run, theme).colour);
    this.drawGuess(context);
    this.placeHandle();
  }

  /**
   * The line from one kept step to another: through all steps between, where their places are known.
   * @param {Run} run
   */
  lineOf(run, first, last) {
    const { frame } = this.ground;
    if (!this.route) return flatLine(this.pathOf(run), first, last, frame);
    const [from, to] = [first, last].map((i) => stepOnRoute(this.state.surface.route, run.index[i]));
    return flatLine(this.route, from, to, frame);
  }

  /** @param {Run} run */
  pixelsOf(run) {
    return this.inPixels(pathOf(run, this.state.surface));
  }

  inPixels(path) {
    for (let k = 0; k < path.length; k += 2) {
      path[k] = this.ground.x(path[k]);
      path[k + 1] = this.ground.y(path[k + 1]);
    }
    return path;
  }

  /**
   * Where a point of a run is, or null if it is outside the window.
   * @param {Run} run
   */
  place(run, i) {
    const [x, y] = this.pathOf(run).points.subarray(2 * i, 2 * i + 2);
    return inside(x, y, this.ground.frame) ? [x, y, false] : null;
  }

  /** Say it where the path leaves the window, clear of where it goes and of the names of the runs. */
  drawLeaving(context, exits, pieces, labels) {
    const { frame } = this.ground;
    const spots = ({ width, height }) => [1, 2, 3].flatMap((far) => exits.flatMap(({ x, y }) => (
      [-1, 1].map((way) => [x - width / 2, y + way * far * (height / 2 + 12)])
    )));
    const circles = this.marks().map((place) => boxAround([place], 12));
    const taken = [...circles, ...labels, ...boxesAlong(pieces)];
    const look = tagLook(this.theme, 0.97);
    placeTag(context, 'leaves the picture', spots, { frame, taken, look });
  }

  /** Where start, current step and minimum are, as far as they are seen. */
  marks() {
    const run = this.run;
    const places = [this.place(run, 0), this.place(run, this.at(run)), this.lowest()];
    return places.filter(Boolean);
  }

  drawLowest(context) {
    const pixel = this.lowest();
    if (pixel) drawCross(context, pixel);
  }

  /** Where the minimum is, or null if it is not known or outside the window. */
  lowest() {
    const { lowest } = this.state.surface;
    if (!lowest) return null;
    const pixel = [this.ground.x(lowest[0]), this.ground.y(lowest[1])];
    return inside(...pixel, this.ground.frame) ? pixel : null;
  }

  /**
   * The arrow of steepest descent at the current point, the longer the steeper.
   * @param {Run} run
   */
  drawDescent(context, run, labels) {
    const at = this.at(run);
    const from = this.place(run, at);
    const share = steepnessOf(run, at);
    if (!from || !(share > 0)) return;
    const [alongX, alongY] = slopeOf(this.state.surface, gradientAt(this.state, run, at));
    const [x0, y0] = [this.ground.x.invert(from[0]), this.ground.y.invert(from[1])];
    const way = [this.ground.x(x0 - alongX) - from[0], this.ground.y(y0 - alongY) - from[1]];
    const length = (20 + 30 * share) / Math.hypot(...way);
    if (!Number.isFinite(length)) return;
    const tip = [from[0] + length * way[0], from[1] + length * way[1]];
    const { theme, ground: { frame } } = this;
    drawArrow(context, [from, tip], { colour: theme.arrow, halo: theme.halo });
    tagBeside(context, arrowWords(this.state), [from, tip], { frame, places: this.marks(), theme, labels });
  }

  /** What the reader predicted, beside where the step landed. */
  drawGuess(context) {
    const { state: { guess }, theme, ground: { x, y, frame } } = this;
    if (!guess) return;
    const pixel = [x(guess[0]), y(guess[1])];
    if (!inside(...pixel, frame)) return;
    drawCross(context, pixel, 7);
    tagBeside(context, 'your prediction', [pixel], { frame, places: this.marks(), theme });
  }

  placeHandle() {
    const { state, ground } = this;
    const run = activeRun(state);
    const place = this.place(run, 0);
    if (!place) {
      this.handle.hide();
      return;
    }
    const [x, y] = this.startPoint();
    const { x0, x1 } = ground.field.bounds;
    const text = `${placeInWords(state.surface, [x, y])}: loss ${short(trueLoss(run, 0))}`;
    this.handle.place(place, { value: x, low: x0, high: x1, text });
  }

  /** The contour through the point that the pointer is on, here or in three dimensions. */
  drawPointer() {
    const { hover } = this.state;
    this.layers.clear(CONTOUR);
    this.layers.clear(POINTER);
    if (Number.isFinite(hover.level ?? NaN)) this.drawLevel(this.layers.pen(CONTOUR), hover.level);
    if (!hover.point) return;
    const pixel = [this.ground.x(hover.point[0]), this.ground.y(hover.point[1])];
    if (!inside(pixel[0], pixel[1], this.ground.frame)) return;
    const context = this.layers.pen(POINTER);
    drawStart(context, pixel, this.theme.arrow, { radius: 3.5 });
    this.drawLabel(context, pixel, hover);
  }

  drawLevel(context, level) {
    context.lineJoin = 'round';
    for (const [colour, width] of [['rgba(0, 0, 0, 0.45)', 4.4], ['#ffffff', 2.4]]) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      this.ground.addLevel(context, level);
      context.stroke();
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number[]} pixel
   * @param {Hover} hover
   */
  drawLabel(context, [x, y], { loss, level }) {
    const lines = [];
    if (Number.isFinite(loss ?? NaN)) lines.push(`loss ${short(loss)}`);
    if (Number.isFinite(level ?? NaN) && short(level) !== short(loss ?? NaN)) {
      lines.push(`contour ${short(level)}`);
    }
    if (!lines.length) return;
    const look = tagLook(this.theme);
    const { width, height } = tagSize(context, lines, look.size);
    const { frame } = this.ground;
    const left = x + 14 + width < frame.right ? x + 14 : x - 14 - width;
    const middle = Math.max(frame.top + height / 2, Math.min(frame.bottom - height / 2, y - 14));
    drawTag(context, lines, [left, middle], look);
    this.ground.barMark(context, loss ?? NaN, this.theme.ink);
  }
}
