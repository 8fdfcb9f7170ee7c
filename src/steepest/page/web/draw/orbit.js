// The hand on the surface: drag turns it, the wheel (with Ctrl, or once it has the focus) and two
// fingers zoom, keys do both, a tap picks. One finger up or down scrolls the page, as elsewhere.

const TURN = 0.009;
const STILL = 5;
const KEYS = {
  ArrowLeft: ['turn', -0.1, 0],
  ArrowRight: ['turn', 0.1, 0],
  ArrowUp: ['turn', 0, 0.08],
  ArrowDown: ['turn', 0, -0.08],
  '+': ['zoom', 1.15],
  '=': ['zoom', 1.15],
  '-': ['zoom', 1 / 1.15],
  0: ['reset'],
};

/**
 * Listens at `node`; `on` has turn(sideways, upwards), zoom(factor), reset(), tap(x, y), look(x, y)
 * and leave().
 */
export class Orbit {
  constructor(node, on) {
    this.node = node;
    this.on = on;
    this.fingers = new Map();
    this.moved = 0;
    this.spread = 0;
    node.style.touchAction = 'pan-y';
    node.style.cursor = 'grab';
    const listen = (type, act, options) => node.addEventListener(type, act, options);
    listen('pointerdown', (event) => this.down(event));
    listen('pointermove', (event) => this.move(event));
    listen('pointerup', (event) => this.up(event));
    listen('pointercancel', (event) => this.fingers.delete(event.pointerId));
    listen('pointerleave', () => this.on.leave());
    listen('wheel', (event) => this.wheel(event), { passive: false });
    listen('keydown', (event) => this.key(event));
  }

  down(event) {
    if (event.button > 0) return;
    this.node.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.moved = this.fingers.size > 1 ? STILL : 0;
    this.spread = 0;
    this.on.leave();
  }

  move(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) {
      this.on.look(...this.inside(event));
      return;
    }
    const [dx, dy] = [event.clientX - before[0], event.clientY - before[1]];
    this.fingers.set(event.pointerId, [event.clientX, event.clientY]);
    this.moved += Math.abs(dx) + Math.abs(dy);
    if (this.fingers.size === 2) this.pinch(dy);
    else if (this.moved >= STILL) this.on.turn(dx * TURN, dy * TURN);
  }

  /** Two fingers: apart and together zoom, both up or down tilt. */
  pinch(dy) {
    const [[ax, ay], [bx, by]] = [...this.fingers.values()];
    const spread = Math.hypot(ax - bx, ay - by);
    if (this.spread > 0) this.on.zoom(spread / this.spread);
    this.spread = spread;
    this.on.turn(0, (dy / 2) * TURN);
  }

  up(event) {
    const known = this.fingers.delete(event.pointerId);
    if (known && this.fingers.size === 0 && this.moved < STILL) this.on.tap(...this.inside(event));
    this.spread = 0;
  }

  wheel(event) {
    if (!event.ctrlKey && !this.node.matches(':focus')) return;
    event.preventDefault();
    this.on.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 16 : 1) * 0.0015));
  }

  key(event) {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [name, ...numbers] = act;
    this.on[name](...numbers);
  }

  inside(event) {
    const { left, top } = this.node.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }
}
