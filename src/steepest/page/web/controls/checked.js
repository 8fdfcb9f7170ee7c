// The badge: what of the numbers on the page was worked out once more by another way, and how well
// both agree. It waits until nothing else is to be done.
import { element } from '../draw/canvas.js';
import { isNew } from '../state/select.js';
import { canCheck, checksOf } from '../words/checked.js';
import { short } from '../numerals.js';
import { panel } from './fields.js';

/** Milliseconds of rest before the page checks itself. */
const REST = 400;

/**
 * Adds the badge.
 * @param {Store} store
 */
export function makeChecked(parent, store) {
  const held = panel(parent, 'check', 'Checked on this page');
  const badge = element('p', { class: 'st-badge' }, held);
  const list = element('ul', { class: 'st-badge-lines' }, held);
  let timer = 0;
  const tell = () => {
    const lines = checksOf(store.state);
    const agree = lines.every(({ agrees }) => agrees);
    const words = lines.map(({ name, share }) => `${name} ${short(share, 2)}`);
    badge.replaceChildren(agree ? '✓ both ways agree:' : '✗ two ways differ:', ...words.flatMap((text) => (
      [' ', element('span', { text })]
    )));
    badge.dataset.agree = String(agree);
    list.replaceChildren(...lines.map(({ told }) => element('li', { text: told })));
  };
  return {
    follows: true, // also where nothing but `busy` ends
    show(state, changed) {
      held.hidden = !canCheck(state);
      if (!isNew(changed, ...WATCHED)) return;
      clearTimeout(timer);
      delete badge.dataset.agree;
      const rests = !state.playing && !state.busy && !state.dragging;
      if (!held.hidden && rests) timer = setTimeout(tell, REST);
    },
    destroy: () => clearTimeout(timer),
  };
}

const WATCHED = ['scene', 'runs', 'active', 'at', 'surface', 'rows', 'playing', 'busy', 'dragging'];
