// What was changed or pressed with a pointer gives the keys back to the page: a box, a menu or a button that has the
// focus would swallow them.
import { Gesture } from './gesture.js';

/** What swallows keys once it is changed, or pressed: a menu that is pressed is open, and is to stay so. */
const SWALLOWS = { change: 'select, [type=checkbox]', click: 'button' };

export class KeyReturn extends Gesture {
  heard() {
    return {
      pointerdown: () => { this.isPointed = true; },
      keydown: () => { this.isPointed = false; },
      change: (event) => this.giveBack(event),
      click: (event) => this.giveBack(event),
    };
  }

  giveBack(event) {
    const [used] = event.composedPath();
    if (this.isPointed && used instanceof HTMLElement && used.matches(SWALLOWS[event.type])) used.blur();
  }
}
