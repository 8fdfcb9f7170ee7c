// The state of a page and all that can be done to it; whoever draws subscribes to its changes.
//
// What costs work is asked of an engine. One question is under way at a time; what changes while it
// is answered is asked anew with the newest choices, so a drag never queues up.
import { OBJECTIVE, answered, joined } from './engine/answer.js';
import { activeRun, offPlane, onPlane, paramsAt } from './select.js';

/** Steps that a new run takes at once; more are taken when the reader goes on. */
export const HORIZON = 200;

/** Runs that can stand side by side. */
export const MOST_RUNS = 6;

/** Returns the store of a scene, whose numbers `engine` works out. */
export function createStore(engine, scene) {
  return new Store(engine, firstState(scene));
}

function firstState(scene) {
  return {
    scene,
    rows: null,
    surface: scene.surface,
    choices: scene.run.choices,
    runs: [{ ...scene.run, label: 'Run 1', colour: 0 }],
    active: 0,
    at: 0,
    phase: 0,
    slow: false,
    ahead: true,
    hover: { row: -1, point: null, loss: null, level: null },
    axes: 'units',
    plane: [scene.surface.xIndex, scene.surface.yIndex],
    playing: false,
    pace: 5,
    theme: 'auto',
    dark: false,
    hidden: [],
    lesson: '',
    offer: null,
    note: '',
    busy: false,
    connection: 'here',
    fault: null,
  };
}

/** The state, its listeners, and the actions. */
export class Store {
  constructor(engine, state) {
    this.engine = engine;
    this.state = state;
    this.first = state.scene;
    this.listeners = new Set();
    this.wanted = null;
    this.asking = null;
  }

  /** Calls `listener(state, changed)` after each change; returns how to end that. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Changes the state and tells who listens. */
  set(patch) {
    const news = Object.keys(patch).filter((key) => patch[key] !== this.state[key]);
    if (!news.length) return;
    this.state = { ...this.state, ...patch };
    const changed = new Set(news);
    for (const listener of this.listeners) listener(this.state, changed);
  }

  /** Takes over what a link asks for: data, rows, choices, all the runs, the step, the look. */
  async wish({ choices, runs = [], at = null, points, shownRun, faults = [], ...look }) {
    const other = this.otherData(look);
    if (other && this.engine.kind === 'python') await this.open(other);
    else if (other) faults.push('the link is for other data or columns than this page holds');
    if (this.state.fault) faults.push(this.state.fault);
    const known = Object.entries(look).filter(([key]) => key in this.state);
    this.set(Object.fromEntries(known));
    if (points) await this.edit(points.X, points.y, Int32Array.from(points.y, (_, i) => i + 1));
    if (choices) await this.choose(choices);
    for (const run of runs) await this.addRun({ ...this.state.choices, ...run });
    if (runs.length) await this.chooseRun(shownRun ?? 0);
    if (at !== null) this.seek(at);
    if (faults.length) this.set({ fault: `${faults.join('; ')}; the rest of the link is used` });
  }

  /** Returns what a link asks to open, null if that is here already. */
  otherData({ data, target, features }) {
    const { scene } = this.state;
    const names = scene.features.map(({ name }) => name).join();
    const same = (asked, here) => asked === undefined || String(asked) === here;
    const here = same(data, scene.source) && same(target, scene.target.name);
    return here && same(features, names) ? null : { data, target, features };
  }

  // --- the run -----------------------------------------------------------------------------------

  /** Changes choices of the run that is shown; it is walked anew from its start. */
  choose(patch) {
    const choices = { ...this.state.choices, ...patch };
    const objective = OBJECTIVE.some((key) => key in patch);
    const axes = 'scale' in patch ? axesFor(patch.scale, this.state) : this.state.axes;
    const seen = objective || axes !== this.state.axes || (axes === 'walk' && 'scale' in patch);
    this.set({ choices, axes, phase: 0 });
    return this.ask({ run: true, all: objective, surface: seen ? 'anew' : null });
  }

  /** Starts at the point (x, y) of the surface; params that it does not show stay. */
  startAt(x, y) {
    const { surface, runs, active } = this.state;
    const old = paramsAt(this.state, runs[active], 0);
    const [x0, y0] = onPlane(surface, old);
    return this.startFrom(
      Array.from(old, (v, i) => v + (x - x0) * surface.ux[i] + (y - y0) * surface.uy[i]),
    );
  }

