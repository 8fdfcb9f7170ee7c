// A press beside a small mark is the mark's too: where `on.takes(event)`, it does not take the focus away, and
// where `on.drags(touch)`, one finger does not scroll the page.
import { Gesture } from './gesture.js';

export class Grip extends Gesture {
  heard() {
    return {
      mousedown: (event) => this.on.takes(event) && event.preventDefault(),
      touchstart: (event) => this.touch(event),
    };
  }

  touch(event) {
    if (event.touches.length === 1 && this.on.drags(event.touches[0])) event.preventDefault();
  }
}
