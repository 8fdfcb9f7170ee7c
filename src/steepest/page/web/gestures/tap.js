// One finger, or the mouse, down and up at the same place: `on.tap(x, y)`, in pixels of the element.
import { Fingers, STILL } from './fingers.js';
import { placeIn } from './gesture.js';

export class Tap extends Fingers {
  up(event) {
    const isHeld = this.fingers.has(event.pointerId);
    super.up(event);
    if (isHeld && !this.fingers.size && this.moved < STILL) this.on.tap(...placeIn(this.node, event));
  }
}
