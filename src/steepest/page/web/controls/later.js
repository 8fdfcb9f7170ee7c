// Words that follow the pictures, so that these are drawn without delay.

/** Milliseconds between two changes of the words while a run goes on: they can still be read. */
const READ = 150;

/** What comes and goes under the pointer; of the words only the rows follow it. */
const PASSING = ['busy', 'hover', 'camera'];

/**
 * While something is dragged the words follow once the frame with the pictures is drawn, and while a
 * run goes on so often as they can be read, part by part, so that no frame waits for all of them.
 */
export class Later {
  /** @param {Store} store */
  constructor(parts, store) {
    this.parts = parts;
    this.store = store;
    this.frame = 0;
    this.timer = 0;
    this.changed = new Set();
  }

  /** @param {Changed} changed */
  ask(changed) {
    if (!changed) return this.show(null);
    changed.forEach((key) => this.changed.add(key));
    const { dragging, playing } = this.store.state;
    if (playing && !changed.has('playing')) {
      this.timer ||= setTimeout(() => this.showNext(0), READ);
      return null;
    }
    if (!dragging) return this.show(this.changed);
    this.frame ||= requestAnimationFrame(() => {
      this.timer = setTimeout(() => this.show(this.changed));
    });
    return null;
  }

  /** Shows one part after the other; all that changed since the run began may be new to each. */
  showNext(k) {
    // What says the round is shown with every round.
    if (!this.parts[k].saysRound) this.parts[k].show(this.store.state, this.changed);
    const more = k + 1 < this.parts.length;
    this.timer = more ? setTimeout(() => this.showNext(k + 1)) : 0;
  }

  /** @param {Changed} changed */
  show(changed) {
    this.cancel();
    this.changed = new Set();
    const passing = changed && [...changed].every((key) => PASSING.includes(key));
    const due = passing ? this.parts.filter((one) => one.follows) : this.parts;
    due.forEach((one) => one.show(this.store.state, changed));
  }

  cancel() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    Object.assign(this, { frame: 0, timer: 0 });
  }
}
