// The start of the descent as a thing to take hold of: a slider for the keyboard and for those who
// hear the page, larger than the circle that is seen, so that a finger finds it.
import { Keyboard } from '../gestures/keyboard.js';
import { element } from './canvas.js';

const SIZE = 36;

/** A handle below `parent`; `on` has move(right, up) for arrow keys and end(). */
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
    this.keyboard = new Keyboard(this.node, 'start', on, { ends: () => on.end() }).attach();
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

  destroy() {
    this.keyboard.detach();
  }
}
