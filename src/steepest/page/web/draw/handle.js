// Something to take hold of: a slider for the keyboard and for those who hear the page, larger than
// the circle that is seen, so that a finger finds it.
import { Keyboard } from '../gestures/keyboard.js';
import { element, set } from './canvas.js';

const SIZE = 'var(--st-handle, 36px)';

/** A handle below `parent`; `on` has move(right, up) for the arrow keys of a place, and end(). */
export class Handle {
  constructor(parent, on, { label = 'start of the descent', keys = 'start', class: more = '' } = {}) {
    this.node = element('div', {
      class: `st-handle ${more}`.trim(),
      attributes: { role: 'slider', tabindex: '0', 'aria-label': label },
    }, parent);
    Object.assign(this.node.style, {
      position: 'absolute', width: SIZE, height: SIZE, translate: '-50% -50%', borderRadius: '50%', touchAction: 'none',
    });
    this.keyboard = new Keyboard(this.node, keys, on, { ends: () => on.end() }).attach();
  }

  /**
   * Put it at a pixel and say where that is: {value, low, high} of its axis, and `text`.
   * @param {number[]} pixel
   * @param {Record<string, any>} told
   */
  place([x, y], { value, low, high, text }) {
    this.node.hidden = false;
    Object.assign(this.node.style, { left: `${x}px`, top: `${y}px` });
    const words = { valuenow: value, valuemin: low, valuemax: high, valuetext: text };
    set(this.node, Object.fromEntries(Object.entries(words).map(([name, word]) => [`aria-${name}`, word])));
  }

  hide() {
    this.node.hidden = true;
  }

  destroy() {
    this.keyboard.detach();
    this.node.remove();
  }
}