  /** Starts from these params; the whole path follows, and the picture if `surface` says so. */
  startFrom(start, surface = null) {
    this.set({ choices: { ...this.state.choices, start }, phase: 0 });
    return this.ask({ run: true, surface });
  }

  /** Starts at random params, drawn with `seed`; the picture moves if they are out of sight. */
  newStart(seed = Math.floor(Math.random() * 10000)) {
    this.set({ choices: { ...this.state.choices, start: null, seed }, phase: 0, playing: false });
    return this.ask({ run: true, surface: 'if out of sight', at: 0 });
  }

  /** Moves the picture so that all runs are in sight. */
  lookAround() {
    return this.ask({ surface: 'anew' });
  }

  /** Goes to a kept step of the run. */
  seek(at) {
    const last = activeRun(this.state).index.length - 1;
    this.set({ at: Math.max(0, Math.min(last, Math.round(at))), phase: 0 });
  }

  /** Takes `count` steps; beyond the end the run goes on, unless it is over. */
  async step(count = 1) {
    const run = activeRun(this.state);
    const wanted = this.state.at + count;
    if (wanted < run.index.length || !this.canGoOn()) return this.seek(wanted);
    const steps = run.count - 1 + Math.max(count, HORIZON);
    this.set({ choices: { ...this.state.choices, steps } });
    await this.ask({ run: true });
    return this.seek(wanted);
  }

  /** Returns whether there are steps beyond the last one. */
  canGoOn() {
    const run = activeRun(this.state);
    const whole = run.index.length === run.count;
    return this.engine.kind !== 'record' && whole && run.stop.reason === 'steps';
  }

  /** Shows the next part of a step: its gradient, total, scaled, the move; then it is taken. */
  phase() {
    const { phase, at } = this.state;
    const more = at < activeRun(this.state).index.length - 1;
    if (phase < 4 && more) this.set({ phase: phase + 1 });
    else return this.step(1);
    return null;
  }

  // --- several runs ------------------------------------------------------------------------------

  /** Keeps the run as it is and goes on with a copy of it. */
  keepRun() {
    this.addRun({ ...this.state.choices });
  }

  /** Adds a run with these choices and shows it. */
  addRun(choices) {
    const { runs } = this.state;
    if (runs.length >= MOST_RUNS) {
      this.set({ fault: `${MOST_RUNS} runs stand side by side at most; remove one first` });
      return null;
    }
    const colour = [0, 1, 2, 3, 4, 5].find((c) => !runs.some((run) => run.colour === c));
    const run = { ...activeRun(this.state), choices, label: this.freeLabel(), colour };
    this.set({ runs: [...runs, run], active: runs.length, choices, phase: 0 });
    return this.ask({ run: true });
  }

  freeLabel() {
    const taken = this.state.runs.map((run) => Number(run.label.split(' ')[1]));
    return `Run ${Math.max(...taken) + 1}`;
  }

  /** Takes a run away; the last one stays. */
  removeRun(i) {
    const runs = this.state.runs.filter((_, j) => j !== i);
    if (!runs.length) return;
    const active = Math.min(this.state.active - (i < this.state.active ? 1 : 0), runs.length - 1);
    this.show(runs, active);
  }

  /** Shows another of the runs step by step. */
  chooseRun(i) {
    return this.state.runs[i] ? this.show(this.state.runs, i) : null;
  }

  show(runs, active) {
    const at = Math.min(this.state.at, runs[active].index.length - 1);
    this.set({ runs, active, choices: runs[active].choices, at, phase: 0 });
    return this.state.surface.slice ? this.ask({ surface: 'through its end' }) : null;
  }

  // --- the data ----------------------------------------------------------------------------------

  /** Moves a row to feature `x` and target `y`; the surface follows. */
  movePoint(i, x, y) {
    const { X, y: targets, rowNumbers } = this.state.scene;
    return this.edit(replaced(X, i, x), replaced(targets, i, y), rowNumbers);
  }

  /** Adds a row. */
  addPoint(x, y) {
    const { X, y: targets, rowNumbers } = this.state.scene;
    const next = Math.max(...rowNumbers) + 1;
    const more = Int32Array.of(...rowNumbers, next);
    return this.edit(Float64Array.of(...X, x), Float64Array.of(...targets, y), more);
  }

