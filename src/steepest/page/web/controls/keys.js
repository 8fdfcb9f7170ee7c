// The keyboard: everything that the bar does, without a mouse.
import { attached } from '../gestures/gesture.js';
import { KeyReturn } from '../gestures/key_return.js';
import { Keyboard } from '../gestures/keyboard.js';
import { activeRun } from '../state/select.js';
import { playOrPause, restartRun, stepOnce } from './transport.js';

/** @param {Store} store */
function actsOn(store, root) {
  return {
    step: () => { stepOnce(store); },
    walk: (by) => { store.seek(store.state.at + by); },
    restart: () => restartRun(store),
    end: () => { store.seek(activeRun(store.state).index.length - 1); },
    play: () => playOrPause(store),
    newStart: () => { store.newStart(); },
    slow: () => store.set({ slow: !store.state.slow, phase: 0 }),
    keep: () => { store.keepRun(); },
    close: () => {
      const tab = root.querySelector('.st-tabs [aria-expanded="true"]:not([hidden])');
      tab?.click();
      tab?.focus();
      return Boolean(tab);
    },
  };
}

const OWN = 'input, select, textarea, button, summary, a, table, [role=slider], [data-keys]';

/** What is pressed has no more keys of its own than these. */
const [PRESSED, PRESS] = ['button, summary, a', [' ', 'Enter']];

/** Whether nobody else has a key that is pressed: fields, buttons and pictures keep those that are theirs. */
function isFree(event) {
  // In a shadow root the event's own target is the host; the first of its path is what has focus.
  const focused = event.composedPath()[0];
  const owner = focused instanceof Element ? focused.closest(OWN) : null;
  return !owner || event.key === 'Escape' || (owner.matches(PRESSED) && !PRESS.includes(event.key));
}

/**
 * Listens on `target` for the page below `root`; returns how to end that.
 * @param {Store} store
 */
export function listenToKeys(target, root, store) {
  const keyboard = new Keyboard(target, 'page', actsOn(store, root), { tells: root, isFree });
  return attached(keyboard, new KeyReturn(target));
}
