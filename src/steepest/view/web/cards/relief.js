// The loss surface in three dimensions with the descent on it. Layers: the walls, the surface
// (drawn anew only when it or the eye moves), the axes, the paths, and what the pointer shows.
import { activeRun, gradientAt, trueLoss } from '../select.js';
import { Box, marginOf } from '../draw/box.js';
import { Camera } from '../draw/camera.js';
import { Frames, Layers, element, pictureHeight } from '../draw/canvas.js';
import { themeOf } from '../draw/colours.js';
import { slopeOf, steepnessOf } from '../draw/downhill.js';
import { fieldOf } from '../draw/heights.js';
import { bestLook } from '../draw/looks.js';
import { drawArrow, drawCross, drawPath, drawStart, drawStem } from '../draw/marks.js';
import { Orbit } from '../draw/orbit.js';
import { Raster } from '../draw/raster.js';
import { drawLines, drawPoints, drawRunLabels, lookOf } from '../draw/runs.js';
import { Stage, boxPoints, descentArrow, levelPieces, trackLine } from '../draw/tracks.js';
import { inWords } from '../words/surface.js';

const [WALLS, SURFACE, AXES, PATHS, POINTER] = [0, 1, 2, 3, 4];
const REST = 120;
const MOST_PIXELS = 1.2e6;
const KEYS_IN_WORDS = 'Arrow keys turn it, plus and minus zoom, 0 looks from the first side again; '
  + 'a click on the surface starts there.';

/** The card of the surface in three dimensions: {show(state, changed), destroy(), picture()}. */
export function makeRelief(element, on = {}) {
  return new Relief(element, on);
}

class Relief {
  constructor(parent, on) {
    this.on = on;
    this.camera = new Camera();
    this.raster = new Raster();
    this.sheet = element('canvas');
    this.wrap = element('div', {
      class: 'st-relief', attributes: { role: 'application', tabindex: '0' },
    }, parent);
    this.layers = new Layers(this.wrap, 5);
    this.frames = new Frames((parts) => this.draw(parts));
    this.orbit = new Orbit(this.wrap, this.hand());
    this.layers.onResize(() => this.frames.ask('surface'));
    this.sizing = new ResizeObserver(() => this.fit());
    this.sizing.observe(this.wrap);
  }

  hand() {
    return {
      turn: (sideways, upwards) => this.look(() => this.camera.turn(sideways, upwards)),
      zoom: (factor) => this.look(() => this.camera.zoom(factor)),
      reset: () => this.look(() => this.camera.reset(this.firstLook)),
      tap: (x, y) => this.tap(x, y),
      look: (x, y) => this.over(x, y),
      leave: () => this.leave(),
    };
  }

  /** The card is as high as its width asks for. */
  fit() {
    const height = `${pictureHeight(this.wrap.clientWidth)}px`;
    if (this.wrap.clientWidth && this.wrap.style.height !== height) this.wrap.style.height = height;
  }

  look(move) {
    if (!this.state) return;
    move();
    this.moving = true;
    this.frames.ask('surface');
  }

  tap(x, y) {
    const point = this.pick(x, y);
    if (!point) return;
    this.on.start?.(...point);
    this.on.startEnd?.();
  }

  over(x, y) {
    const point = this.pick(x, y);
    if (!point) this.leave();
    else this.on.look?.(...point);
    this.looking = Boolean(point);
  }

  leave() {
    if (this.looking) this.on.look?.(null);
    this.looking = false;
  }

  pick(x, y) {
    return this.stage ? this.stage.field.pick(this.stage.view.ray(x, y)) : null;
  }

  /** Show a state; `changed` names the keys that are new, null for all. */
  show(state, changed) {
    const has = (...keys) => !changed || keys.some((key) => changed.has(key));
    const first = !this.state || this.state.scene.params !== state.scene.params;
    this.state = state;
    if (has('theme')) this.theme = null;
    if (!state.surface || !state.runs.length) return;
    if (first) this.chooseLook();
    if (has('scene', 'surface', 'theme')) this.frames.ask('surface');
    if (has('scene', 'surface', 'runs', 'active', 'at', 'ahead', 'theme')) {
      this.frames.ask('paths');
      this.tell();
    }
    if (has('hover')) this.frames.ask('pointer');
  }

  chooseLook() {
    const { surface } = this.state;
    const field = fieldOf(surface);
    this.firstLook = bestLook(field, boxPoints(activeRun(this.state), surface, field));
    this.camera.reset(this.firstLook);
  }

  tell() {
    const { state, wrap } = this;
    const run = activeRun(state);
    const words = `Loss surface in three dimensions. ${inWords(state)} ${KEYS_IN_WORDS}`;
    wrap.setAttribute('aria-label', words);
    wrap.dataset.at = state.at;
    wrap.dataset.loss = trueLoss(run, Math.min(state.at, run.index.length - 1));
  }

  draw(parts) {
    if (!this.state?.surface || !this.state.runs.length || !this.layers.width) return;
    this.theme ??= themeOf(this.wrap);
    if (parts.has('surface')) this.drawSurface();
    if (!this.stage) return;
    if (parts.has('surface') || parts.has('paths')) this.drawPaths();
    this.drawPointer();
  }

