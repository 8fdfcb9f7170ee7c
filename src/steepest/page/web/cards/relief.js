// The loss surface in three dimensions with the descent on it. Layers: the walls, the surface
// (drawn anew only when it or the eye moves), the axes, the paths, and what the pointer shows.
import { activeRun, gradientAt } from '../state/select.js';
import { drawnBeforehand } from '../draw/beforehand.js';
import { Box, marginOf } from '../draw/box.js';
import { Camera } from '../draw/camera.js';
import { element } from '../draw/canvas.js';
import { slopeOf, steepnessOf } from '../draw/downhill.js';
import { fieldOf, rangeOf } from '../draw/heights.js';
import { bestLook } from '../draw/looks.js';
import { drawArrow, drawCross, drawPath, drawStart, drawStem } from '../draw/marks.js';
import { Raster } from '../draw/raster.js';
import { drawLines, drawPoints, drawRunLabels, lookOf } from '../draw/runs.js';
import { remembered } from '../draw/seen.js';
import { boxAround, tagBeside } from '../draw/tags.js';
import {
  Stage, boxPath, boxPoints, finenessOf, trackLine, descentArrow, levelPieces,
} from '../draw/tracks.js';
import { attached, placeIn } from '../gestures/gesture.js';
import { Pointing } from '../gestures/pointing.js';
import { Keyboard } from '../gestures/keyboard.js';
import { keysInWords } from '../gestures/keys.js';
import { Pinch } from '../gestures/pinch.js';
import { Tap } from '../gestures/tap.js';
import { Turn } from '../gestures/turn.js';
import { Wheel } from '../gestures/wheel.js';
import { arrowWords } from '../words/captions.js';
import { inWords } from '../words/surface.js';
import { Surfaced } from './surfaced.js';

const [WALLS, SURFACE, AXES, PATHS, POINTER] = [0, 1, 2, 3, 4];
const REST = 120;
const MOST_PIXELS = 1.2e6;

/**
 * The card of the surface in three dimensions: {show(state, changed), destroy(), picture(), and
 * prepare(surface), before it is shown}. A `helper`, if there is one, draws it beside the page.
 */
export function makeRelief(parent, on = {}, helper = null) {
  return new Relief(parent, on, helper);
}

class Relief extends Surfaced {
  constructor(parent, on, helper) {
    const attributes = { role: 'application', tabindex: '0' };
    super(parent, on, { class: 'st-relief', attributes }, 5);
    this.camera = new Camera();
    this.raster = new Raster();
    this.sheet = element('canvas');
    this.detach = this.attach();
    this.helper = helper;
    this.ready = null;
    this.firstLook = null;
  }

  /** Drag turns it, the wheel and two fingers zoom, keys do both, a tap starts there; returns how to end that. */
  attach() {
    const { wrap: node } = this;
    // One finger up or down scrolls the page, as elsewhere.
    Object.assign(node.style, { touchAction: 'pan-y', cursor: 'grab' });
    const acts = {
      turn: (sideways, upwards) => this.look(() => this.camera.turn(sideways, upwards)),
      zoom: (factor) => this.look(() => this.camera.zoom(factor)),
      reset: () => this.look(() => this.camera.reset(this.firstLook), null),
      tap: (x, y) => this.tap(x, y),
    };
    const turn = new Turn(node, acts);
    const leave = () => this.pointAt(null);
    const over = (event) => turn.fingers.size || this.pointAt(this.pick(...placeIn(node, event)));
    const keyboard = new Keyboard(node, 'surface', acts);
    const pointed = new Pointing(node, { over, leave, press: leave });
    return attached(turn, new Pinch(node, acts), new Tap(node, acts), new Wheel(node, acts), keyboard, pointed);
  }

  /** Turn or zoom, and tell where the eye is then; null for where it was first. */
  look(move, told) {
    if (!this.state) return;
    move();
    this.told = told === null ? null : this.camera.told();
    this.on.turn?.(this.told);
    this.moving = true;
    this.frames.ask('surface');
  }

  /** Look as the state says; where the surface is not in sight, once it is: the best look at it takes long to find. */
  takeLook(first) {
    if (first) this.firstLook = null;
    if (this.firstLook || this.layers.width) this.lookAsTold();
  }

  draw(parts) {
    if (this.state && this.layers.width && !this.firstLook) this.lookAsTold();
    super.draw(parts);
  }

  /** Look as the state says, unless that is what was told from here. */
  lookAsTold() {
    if (!this.firstLook) this.chooseLook();
    const told = this.state.camera ?? null;
    if (told === this.told) return;
    this.told = told;
    if (told) this.camera.take(told);
    else this.camera.reset(this.firstLook);
    this.frames.ask('surface');
  }

