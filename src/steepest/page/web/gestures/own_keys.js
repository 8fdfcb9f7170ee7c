// Keys that are pressed in an element stay there: a notebook around it has commands of one letter. What is held
// down with Ctrl, Cmd or Alt goes on to the notebook.
import { Gesture } from './gesture.js';

export class OwnKeys extends Gesture {
  heard() {
    return {
      // JupyterLab hears keys before the page does, and asks only what has the focus, and what is above.
      focusin: ({ target }) => { target.dataset.lmSuppressShortcuts = 'true'; },
      // Others hear them after the page.
      keydown: (event) => {
        if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
      },
    };
  }

  attach() {
    // A press beside buttons and fields gives the page the keys, and not the cell around it.
    this.node.tabIndex = -1;
    return super.attach();
  }
}
