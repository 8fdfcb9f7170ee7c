// The keyboard: everything that the bar does, without a mouse.
import { listen } from '../draw/canvas.js';
import { activeRun } from '../state/select.js';
import { playOrPause, restartRun, stepOnce } from './transport.js';

/** What the keys do, in words, for the help at the foot of the page. */
export const KEYS = [
  ['space', 'take a step'],
  ['→ ←', 'a step on, a step back'],
  ['Page Down, Page Up', '25 steps on, 25 back'],
  ['Home, End', 'the start, the last step'],
  ['Enter', 'run, pause'],
  ['r', 'new random start'],
  ['s', 'slow motion on, off'],
  ['k', 'keep this run and try another'],
];

const ACTS = {
  ' ': stepOnce,
  ArrowRight: (store) => store.seek(store.state.at + 1),
  ArrowLeft: (store) => store.seek(store.state.at - 1),
  PageDown: (store) => store.seek(store.state.at + 25),
  PageUp: (store) => store.seek(store.state.at - 25),
  Home: restartRun,
  End: (store) => store.seek(activeRun(store.state).index.length - 1),
  Enter: playOrPause,
  r: (store) => store.newStart(),
  s: (store) => store.set({ slow: !store.state.slow, phase: 0 }),
  k: (store) => store.keepRun(),
};

const OWN = 'input, select, textarea, button, summary, a, table, [role=slider], [data-keys]';

/**
 * Listens on `target`; fields, buttons and pictures keep the keys that are theirs.
 * @param {Store} store
 */
export function listenToKeys(target, store) {
  const press = (event) => {
    const act = ACTS[event.key];
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    // In a shadow root the event's own target is the host; the first of its path is what has focus.
    const focused = event.composedPath()[0];
    const busy = focused instanceof Element && focused.closest(OWN);
    if (!act || modified || busy || event.defaultPrevented) return;
    event.preventDefault();
    act(store);
  };
  const ends = [givesBackKeys(target), () => target.removeEventListener('keydown', press)];
  target.addEventListener('keydown', press);
  return () => ends.forEach((end) => end());
}

/** What was pressed with a pointer gives the keys back to the page: a box or a menu would swallow them. */
function givesBackKeys(target) {
  let pointed = null;
  const acts = {
    pointerdown: (event) => { pointed = event.composedPath()[0]; },
    keydown: () => { pointed = null; },
    change: (event) => {
      const [changed] = event.composedPath();
      if (pointed && changed instanceof HTMLElement && changed.matches('select, [type=checkbox]')) changed.blur();
    },
  };
  listen(target, acts);
  return () => Object.entries(acts).forEach(([name, act]) => target.removeEventListener(name, act));
}
