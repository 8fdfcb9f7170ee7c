// What a store asks of its engine. One question is under way at a time; what changes while it is
// answered is asked anew with the newest choices, so a drag never queues up.
import { activeRun, isOverParams, placeOf } from '../state/select.js';
import { answered, joined, taken } from './answer.js';

/** The state, its listeners, and what is asked and answered. */
export class Asking {
  /**
   * @param {Engine} engine
   * @param {State} state
   */
  constructor(engine, state) {
    this.engine = engine;
    this.state = state;
    this.listeners = new Set();
    this.asking = null;
    /** @type {((surface: SurfaceRecord) => Promise<unknown>) | null} what is made ready before a surface is shown */
    this.prepare = null;
    /** @type {((point: number[]) => void) | null} who is told where the reader guessed */
    this.hearGuess = null;
    /** @type {((before: State, patch: Partial<State>) => number) | null} which step of a round is lit after a change */
    this.light = null;
    /** @type {Scene} */
    this.first = state.scene;
    this.begin(state.scene);
  }

  get run() {
    return activeRun(this.state);
  }

  /**
   * Forgets what was asked about other data.
   * @param {Scene} scene
   */
  begin(scene) {
    this.first = scene;
    this.good = { scene, rows: null };
    this.wanted = null;
    this.epoch = (this.epoch ?? 0) + 1;
  }

  /** Calls `listener(state, changed)` after each change; returns how to end that. */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Changes the state and tells who listens. */
  set(given) {
    const patch = this.light ? { lit: this.light(this.state, given), ...given } : given;
    const news = Object.keys(patch).filter((key) => patch[key] !== this.state[key]);
    if (!news.length) return;
    this.state = { ...this.state, ...patch };
    const changed = new Set(news);
    for (const listener of this.listeners) listener(this.state, changed);
  }

  /** Has runs and the surface worked out; only the newest wish counts. */
  ask(wish) {
    this.wanted = joined(this.wanted, wish);
    if (this.asking) this.engine.giveUp?.();
    else this.asking = this.answerAll();
    return this.asking;
  }

  async answerAll() {
    this.set({ busy: true });
    while (this.wanted) {
      const wish = this.wanted;
      this.wanted = null;
      await this.answer(wish);
    }
    this.asking = null;
    this.set({ busy: false });
    this.refine();
  }

  /** Has a surface that was drawn of few points drawn of more, unless it is about to change. */
  refine() {
    const { surface, dragging, onward } = this.state;
    if ((surface.coarse || surface.quick) && !dragging && !onward) this.ask({ surface: 'fine' });
  }

  async answer(wish) {
    const { epoch, state } = this;
    try {
      const answer = await answered(this.engine, state, wish);
      const isOther = answer.surface !== state.surface && !this.state.dragging;
      if (isOther) await this.prepare?.(answer.surface);
      if (epoch === this.epoch) this.take(answer, wish, state);
    } catch (error) {
      if (epoch !== this.epoch) return;
      if (error.superseded) this.wanted = joined(wish, this.wanted ?? {});
      else this.refuse(error.message);
    }
  }

  /** Takes an answer in; what the reader changed while it was worked out stays changed. */
  take({ walked, surface }, wish, { scene, rows }) {
    const { runs: old, active, at, hover, surface: before } = this.state;
    const step = wish.step ?? old[active].index[at];
    const runs = walked.size ? old.map((run) => taken(run, walked.get(run.id))) : old;
    this.good = { scene, rows };
    this.set({ runs, surface, at: placeOf(runs[active], step), fault: null });
    if (hover.point && surface !== before) this.lookAt(...hover.point);
  }

  /** Says what cannot be, and goes back to what was, unless something else is wished already. */
  refuse(fault) {
    if (!this.wanted) {
      const { active, surface } = this.state;
      const runs = this.state.runs.map((run) => ({ ...run, choices: run.walked }));
      const plane = isOverParams(surface) ? [surface.xIndex, surface.yIndex] : this.state.plane;
      const seen = { axes: surface.axes, plane };
      this.set({ ...this.good, ...seen, runs, choices: runs[active].choices });
    }
    this.set({ fault });
  }
}
