// The film of a run: takes steps at the reader's pace while `playing` is on.
import { activeRun } from '../state/select.js';

/** A run that goes on takes its next steps when so few are left to show. */
const AHEAD = 100;

/** Moves the step while the state says so; `destroy` ends it. */
export class Player {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
    this.frame = 0;
    this.tick = (time) => this.advance(time);
    this.calm = window.matchMedia('(prefers-reduced-motion: reduce)');
    this.end = store.subscribe((state, changed) => {
      if (changed.has('playing')) this.turn(state.playing);
    });
  }

  turn(playing) {
    cancelAnimationFrame(this.frame);
    if (!playing) return this.rest();
    if (this.calm.matches && !this.store.state.slow) this.jump();
    else this.begin();
    return null;
  }

  /** What went on beyond the end of its run is over. */
  rest() {
    return this.store.state.onward ? this.store.endOnward() : null;
  }

  begin() {
    this.due = null;
    this.frame = requestAnimationFrame(this.tick);
  }

  /** Readers who want no motion see the end at once. */
  async jump() {
    if (this.store.state.onward) await this.store.goOn();
    this.store.seek(activeRun(this.store.state).index.length - 1);
    this.store.set({ playing: false });
  }

  advance(time) {
    const { state } = this.store;
    if (!state.playing) return;
    // Parts of a step are sentences to read: four of them take as long as sixteen steps.
    const wait = 1000 / (state.slow ? state.pace / 4 : state.pace);
    this.due ??= time + wait;
    const steps = Math.floor((time - this.due) / wait) + 1;
    if (steps > 0) {
      this.due += steps * wait;
      this.move(state, steps);
    }
    if (this.store.state.playing) this.frame = requestAnimationFrame(this.tick);
  }

  /** @param {State} state */
  move(state, steps) {
    const last = activeRun(state).index.length - 1;
    if (state.slow) this.store.phase();
    else this.store.seek(Math.min(last, state.at + steps));
    const left = last - this.store.state.at;
    if (state.onward && left < AHEAD) this.store.goOn();
    const ends = !state.onward || !(this.store.asking || this.store.canGoOn());
    if (left <= 0 && ends) this.store.set({ playing: false });
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.end();
  }
}