  /** The room and the surface; coarse while something moves, fine when it rests. */
  drawSurface() {
    const { surface } = this.state;
    const { width, height } = this.layers;
    const field = fieldOf(surface);
    const quick = this.moving || this.raster.field !== field;
    if (this.raster.field !== field) this.raster.setField(field);
    const view = this.camera.view(width, height, marginOf(width, field, this.theme));
    this.stage = new Stage(field, view, this.raster);
    this.drawRoom({ width, height });
    this.drawPixels(quick);
    clearTimeout(this.resting);
    this.moving = false;
    if (quick) this.resting = setTimeout(() => this.frames.ask('surface'), REST);
    this.wrap.dataset.azimuth = this.camera.azimuth.toFixed(4);
    this.wrap.dataset.elevation = this.camera.elevation.toFixed(4);
  }

  drawRoom(size) {
    const { contexts } = this.layers;
    this.layers.clear(WALLS);
    this.layers.clear(AXES);
    const box = new Box(contexts[WALLS], this.stage, this.state.surface, this.theme, size);
    box.drawWalls();
    box.drawAxes(contexts[AXES]);
  }

  drawPixels(quick) {
    const { width, height, ratio } = this.layers;
    const large = width * height * ratio * ratio > MOST_PIXELS;
    const fine = ratio < 1.5 ? 2 * ratio : ratio;
    const scale = quick ? (large ? 1 : ratio) : fine;
    const [wide, tall] = [Math.round(width * scale), Math.round(height * scale)];
    this.raster.draw(this.stage.view, wide, tall, scale);
    this.sheet.width = wide;
    this.sheet.height = tall;
    this.sheet.getContext('2d').putImageData(new ImageData(this.raster.bytes, wide, tall), 0, 0);
    this.layers.clear(SURFACE);
    const context = this.layers.contexts[SURFACE];
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.sheet, 0, 0, width, height);
  }

  drawPaths() {
    const { state, stage, theme } = this;
    const context = this.layers.contexts[PATHS];
    const points = (run) => boxPoints(run, state.surface, stage.field);
    this.points = new Map(state.runs.map((run) => [run, points(run)]));
    this.layers.clear(PATHS);
    const face = { line: (...line) => this.line(...line), place: (run, i) => this.place(run, i) };
    this.drawStems(context);
    drawLines(context, state, theme, face);
    this.drawLowest(context);
    this.drawDescent(context);
    drawPoints(context, state, theme, face);
    const { width, height } = this.layers;
    const frame = { left: 0, right: width, top: 3.5 * theme.type, bottom: height };
    drawRunLabels(context, state, theme, face, frame);
  }

  line(run, first, last) {
    const draped = !this.state.surface.slice;
    return trackLine(this.points.get(run), first, last, this.stage, draped);
  }

  /** Where a point of a run is seen, or null if it is outside the box. */
  place(run, i) {
    const [u, v, z] = this.boxPoint(run, i);
    const { stage } = this;
    return stage.holds(u, v, z) ? stage.place(u, v, z) : null;
  }

  boxPoint(run, i) {
    return this.points.get(run).subarray(3 * i, 3 * i + 3);
  }

  drawLowest(context) {
    const { lowest, lowestLoss } = this.state.surface;
    if (!lowest) return;
    const { field } = this.stage;
    const [u, v] = [field.u(lowest[0]), field.v(lowest[1])];
    if (!this.stage.holds(u, v, 0)) return;
    drawCross(context, this.stage.place(u, v, field.heightOf(lowestLoss ?? field.low)), 4.5);
  }

  /** The arrow of steepest descent at the current point. */
  drawDescent(context) {
    const { state, stage, theme } = this;
    const run = activeRun(state);
    const at = Math.min(state.at, run.index.length - 1);
    const point = this.boxPoint(run, at);
    const share = steepnessOf(run, at);
    if (!stage.holds(...point) || !(share > 0)) return;
    const slope = slopeOf(state.surface, gradientAt(state, run, at));
    const draped = !state.surface.slice;
    const points = descentArrow(point, slope, 0.2 + 0.3 * share, stage, draped);
    drawArrow(context, points, { colour: theme.arrow, halo: theme.halo });
  }

  /** Off a slice: dotted lines from points at their true loss to the surface below or above. */
  drawStems(context) {
    const { state, stage, theme } = this;
    if (!state.surface.slice) return;
    const run = activeRun(state);
    const { colour } = lookOf(run, theme);
    for (const i of new Set([0, Math.min(state.at, run.index.length - 1)])) {
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
    const context = this.layers.contexts[POINTER];
    this.layers.clear(POINTER);
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

  /** One canvas with all that is drawn. */
  picture() {
    if (!this.stage) return null;
    this.frames.flush();
    return this.layers.picture(this.theme.card, () => this.draw(new Set(['surface'])));
  }

  destroy() {
    clearTimeout(this.resting);
    this.frames.cancel();
    this.sizing.disconnect();
    this.layers.destroy();
    this.wrap.remove();
  }
}