  /** Takes a row away. */
  removePoint(i) {
    const { X, y, rowNumbers } = this.state.scene;
    const without = (values) => values.filter((_, j) => j !== i);
    return this.edit(without(X), without(y), without(rowNumbers));
  }

  /** Takes back all that was changed in the rows. */
  resetRows() {
    return this.edit(this.first.X, this.first.y, this.first.rowNumbers);
  }

  edit(X, y, rowNumbers) {
    const before = this.state;
    const scene = { ...before.scene, X, y, shown: y.length, rows: y.length, rowNumbers };
    // Random starts depend on the data; what the reader moves now is the data alone.
    const runs = before.runs.map((run) => ({ ...run, choices: fromItsStart(run) }));
    const { choices } = runs[before.active];
    const rows = X === this.first.X ? null : { X, y };
    this.set({ scene, rows, runs, choices, phase: 0 });
    return this.ask({ run: true, all: true, surface: 'same window', undo: before });
  }

  /** Opens other data, target or features: the page begins anew with them. */
  async open(request) {
    this.set({ busy: true, fault: null, playing: false });
    try {
      const { scene, offer = null, note = '' } = await this.engine.open(request);
      const { theme, dark, hidden, lesson, pace } = this.state;
      this.first = scene;
      this.wanted = null;
      this.set({ ...firstState(scene), theme, dark, hidden, lesson, pace, offer, note });
    } catch (error) {
      this.set({ busy: false, fault: error.message });
    }
  }

  // --- the look ----------------------------------------------------------------------------------

  /** Shows the surface in the reader's units, or as the walk sees it. */
  setAxes(axes) {
    this.set({ axes });
    return this.ask({ surface: 'anew' });
  }

  /** Shows the surface over two other params; one that was on the other axis changes places. */
  setPlane(x, y) {
    const [left, right] = this.state.plane;
    this.set({ plane: x === y ? [right, left] : [x, y] });
    return this.ask({ surface: 'anew' });
  }

  /** Tells the true loss at a point of the plane. */
  async lookAt(x, y) {
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

  async tellLoss(point) {
    const { choices, rows, surface } = this.state;
    const params = offPlane(surface, ...point);
    const loss = await this.engine.lossAt({ choices, rows, params }).catch(() => null);
    if (this.looking) this.set({ hover: { ...this.state.hover, point, loss, level: loss } });
  }

  /** Lights a row in every card; -1 for none. */
  lightRow(row) {
    if (row !== this.state.hover.row) this.set({ hover: { ...this.state.hover, row } });
  }

  // --- asking the engine -------------------------------------------------------------------------

  /** Has the run, or all of them, and the surface worked out; only the newest wish counts. */
  ask(wish) {
    this.wanted = joined(this.wanted, wish);
    if (this.asking) this.engine.giveUp?.();
    if (!this.asking) this.asking = this.answerAll();
    return this.asking;
  }

  async answerAll() {
    if (!this.state.busy) this.set({ busy: true });
    while (this.wanted) {
      const wish = this.wanted;
      this.wanted = null;
      await this.answer(wish);
    }
    this.asking = null;
    this.set({ busy: false });
  }

  /** Says what cannot be, and goes back to what was, unless something else is wished already. */
  refuse({ undo }, fault) {
    const { runs, active } = this.state;
    if (!this.wanted) {
      const { scene, rows } = undo ?? this.state;
      this.set({ scene, rows, choices: runs[active].choices });
    }
    this.set({ fault });
  }

  async answer(wish) {
    try {
      this.set({ ...(await answered(this.engine, () => this.state, wish)), fault: null });
    } catch (error) {
      if (error.superseded) {
        this.wanted = joined(wish, this.wanted ?? {});
        return;
      }
      this.refuse(wish, error.message);
    }
  }
}

function axesFor(scale, state) {
  if (state.surface.slice && state.scene.features.length > 1) return 'units';
  return scale === 'none' ? 'units' : 'walk';
}

/** Returns the choices of a run with the start that it has, drawn or given. */
function fromItsStart({ choices, params, size }) {
  return { ...choices, start: Array.from(params.subarray(0, size)) };
}

function replaced(values, i, value) {
  const copy = values.slice();
  copy[i] = value;
  return copy;
}
