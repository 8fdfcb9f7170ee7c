// The state of a page and all that can be done to it; whoever draws subscribes to its changes.
// What costs work is asked of an engine (asking.js).
import { HORIZON, MOST_STEPS, OBJECTIVE, checkChoices } from '../engine/choices.js';
import { activeRun, isOverParams, offPlane, onPlane, paramsAt, placeOf } from '../state/select.js';
import {
  MOST_RUNS, added, axesFor, firstState, fromItsStart, isOtherData, keptView, moved, nameOf, removed, settled,
} from '../state/state.js';
import { Asking } from './asking.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.storeStore;

/** The share of a run by which it grows while it goes on: it is drawn anew as often at any length. */
const FURTHER = 0.1;

/**
 * Returns the store of a scene, whose numbers `engine` works out.
 * @param {Engine} engine
 * @param {Scene} scene
 */
export function createStore(engine, scene) {
  const [run, ...others] = [scene.run, ...(scene.others ?? [])].map((one) => engine.whole?.(one) ?? one);
  return new Store(engine, firstState({ ...scene, run, others }));
}

/** The actions. */
export class Store extends Asking {
  /** Takes over what a link asks for: rows, choices, all the runs, the step, the look. */
  async wish({ choices, runs, named, points, shownRun, faults = [], ...look }) {
    const { axes, plane, window, at, phase, guessing, ...plain } = look;
    if (isOtherData(this.state, look)) faults.push(SAY.link);
    const known = Object.entries(plain).filter(([key]) => key in this.state);
    this.set(Object.fromEntries(known));
    if (look.row >= 0 && !this.state.scene.network) this.lightRow(look.row);
    if (points) await this.edit({ ...points, rowNumbers: Int32Array.from(points.y, (_, i) => i + 1) });
    if (choices) await this.choose(choices);
    await this.wishRuns({ runs, named, shownRun });
    // What a link leaves out is as the page has it at first.
    const usual = choices ? this.first.surface.axes : null;
    await this.wishSurface({ plane, axes: axes ?? usual, window });
    this.wishPlace({ at, phase, guessing });
    if (this.state.fault) faults.push(this.state.fault);
    if (faults.length) this.set({ fault: filled(SAY.rest, [faults.join('; ')]) });
  }

  async wishRuns({ runs, named, shownRun = 0 }) {
    const first = this.state.choices;
    if (runs) this.set({ runs: this.settled().slice(0, 1), active: 0 });
    for (const run of runs ?? []) await this.addRun({ ...first, ...run });
    if (named?.length === this.state.runs.length) this.nameRuns(named);
    if (runs?.length) await this.chooseRun(shownRun);
  }

  async wishSurface({ plane, axes, window }) {
    if (plane) await this.setPlane(...plane);
    if ((axes ?? this.state.axes) !== this.state.axes) await this.setAxes(axes);
    if (window) await this.ask({ surface: 'anew', window });
  }

  wishPlace({ at = null, phase, guessing }) {
    if (at !== null) this.seekStep(at);
    if (phase && this.state.at < this.run.index.length - 1) this.set({ phase });
    if (guessing) this.startGuess();
  }

  // --- the run -----------------------------------------------------------------------------------

  /** Changes choices of the run that is shown; it is walked anew from its start. */
  choose(patch) {
    if (!this.allowed(patch)) return null;
    const choices = { ...this.state.choices, ...patch };
    const objective = OBJECTIVE.some((key) => key in patch);
    const axes = 'scale' in patch ? axesFor(patch.scale, this.state) : this.state.axes;
    const seen = objective || axes !== this.state.axes || (axes === 'walk' && 'scale' in patch);
    this.set({ choices, axes, phase: 0 });
    return this.ask({ runs: objective ? 'all' : this.shown(), surface: seen ? 'anew' : null });
  }

  /** Returns whether choices can be; if not, says why. */
  allowed(patch) {
    try {
      checkChoices(patch);
      return true;
    } catch (error) {
      this.set({ fault: error.message });
      return false;
    }
  }

  shown() {
    return new Set([this.run.id]);
  }

  /** Starts at the point (x, y) of the surface; params that it does not show stay. */
  startAt(x, y) {
    const { surface } = this.state;
    const old = paramsAt(this.state, this.run, 0);
    const [x0, y0] = onPlane(surface, old);
    return this.startFrom(
      Array.from(old, (v, i) => v + (x - x0) * surface.ux[i] + (y - y0) * surface.uy[i]),
    );
  }

  /** Starts at the point (x, y) of the surface; params that it does not show are as it holds them. */
  startOn(x, y) {
    return this.startFrom(Array.from(offPlane(this.state.surface, x, y)), { surface: 'if out of sight' });
  }

  /** Does what a drag asks for; until it ends the pictures go before the words. */
  drag(act) {
    this.set({ dragging: true });
    return act();
  }

  /** Ends a drag: the words follow, and the surface in full. */
  endDrag() {
    this.set({ dragging: false });
    this.refine();
  }

