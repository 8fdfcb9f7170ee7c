// A press anywhere in an element but in one part of it: `on.beside()`.
import { Gesture } from './gesture.js';

export class PressBeside extends Gesture {
  /** @param {Element} part */
  constructor(node, part, on) {
    super(node, on);
    this.part = part;
  }

  heard() {
    return { pointerdown: (event) => this.part.contains(event.target) || this.on.beside() };
  }
}
