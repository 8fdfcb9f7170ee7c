// The state in the address, so that it is there again when the page is loaded anew.
import { faultOfLink, toFragment } from './link.js';

/** Milliseconds without a change after which the state is kept: an address may not change too often. */
const SETTLED = 400;

/**
 * Returns what hears of each state, and keeps it in the address once the reader has changed something: when a
 * run begins to play, and when all stands still.
 */
export function rememberer(before) {
  let [last, waiting, wasPlaying] = [toFragment(before), 0, before.playing];
  const keep = (state) => {
    const link = toFragment(state);
    if (link !== last && !faultOfLink(link)) remember(`#${link}`);
    last = link;
  };
  return (state) => {
    window.clearTimeout(waiting);
    if (state.playing && !wasPlaying) keep(state);
    wasPlaying = state.playing;
    waiting = window.setTimeout(() => {
      if (!state.playing && !state.busy && !state.dragging) keep(state);
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
