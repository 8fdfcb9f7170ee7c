// What was changed with a pointer gives the keys back to the page: a box or a menu that has the focus would swallow
// them.
import { Gesture } from './gesture.js';

const SWALLOWS = 'select, [type=checkbox]';

export class KeyReturn extends Gesture {
  heard() {
    return {
      pointerdown: () => { this.isPointed = true; },
      keydown: () => { this.isPointed = false; },
      change: (event) => {
        const [changed] = event.composedPath();
        if (this.isPointed && changed instanceof HTMLElement && changed.matches(SWALLOWS)) changed.blur();
      },
    };
  }
}