  tap(x, y) {
    const point = this.pick(x, y);
    if (!point) return;
    this.on.start?.(...point);
    this.on.startEnd?.();
  }

  pick(x, y) {
    return this.stage ? this.stage.field.pick(this.stage.view.ray(x, y)) : null;
  }

  chooseLook() {
    const { surface } = this.state;
    const field = fieldOf(surface);
    this.firstLook = bestLook(field, boxPoints(this.run, surface, field));
    this.camera.reset(this.firstLook);
    this.told = null;
  }

  words() {
    const tap = 'A click on the surface starts there.';
    return `Loss surface in three dimensions. ${inWords(this.state)} ${keysInWords('surface')} ${tap}`;
  }

  /** The room and the surface; coarse while something moves, fine when it rests. */
  drawSurface() {
    const { surface } = this.state;
    const { width, height } = this.layers;
    const field = fieldOf(surface);
    const quick = this.moving || this.raster.field !== field;
    const view = this.viewOf(field);
    this.raster.setField(field);
    this.findPaths(field);
    this.stage = new Stage(field, view, this.raster);
    this.drawRoom({ width, height });
    const isFine = this.drawPixels(quick);
    clearTimeout(this.resting);
    this.moving = false;
    if (!isFine) this.resting = setTimeout(() => this.rest(this.resting), REST);
    this.wrap.dataset.azimuth = this.camera.azimuth.toFixed(4);
    this.wrap.dataset.elevation = this.camera.elevation.toFixed(4);
  }

  viewOf(field) {
    const { width, height } = this.layers;
    return this.camera.view(width, height, marginOf(width, field, this.theme));
  }

  /**
   * Have a surface drawn that is about to be shown.
   * @param {Surface} surface
   */
  async prepare(surface) {
    if (!this.helper || !this.stage) return;
    const [low, high] = rangeOf(surface);
    await this.haveDrawn(surface, this.viewOf({ low, high }), Boolean(surface.coarse));
  }

  /** @param {Surface} surface */
  async haveDrawn(surface, view, quick) {
    const pixels = await drawnBeforehand(this.helper, surface, this.pixelsOf(view, quick));
    this.ready = pixels && { ...pixels, field: fieldOf(surface) };
  }

  /** Draw finely what rests, unless it moves meanwhile. */
  async rest(mine) {
    if (this.helper) await this.haveDrawn(this.state.surface, this.stage.view, false);
    if (this.resting === mine && !this.moving) this.frames.ask('surface');
  }

  /** Paths in the box stay as they are while it turns; from nearby they are seen finer. */
  findPaths(field) {
    const { surface } = this.state;
    const fineness = finenessOf(this.camera.closeness);
    if (this.stage?.field === field && this.fineness === fineness) return;
    this.fineness = fineness;
    this.pathOf = remembered((run) => (
      boxPath(boxPoints(run, surface, field), fineness, !surface.slice)
    ));
  }

  drawRoom(size) {
    const box = new Box(this.layers.pen(WALLS), this.stage, this.state.surface, this.theme, size);
    box.drawWalls();
    box.drawAxes(this.layers.pen(AXES));
    this.ticks = box.labels.map(({ x, y, width }) => boxAround([[x - width / 2, y], [x + width / 2, y]], box.text / 2));
  }

  /** The pixels of a look: their number across and down, and how many of them to one of the view's. */
  pixelsOf(view, quick) {
    const { width, height, ratio } = this.layers;
    const large = width * height * ratio * ratio > MOST_PIXELS;
    const fine = ratio < 1.5 ? 2 * ratio : ratio;
    const scale = quick ? (large ? 1 : ratio) : fine;
    return { view, width: Math.round(width * scale), height: Math.round(height * scale), scale, quick };
  }

  /** Draw the pixels, or what was drawn of them beforehand; returns whether they are fine. */
  drawPixels(quick) {
    const { stage: { view, field }, raster, sheet } = this;
    const asked = this.pixelsOf(view, quick);
    const ready = [asked, this.pixelsOf(view, false)].some((look) => this.isReady(look)) && this.ready;
    const { width, height, scale } = ready || asked;
    if (ready) raster.take(field, ready);
    else raster.draw(view, width, height, scale);
    Object.assign(sheet, { width, height });
    sheet.getContext('2d').putImageData(new ImageData(raster.bytes, width, height), 0, 0);
    const context = this.layers.pen(SURFACE);
    context.imageSmoothingQuality = 'high';
    context.drawImage(sheet, 0, 0, this.layers.width, this.layers.height);
    return !(ready || asked).quick;
  }

