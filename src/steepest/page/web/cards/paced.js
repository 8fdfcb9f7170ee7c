// A card that costs much is drawn less often while a run goes on.

/** A card that is not drawn anew within so many milliseconds of the last time while a run goes on. */
export class Paced {
  constructor(card, pause) {
    this.card = card;
    this.pause = pause;
    this.last = -Infinity;
    this.changed = new Set();
    const { prepare } = card;
    if (prepare) this.prepare = (surface) => prepare.call(card, surface);
    if (card.caption) this.caption = (state) => card.caption(state);
  }

  /**
   * @param {State} state
   * @param {Changed} changed
   */
  show(state, changed) {
    changed?.forEach((key) => this.changed.add(key));
    const now = performance.now();
    const waits = changed && state.playing && !changed.has('playing') && now - this.last < this.pause;
    if (waits) return;
    const all = changed && this.changed;
    Object.assign(this, { last: now, changed: new Set() });
    this.card.show(state, all);
  }

  picture() {
    return this.card.picture();
  }

  destroy() {
    this.card.destroy();
  }
}
