// The keys of one place (keys.js), heard where they are pressed: an act may answer false, and then the key goes on.
import { Gesture } from './gesture.js';
import { actsOf, shortcutsOf } from './keys.js';

const NAMES = { ' ': 'Space', '+': 'Plus' };

export class Keyboard extends Gesture {
  /**
   * `acts` has a function for each act of the place; `tells` is the element whose aria-keyshortcuts say so;
   * `isFree(event)` is whether nobody else has the key; `ends()` hears that a key of the place is let go.
   * @param {EventTarget} node
   * @param {string} place
   * @param {Record<string, (...numbers: number[]) => unknown>} acts
   * @param {{tells?: any, isFree?: (event: KeyboardEvent) => boolean, ends?: () => void}} [more]
   */
  constructor(node, place, acts, { tells = node, isFree = () => true, ends } = {}) {
    super(node, acts);
    this.tells = tells;
    this.isFree = isFree;
    this.ends = ends;
    this.place = place;
    this.keys = actsOf(place);
    this.down = null;
  }

  heard() {
    return {
      keydown: (event) => this.press(event),
      keyup: (event) => this.release(event),
    };
  }

  attach() {
    this.tells.setAttribute('aria-keyshortcuts', shortcutsOf(this.place));
    return super.attach();
  }

  detach() {
    this.tells.removeAttribute('aria-keyshortcuts');
    super.detach();
  }

  press(event) {
    const asked = this.asked(event);
    if (!asked || event.defaultPrevented || !this.isFree(event)) return;
    const [act, ...numbers] = asked;
    if (this.on[act](...numbers) === false) return;
    this.down = event.key;
    event.preventDefault();
    event.stopPropagation();
  }

  release({ key }) {
    if (key !== this.down) return;
    this.down = null;
    this.ends?.();
  }

  /** What a key asks for; Shift counts where the table says so, and Ctrl and Cmd are never the page's. */
  asked({ key, shiftKey, altKey, ctrlKey, metaKey }) {
    if (ctrlKey || metaKey) return undefined;
    const name = `${altKey ? 'Alt+' : ''}${NAMES[key] ?? key}`;
    return (shiftKey ? this.keys[`Shift+${name}`] : undefined) ?? this.keys[name];
  }
}