  /**
   * Starts from these params; the whole path follows, and the picture if `surface` says so.
   * @param {number[] | null} start
   * @param {Pick<Wish, 'surface' | 'step'>} [more]
   */
  startFrom(start, more = {}) {
    if (!this.allowed({ start })) return null;
    this.set({ choices: { ...this.state.choices, start }, phase: 0 });
    return this.ask({ runs: this.shown(), ...more });
  }

  /** Starts from these params and shows them, whatever step was shown before. */
  standAt(start) {
    this.set({ playing: false });
    return this.startFrom(start, { surface: 'if out of sight', step: 0 });
  }

  /** Starts at random params, drawn with `seed`; the picture moves if they are out of sight. */
  newStart(seed = Math.floor(Math.random() * 10000)) {
    if (!this.allowed({ seed })) return null;
    this.set({ choices: { ...this.state.choices, start: null, seed }, phase: 0, playing: false });
    return this.ask({ runs: this.shown(), surface: 'if out of sight', step: 0 });
  }

  /** Moves the picture so that all runs are in sight. */
  lookAround() {
    return this.ask({ surface: 'anew' });
  }

  /** Goes to a kept step of the run. */
  seek(at) {
    const last = this.run.index.length - 1;
    const next = Math.max(0, Math.min(last, Math.round(at)));
    const guess = next === this.state.at || next === this.state.at + 1 ? this.state.guess : null;
    this.set({ at: next, phase: 0, guess });
  }

  /** Goes to a step of the run, or the next one that is kept. */
  seekStep(step) {
    this.seek(placeOf(this.run, step));
  }

  /** Takes `count` steps; beyond the end the run goes on, unless it is over. */
  step(count = 1) {
    const run = this.run;
    const wanted = run.index[this.state.at] + count;
    if (wanted < run.count || !this.canGoOn()) return this.seekStep(wanted);
    const steps = Math.min(MOST_STEPS, run.count - 1 + Math.max(count, HORIZON));
    this.set({ choices: { ...this.state.choices, steps } });
    return this.ask({ runs: this.shown(), step: wanted });
  }

  /** Takes the next steps of a run that is shown as it goes on: the more, the longer it is. */
  goOn() {
    if (this.asking || !this.canGoOn()) return null;
    const { count } = this.run;
    const steps = Math.min(MOST_STEPS, count - 1 + Math.max(HORIZON, Math.ceil(FURTHER * count)));
    this.set({ choices: { ...this.state.choices, steps } });
    return this.ask({ runs: this.shown(), surface: 'as it is', onward: true });
  }

  /** Ends what goes on; the surface follows. */
  endOnward() {
    this.set({ onward: false });
    return this.lookAround();
  }

  /** Returns whether there are steps beyond the last one. */
  canGoOn() {
    const { count, stop } = this.run;
    return this.engine.kind !== 'record' && stop.reason === 'steps' && count <= MOST_STEPS;
  }

  /** Shows the next part of a step: its gradient, total, scaled, the move; then it is taken. */
  phase() {
    const { phase, at } = this.state;
    const more = at < this.run.index.length - 1;
    if (phase < 4 && more) return this.set({ phase: phase + 1 });
    return this.step(1);
  }

  // --- several runs ------------------------------------------------------------------------------

  /** Keeps the run as it is and goes on with a copy of it. */
  keepRun() {
    return this.addRun({ ...this.state.choices });
  }

  /**
   * Adds a run with these choices and shows it.
   * @param {Choices} choices
   */
  addRun(choices) {
    const runs = this.settled();
    if (runs.length >= MOST_RUNS) {
      this.set({ fault: filled(SAY.runs, [MOST_RUNS]) });
      return null;
    }
    const id = Math.max(...runs.map((run) => run.id)) + 1;
    const colour = [0, 1, 2, 3, 4, 5].find((c) => !runs.some((run) => run.colour === c));
    const run = { ...this.run, choices, ...nameOf(id, colour) };
    this.set({ runs: [...runs, run], active: runs.length, choices, phase: 0 });
    return this.ask({ runs: new Set([id]) });
  }

  /** Gives the runs the numbers and colours, [id, colour] each, that they had elsewhere. */
  nameRuns(named) {
    const runs = this.settled();
    this.set({ runs: runs.map((run, i) => ({ ...run, ...nameOf(...named[i]) })) });
  }

  /** Returns the runs, each with the choices that were made for it last. */
  settled() {
    return settled(this.state);
  }

  /** Takes a run away; the last one stays. */
  removeRun(i) {
    const { active } = this.state;
    const runs = this.settled().filter((_, j) => j !== i);
    if (!runs.length) return null;
    return this.show(runs, Math.min(active - (i < active ? 1 : 0), runs.length - 1));
  }

  /** Shows another of the runs step by step. */
  chooseRun(i) {
    return this.state.runs[i] ? this.show(this.settled(), i) : null;
  }

