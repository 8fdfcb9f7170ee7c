// A pointer that comes from one part of an element to the next: `on.enter(event)`, and `on.leave()` at the end.
import { Gesture } from './gesture.js';

export class Enter extends Gesture {
  heard() {
    return {
      pointerover: (event) => this.on.enter(event),
      pointerleave: () => this.on.leave(),
    };
  }
}
