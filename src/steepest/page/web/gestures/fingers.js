// Which pointers are down at an element, and how far they moved: what turning, pinching and tapping share.
import { capture, Gesture } from './gesture.js';

/** Fingers that move less than this together, in pixels, are still. */
export const STILL = 5;

/** Who extends it has `moves(dx, dy)`, `changes()` or `up(event)` do more. */
export class Fingers extends Gesture {
  constructor(node, on) {
    super(node, on);
    this.fingers = new Map();
    this.moved = 0;
  }

  heard() {
    return {
      pointerdown: (event) => this.down(event),
      pointermove: (event) => this.move(event),
      pointerup: (event) => this.up(event),
      pointercancel: (event) => this.drop(event),
    };
  }

  down(event) {
    if (event.button > 0) return;
    capture(this.node, event);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.moved = this.fingers.size > 1 ? STILL : 0;
    this.changes();
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.moves(dx, dy);
  }

  /** A finger moved by so many pixels. */
  moves(dx, dy) {
    this.moved += Math.abs(dx) + Math.abs(dy);
  }

  up(event) {
    this.drop(event);
  }

  drop(event) {
    this.fingers.delete(event.pointerId);
    this.changes();
  }

  /** Other fingers than before are down. */
  changes() {}

  detach() {
    super.detach();
    this.fingers.clear();
  }
}
