// A pointer over an element that holds nothing: `on.over(event)` where it is, `on.leave()` when it is gone,
// `on.press(event)`, if there is one, when it goes down.
import { Gesture } from './gesture.js';

export class Pointing extends Gesture {
  heard() {
    return {
      pointermove: (event) => this.on.over(event),
      pointerleave: () => this.on.leave(),
      pointerdown: (event) => this.on.press?.(event),
    };
  }
}
