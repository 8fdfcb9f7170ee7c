// A pen whose strokes lie on the surface: they are kept as weights and biases, so that they stay where they are when
// the picture is another, larger or turned, and they are drawn again as they were drawn.
import { attached, placeIn } from '../gestures/gesture.js';
import { Drag } from '../gestures/drag.js';

/** A colour that neither the surface nor a path has, and its width in letters. */
const [INK, WIDE] = ['#e0115f', 0.22];

/** Milliseconds between two strokes that are drawn again. */
const PAUSE = 250;

/** @typedef {{points: number[][], times: number[]}} Stroke */

export class Pen {
  /**
   * `mapNow()` returns `{scales, units}` of the map that is shown, null if there is none; `redraw` draws the picture.
   * @param {import('./stage.js').Stage} stage
   */
  constructor(stage, mapNow, redraw) {
    this.stage = stage;
    this.mapNow = mapNow;
    this.redraw = redraw;
    this.isOn = false;
    /** @type {Record<string, Stroke[]>} Strokes by what the axes of their map are. */
    this.strokes = {};
    this.replayed = 0;
    this.detach = attached(new Drag(stage.canvas, {
      hold: (event) => this.hold(event),
      move: (event) => this.move(event),
      drop: () => {},
    }));
  }

  toggle() {
    this.isOn = !this.isOn;
  }

  wipe() {
    this.strokes = {};
    this.redraw();
  }

  /** Draws all strokes of the map once more, from the first on. */
  replay() {
    this.replayed = performance.now();
    this.redraw();
  }

  hold(event) {
    const map = this.isOn ? this.mapNow() : null;
    const place = placeIn(this.stage.canvas, event);
    if (!map?.scales.holds(...place)) return false;
    this.began = performance.now();
    this.stroke = { points: [map.scales.params(...place)], times: [0] };
    this.strokes[map.units] = [...(this.strokes[map.units] ?? []), this.stroke];
    return true;
  }

  move(event) {
    const map = this.mapNow();
    if (!map) return;
    this.stroke.points.push(map.scales.params(...placeIn(this.stage.canvas, event)));
    this.stroke.times.push(performance.now() - this.began);
    this.redraw();
  }

  /** Draws the strokes of the map that is shown; returns whether more of them is still to be drawn. */
  draw() {
    const map = this.mapNow();
    if (!map) return false;
    const { scales, units } = map;
    const { strokes, isWhole } = this.shown(units);
    const draw = (points) => drawStroke(this.stage, points.map(scales.at));
    this.stage.within(scales.inner, 0, () => strokes.forEach(draw));
    return !isWhole;
  }

  /** Returns the points of the strokes in some units, as far as they are drawn again, and whether that is all. */
  shown(units) {
    let left = this.replayed ? performance.now() - this.replayed : Infinity;
    const strokes = (this.strokes[units] ?? []).map(({ points, times }) => {
      const seen = points.filter((_, i) => times[i] <= left);
      left -= times.at(-1) + PAUSE;
      return seen;
    });
    const isWhole = left > 0;
    if (isWhole) this.replayed = 0;
    return { strokes, isWhole };
  }
}

/** Draws a stroke through places. */
export function drawStroke(stage, places) {
  if (!places.length) return;
  const line = places.length > 1 ? places : [places[0], [places[0][0] + 0.5, places[0][1]]];
  stage.line(line, '#ffffffcc', WIDE * stage.size + 3);
  stage.line(line, INK, WIDE * stage.size);
}
