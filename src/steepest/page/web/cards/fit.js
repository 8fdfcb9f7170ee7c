// The card of data and fit: what the model of the step that is shown says of the rows. It chooses
// the picture that suits the data, and lets the reader change rows where the page can follow.
import { activeRun, lossLabel, trueLoss } from '../state/select.js';
import { counted, short } from '../numerals.js';
import { element } from '../draw/canvas.js';
import { keysInWords } from '../gestures/keys.js';
import { ClassFit } from './fit_classes.js';
import { LineFit } from './fit_line.js';
import { ActualFit, MarginFit, PredictedFit } from './fit_many.js';
import { PlaneFit } from './fit_plane.js';
import { canEdit } from './fit_rows.js';
import { Plot } from './plot.js';
import { RowImage } from './row_image.js';
import { Points } from './points.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.cardsFit;

const HINT = filled(SAY.drag, [keysInWords('points')]);

/** Make the card of data and fit in an element; `on` hears of rows lit, moved, added, removed. */
export function makeFit(parent, on = {}) {
  return new Fit(parent, on);
}

class Fit {
  constructor(parent, on) {
    this.on = on;
    this.state = null;
    /** @type {any} */
    this.view = null;
    this.plot = new Plot(parent, 'fit', () => this.draw());
    this.plot.svg.setAttribute('role', 'application');
    this.points = new Points(this.plot, this.heard());
    this.image = new RowImage(this.plot.wrap);
    this.tools = this.makeTools();
  }

  /** What the points tell, in pixels, passed on in the units of the data. */
  heard() {
    const { on } = this;
    const at = (px, py) => this.view.data(px, py);
    return {
      row: (i) => on.row?.(i),
      move: (i, px, py) => on.movePoint?.(i, ...at(px, py)),
      add: (px, py) => on.addPoint?.(...at(px, py)),
      remove: (i) => this.remove(i),
      choose: () => this.nameTools(),
      end: (i) => {
        on.pointEnd?.();
        this.draw();
        on.row?.(i);
      },
    };
  }

  picture() {
    return this.plot.picture();
  }

  remove(i) {
    if (this.state.scene.shown > 1) this.on.removePoint?.(i);
  }

  makeTools() {
    const row = element('div', { class: 'st-fit-tools' }, this.plot.wrap);
    const look = { class: 'st-button st-small', attributes: { type: 'button' } };
    const add = element('button', { ...look, text: 'Add points' }, row);
    const remove = element('button', look, row);
    element('span', { class: 'st-fit-hint', text: HINT }, row);
    add.setAttribute('aria-pressed', 'false');
    add.addEventListener('click', () => {
      this.points.adding = !this.points.adding;
      add.setAttribute('aria-pressed', String(this.points.adding));
    });
    remove.addEventListener('click', () => this.remove(this.points.current));
    return { row, add, remove };
  }

  nameTools() {
    const { scene } = this.state;
    this.tools.row.hidden = !canEdit(scene) || this.state.hidden.includes('points');
    const row = scene.rowNumbers[this.points.current];
    this.tools.remove.textContent = this.points.chosen ? `Remove row ${row}` : 'Remove a point';
    this.tools.remove.disabled = !this.points.chosen || scene.shown < 2;
  }

  /**
   * Take over a new state; `changed` names its parts that are new, null for all.
   * @param {State} state
   * @param {Changed} [changed]
   */
  show(state, changed = null) {
    const before = this.state;
    this.state = state;
    if (!this.plot.width) return;
    const anew = !before || !changed || !this.view || this.needsFrame(changed, before);
    if (anew) this.draw(!changed || changed.has('theme'));
    else if (MODEL.some((key) => changed.has(key))) this.step();
    else if (changed.has('playing')) this.tell();
    else if (changed.has('hover')) this.row();
  }

  /** @param {Changed} changed */
  needsFrame(changed, before) {
    if (FRAME.some((key) => changed.has(key))) return true;
    if (!changed.has('runs') && !changed.has('active')) return false;
    const several = this.state.runs.length !== before.runs.length;
    return several || this.state.scene.features.length > 1;
  }

  /** Draw everything. */
  draw(dress = true) {
    if (!this.state || !this.plot.width) return;
    if (dress || !this.plot.theme) this.plot.dress();
    const Kind = kindOf(this.state.scene);
    if (!(this.view instanceof Kind)) {
      this.view?.destroy();
      this.view = new Kind(this.plot, this.points, this.on);
    }
    this.plot.below = this.image.highOf(this.state);
    this.view.frame(this.state, this.points.held >= 0);
    this.nameTools();
    this.row();
    this.tell();
  }

  step() {
    this.view.step(this.state);
    this.row();
    this.tell();
  }

  /** Show the row that is held or lit. */
  row() {
    const { held } = this.points;
    const lit = held >= 0 ? held : this.state.hover.row;
    const row = lit < this.state.scene.shown ? lit : -1;
    this.view.row(this.state, row);
    this.image.show(this.state, row);
    this.points.light(row);
    this.plot.wrap.dataset.row = String(row);
  }

  /** Say in words what is seen, for readers who do not see it. */
  tell() {
    const { scene, at } = this.state;
    const run = activeRun(this.state);
    const loss = trueLoss(run, at);
    Object.assign(this.plot.wrap.dataset, { at, step: run.index[at], loss });
    if (this.state.playing) return;
    const name = lossLabel(scene, run.choices);
    const rows = scene.sampled || counted(scene.shown, 'row');
    const label = filled(SAY.data, [rows, this.view.say(this.state), short(run.index[at]), name, short(loss)]);
    this.plot.svg.setAttribute('aria-label', label);
  }

  destroy() {
    this.points.destroy();
    this.view?.destroy();
    this.plot.destroy();
  }
}

/** @type {(keyof State)[]} */
const FRAME = ['scene', 'theme', 'hidden'];
/** @type {(keyof State)[]} */
const MODEL = ['runs', 'active', 'at', 'choices'];

export function kindOf({ features, target, margins }) {
  if (features.length === 2) return PlaneFit;
  if (!target.classes) return features.length === 1 ? LineFit : PredictedFit;
  if (features.length === 1) return ClassFit;
  return margins === 1 ? MarginFit : ActualFit;
}
