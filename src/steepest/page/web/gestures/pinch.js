// Two fingers: apart and together zoom, `on.zoom(factor)`; both up or down tilt, `on.turn(0, upwards)`.
import { Fingers } from './fingers.js';
import { TURN } from './turn.js';

export class Pinch extends Fingers {
  spread = 0;

  changes() {
    this.spread = 0;
  }

  moves(dx, dy) {
    super.moves(dx, dy);
    if (this.fingers.size !== 2) return;
    const [[ax, ay], [bx, by]] = [...this.fingers.values()];
    const spread = Math.hypot(ax - bx, ay - by);
    if (this.spread > 0) this.on.zoom(spread / this.spread);
    this.spread = spread;
    this.on.turn(0, (dy / 2) * TURN);
  }
}
