// The state in the address, so that it is there again when the page is loaded anew.
import { faultOfLink, toFragment } from './link.js';

/** Milliseconds without a change after which the state is kept: an address may not change too often. */
const SETTLED = 400;

/** Returns what hears of each state, and keeps it in the address once the reader has changed something. */
export function rememberer(before) {
  let [last, waiting] = [toFragment(before), 0];
  return (state) => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      if (state.playing || state.busy || state.dragging) return;
      const link = toFragment(state);
      if (link !== last && !faultOfLink(link)) remember(`#${link}`);
      last = link;
    }, SETTLED);
  };
}

/** Keeps in the address what is shown, so that it is there again when the page is loaded anew. */
export function remember(address) {
  try {
    window.history.replaceState(null, '', address);
  } catch {
    // A page within another may not write its address.
  }
}
