// One finger, or the mouse, turns what it holds: `on.turn(sideways, upwards)` in radians.
import { Fingers, STILL } from './fingers.js';

/** Radians for each pixel that a finger moves. */
export const TURN = 0.009;

export class Turn extends Fingers {
  moves(dx, dy) {
    super.moves(dx, dy);
    if (this.fingers.size === 1 && this.moved >= STILL) this.on.turn(dx * TURN, dy * TURN);
  }
}
