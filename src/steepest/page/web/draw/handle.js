// The start of the descent as a thing to take hold of: a slider for the keyboard and for those who
// hear the page, larger than the circle that is seen, so that a finger finds it.
import { element } from './canvas.js';

const SIZE = 36;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** A handle below `parent`; `on` has step(right, up) for arrow keys and end(). */
export class Handle {
  constructor(parent, on) {
    this.node = element('div', {
      class: 'st-handle',
      attributes: { role: 'slider', tabindex: '0', 'aria-label': 'start of the descent' },
    }, parent);
    Object.assign(this.node.style, {
      position: 'absolute',
      width: `${SIZE}px`,
      height: `${SIZE}px`,
      borderRadius: '50%',
      cursor: 'grab',
      touchAction: 'none',
    });
    this.node.addEventListener('keydown', (event) => {
      const way = KEYS[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      const times = event.shiftKey ? 10 : 1;
      on.step(way[0] * times, way[1] * times);
    });
    this.node.addEventListener('keyup', (event) => {
      if (KEYS[event.key]) on.end();
    });
  }

  /**
   * Put it at a pixel and say where that is: {x, low, high} of the x axis, and `text`.
   * @param {number[]} pixel
   * @param {Record<string, any>} told
   */
  place([x, y], { value, low, high, text }) {
    this.node.hidden = false;
    this.node.style.left = `${x - SIZE / 2}px`;
    this.node.style.top = `${y - SIZE / 2}px`;
    const words = { valuenow: value, valuemin: low, valuemax: high, valuetext: text };
    for (const [name, word] of Object.entries(words)) this.node.setAttribute(`aria-${name}`, word);
  }

  hide() {
    this.node.hidden = true;
  }
}
