// What the two pictures of the loss surface share: layers as high as their width asks for, what is
// drawn anew when the state changes, and what the pointer is on.
import { activeRun, isNew, trueLoss } from '../state/select.js';
import { Frames, Layers, element, fittedHeight, pictureHeight } from '../draw/canvas.js';
import { themeOf } from '../draw/colours.js';

/** A picture; who extends it has drawSurface, drawPaths, drawPointer, and then a `stage`. */
export class Surfaced {
  constructor(parent, on, look, count) {
    this.on = on;
    this.wrap = element('div', look, parent);
    this.layers = new Layers(this.wrap, count);
    this.frames = new Frames((parts) => this.draw(parts));
    this.layers.onResize(() => this.frames.now('surface'));
    this.sizing = new ResizeObserver(() => this.fit());
    this.sizing.observe(this.wrap);
  }

  get run() {
    return activeRun(this.state);
  }

  /** The card is as high as its width asks for. */
  fit() {
    // Its width is read only where it says something: that lays out the page.
    const width = fittedHeight(this.wrap) || this.wrap.clientWidth;
    const height = `${pictureHeight(width, this.wrap)}px`;
    if (width && this.wrap.style.height !== height) this.wrap.style.height = height;
  }

  /** Tell which point of the surface the pointer is on; null where it is on none. */
  pointAt(point) {
    if (point) this.on.look?.(...point);
    else if (this.looking) this.on.look?.(null);
    this.looking = Boolean(point);
  }

  /**
   * Show a state; `changed` names the keys that are new, null for all.
   * @param {State} state
   * @param {Changed} changed
   */
  show(state, changed) {
    const first = this.state?.scene.params !== state.scene.params;
    this.state = state;
    // Before the first picture nothing is laid out; with that the observer fits it.
    if (!changed && (this.stage || fittedHeight(this.wrap))) this.fit();
    if (isNew(changed, 'theme')) this.theme = null;
    if (!state.surface || !state.runs.length) return;
    this.takeLook(first);
    if (isNew(changed, 'scene', 'surface', 'theme')) this.frames.ask('surface');
    if (isNew(changed, 'scene', 'surface', 'runs', 'active', 'at', 'phase', 'lit', 'ahead', 'guess', 'theme')) {
      this.frames.ask('paths');
      this.tell();
    } else if (changed.has('playing')) this.tell();
    if (isNew(changed, 'hover')) this.frames.ask('pointer');
  }

  takeLook() {}

  /** Say in words what is seen, and in attributes where. */
  tell() {
    const { at, phase } = this.state;
    const run = this.run;
    if (!this.state.playing) this.wrap.setAttribute('aria-label', this.words());
    Object.assign(this.wrap.dataset, { at, phase, loss: trueLoss(run, this.at(run)) });
  }

  /**
   * The step that is shown of a run.
   * @param {Run} run
   */
  at(run) {
    return Math.min(this.state.at, run.index.length - 1);
  }

  draw(parts) {
    if (!this.state?.surface || !this.state.runs.length || !this.layers.width) return;
    this.theme ??= themeOf(this.wrap);
    if (parts.has('surface') || !this.stage) this.drawSurface();
    if (parts.has('surface') || parts.has('paths')) this.drawPaths();
    if (parts.has('surface') || parts.has('pointer')) this.drawPointer();
  }

  /** One canvas with all that is drawn. */
  picture() {
    if (!this.stage) return null;
    this.fit();
    this.layers.fit();
    this.frames.flush();
    return this.layers.picture(this.theme.card, () => this.draw(new Set(['surface'])));
  }

  destroy() {
    this.frames.cancel();
    this.sizing.disconnect();
    this.layers.destroy();
    this.wrap.remove();
  }
}