  /** Is what was drawn beforehand this look at what is shown? */
  isReady({ view, width, scale }) {
    const { ready, stage } = this;
    const same = ready?.field === stage.field && ready.width === width && ready.scale === scale;
    return same && view.rows.every((value, i) => value === ready.view.rows[i]);
  }

  drawPaths() {
    const { state, theme } = this;
    const context = this.layers.pen(PATHS);
    const face = { line: (run, first, end) => this.line(run, first, end), place: (run, i) => this.place(run, i) };
    this.drawStems(context);
    drawLines(context, state, theme, face);
    this.drawLowest(context);
    const { width, height } = this.layers;
    const frame = { left: 0, right: width, top: 3.5 * theme.type, bottom: height };
    const labels = drawRunLabels(context, state, theme, face, frame);
    this.drawDescent(context, frame, labels);
    drawPoints(context, state, theme, face);
  }

  /** @param {Run} run */
  line(run, first, last) {
    const draped = !this.state.surface.slice;
    return trackLine(this.pathOf(run), first, last, this.stage, draped);
  }

  /**
   * Where a point of a run is seen, or null if it is outside the box.
   * @param {Run} run
   */
  place(run, i) {
    const [u, v, z] = this.boxPoint(run, i);
    const { stage } = this;
    return stage.holds(u, v, z) ? stage.place(u, v, z) : null;
  }

  /** @param {Run} run */
  boxPoint(run, i) {
    return this.pathOf(run).points.subarray(3 * i, 3 * i + 3);
  }

  drawLowest(context) {
    const pixel = this.lowest();
    if (pixel) drawCross(context, pixel, 4.5);
  }

  /** Where the minimum is seen, or null if it is not known or outside the box. */
  lowest() {
    const { lowest, lowestLoss } = this.state.surface;
    if (!lowest) return null;
    const { field } = this.stage;
    const [u, v] = [field.u(lowest[0]), field.v(lowest[1])];
    return this.stage.holds(u, v, 0) ? this.stage.place(u, v, field.heightOf(lowestLoss ?? field.low)) : null;
  }

  /** The arrow of steepest descent at the current point. */
  drawDescent(context, frame, labels) {
    const { state, stage, theme } = this;
    const run = activeRun(state);
    const at = this.at(run);
    const point = this.boxPoint(run, at);
    const share = steepnessOf(run, at);
    if (!stage.holds(...point) || !(share > 0)) return;
    const slope = slopeOf(state.surface, gradientAt(state, run, at));
    if (!slope.every(Number.isFinite)) return;
    const draped = !state.surface.slice;
    const points = descentArrow(point, slope, 0.2 + 0.3 * share, stage, draped);
    drawArrow(context, points, { colour: theme.arrow, halo: theme.halo });
    const places = [this.place(run, 0), this.place(run, at), this.lowest()].filter(Boolean);
    tagBeside(context, arrowWords(state), points, { frame, places, theme, labels: [...labels, ...this.ticks] });
  }

  /** Off a slice: dotted lines from points at their true loss to the surface below or above. */
  drawStems(context) {
    const { state, stage, theme } = this;
    if (!state.surface.slice) return;
    const run = activeRun(state);
    const { colour } = lookOf(run, theme);
    for (const i of new Set([0, this.at(run)])) {
      const [u, v, z] = this.boxPoint(run, i);
      const ground = stage.field.heightAt(u, v);
      if (!stage.holds(u, v, z) || !(Math.abs(z - ground) > 0.02)) continue;
      drawStem(context, stage.place(u, v, z), stage.place(u, v, ground), colour, '#ffffff');
    }
  }

  /** The contour and the point that the pointer is on, here or on the map. */
  drawPointer() {
    const { stage } = this;
    const { point, level } = this.state.hover;
    this.layers.clear(POINTER);
    if (!point && !Number.isFinite(level ?? NaN)) return;
    const context = this.layers.pen(POINTER);
    if (Number.isFinite(level ?? NaN)) {
      const look = { colour: '#ffffff', halo: 'rgba(0, 0, 0, 0.45)', dash: [], width: 2.2 };
      drawPath(context, levelPieces(level, stage), look);
    }
    if (!point) return;
    const [u, v] = [stage.field.u(point[0]), stage.field.v(point[1])];
    const z = stage.field.heightAt(u, v);
    if (Number.isNaN(z)) return;
    drawStart(context, stage.place(u, v, z), this.theme.arrow, { radius: 3.5 });
  }

  destroy() {
    clearTimeout(this.resting);
    super.destroy();
  }
}