  show(runs, active) {
    const before = this.state;
    const at = placeOf(runs[active], activeRun(before).index[before.at]);
    const { choices } = runs[active];
    const axes = choices.scale === 'none' && before.axes === 'walk' ? 'units' : before.axes;
    this.set({ runs, active, choices, at, axes, phase: 0 });
    const other = axes !== before.axes || (axes === 'walk' && choices.scale !== before.surface.scale);
    if (other) return this.ask({ surface: 'anew' });
    return before.surface.slice ? this.ask({ surface: 'same window' }) : null;
  }

  // --- the data ----------------------------------------------------------------------------------

  /** Moves a row to feature `x` and target `y`; the surface follows. */
  movePoint(i, x, y) {
    return this.edit(moved(this.state.scene, i, x, y));
  }

  /** Adds a row. */
  addPoint(x, y) {
    return this.edit(added(this.state.scene, x, y));
  }

  /** Takes a row away. */
  removePoint(i) {
    this.lightRow(-1);
    return this.edit(removed(this.state.scene, i));
  }

  /** Takes back all that was changed in the rows. */
  resetRows() {
    return this.edit(this.first);
  }

  edit({ X, y, rowNumbers }) {
    const before = this.state;
    const scene = { ...before.scene, X, y, shown: y.length, rows: y.length, rowNumbers };
    // Random starts depend on the data; what the reader moves now is the data alone.
    const runs = this.settled().map((run) => ({ ...run, choices: fromItsStart(run) }));
    const rows = X === this.first.X ? null : { X, y };
    this.set({ scene, rows, runs, choices: runs[before.active].choices, phase: 0 });
    return this.ask({ runs: 'all', surface: 'same window' });
  }

  /** Opens other data, target or features: the page begins anew with them. */
  async open(request) {
    this.begin(this.first);
    this.engine.giveUp?.();
    this.set({ busy: true, fault: null, playing: false });
    try {
      const { scene, offer = null, note = '' } = await this.engine.open(request);
      const kept = keptView(this.state);
      this.begin(scene);
      this.set({ ...firstState(scene), ...kept, offer, note });
    } catch (error) {
      this.set({ busy: false, fault: error.message });
    }
  }

  /** Gives the network other hidden units or another activation: it begins anew, on the same rows. */
  async remake(patch) {
    const { scene, choices, rows } = this.state;
    await this.open({ network: { ...scene.network, ...patch }, choices });
    if (rows) await this.edit({ ...rows, rowNumbers: scene.rowNumbers });
    else this.refine();
  }

  // --- the look ----------------------------------------------------------------------------------

  /** Shows the surface in the reader's units, as the walk sees it, or over the path of the run. */
  setAxes(axes) {
    this.lookAt(null);
    this.set({ axes });
    return this.ask({ surface: 'anew' });
  }

  /** Shows the surface over two other params; one that was on the other axis changes places. */
  setPlane(x, y) {
    const { axes, plane: [left, right] } = this.state;
    this.lookAt(null);
    this.set({ axes: isOverParams({ axes }) ? axes : 'units', plane: x === y ? [right, left] : [x, y] });
    return this.ask({ surface: 'anew' });
  }

  /** Tells the true loss at a point of the plane. */
  async lookAt(x, y) {
    /** @type {[number, number] | null} */
    const point = x === null ? null : [x, y];
    this.looking = point;
    if (!point) return this.set({ hover: { ...this.state.hover, point, loss: null, level: null } });
    if (this.lookingNow) return null;
    this.lookingNow = true;
    try {
      await this.tellLoss(point);
    } finally {
      this.lookingNow = false;
    }
    return this.looking && this.looking !== point ? this.lookAt(...this.looking) : null;
  }

  /** @param {[number, number]} point */
  async tellLoss(point) {
    const { choices, rows, surface } = this.state;
    const params = offPlane(surface, ...point);
    const loss = await this.engine.lossAt({ choices, rows, params }).catch(() => null);
    if (this.looking) this.set({ hover: { ...this.state.hover, point, loss, level: loss } });
  }

  /** Waits for the reader to point at where the next step lands. */
  startGuess() {
    this.set({ guessing: true, ahead: false, phase: 0, guess: null });
  }

  /** Takes a guess in, and shows the path again. */
  endGuess(point) {
    this.set({ guessing: false, ahead: true, guess: point });
    this.hearGuess?.(point);
  }

  /** Tells the row with this number in the table on its way through the network; -1 for none. */
  tellRow(number) {
    const { rowNumbers } = this.state.scene;
    const row = rowNumbers.indexOf(number);
    if (row >= 0 || number === -1) return this.set({ row });
    const [first, last] = [rowNumbers[0], rowNumbers.at(-1)];
    return this.set({ fault: filled(SAY.there, [number, first, last]) });
  }

  /** Lights a row in every card; -1 for none. */
  lightRow(row) {
    if (row !== this.state.hover.row) this.set({ hover: { ...this.state.hover, row } });
  }
}
