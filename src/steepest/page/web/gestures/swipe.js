// A finger, or the mouse, across an element: `on.swipe(way)` is 1 to the left, on, and -1 to the right, back; where
// it hardly moved, `on.tap(event)`.
import { Gesture } from './gesture.js';

/** How far it must move, in pixels. */
const FAR = 45;

export class Swipe extends Gesture {
  heard() {
    return {
      pointerdown: (event) => { this.from = event; },
      pointerup: (event) => this.up(event),
    };
  }

  up(event) {
    const { from } = this;
    this.from = null;
    if (!from) return;
    const far = event.clientX - from.clientX;
    if (Math.abs(far) > FAR) this.on.swipe(far < 0 ? 1 : -1);
    else this.on.tap(event);
  }
}
