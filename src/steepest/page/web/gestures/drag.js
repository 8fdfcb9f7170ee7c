// A press that takes hold, moves and lets go: `on.hold(event)` says whether it takes hold, then come
// `on.move(event)`, and `on.drop(event)`, with null where the browser took the pointer away.
import { capture, Gesture } from './gesture.js';

export class Drag extends Gesture {
  heard() {
    return {
      pointerdown: (event) => this.down(event),
      pointermove: (event) => this.held && this.on.move(event),
      pointerup: (event) => this.drop(event),
      pointercancel: () => this.drop(null),
    };
  }

  down(event) {
    if (event.button > 0) return;
    this.held = this.on.hold(event);
    if (this.held) capture(this.node, event);
  }

  drop(event) {
    if (!this.held) return;
    this.held = false;
    this.on.drop(event);
  }

  detach() {
    super.detach();
    this.held = false;
  }
}
