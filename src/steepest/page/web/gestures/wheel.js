// The wheel zooms, `on.zoom(factor)`: with Ctrl, or once the element has the focus; else it scrolls the page.
import { Gesture } from './gesture.js';

/** Pixels of a line, where a mouse counts the wheel in lines. */
const LINE = 16;

/** The logarithm of the zoom for each pixel of the wheel: a notch of 100 pixels is 16 per cent. */
const ZOOM = 0.0015;

export class Wheel extends Gesture {
  heard() {
    return { wheel: (event) => this.turn(event) };
  }

  turn(event) {
    if (!event.ctrlKey && !this.node.matches(':focus')) return;
    event.preventDefault();
    this.on.zoom(Math.exp(-event.deltaY * (event.deltaMode ? LINE : 1) * ZOOM));
  }
}
