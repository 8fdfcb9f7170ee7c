// What a class gets: controls that are hidden, a text above the page, an exam; saved with the page and in its link.
import { element } from '../draw/canvas.js';
import { entry, tick } from './fields.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };

const SAY = SENTENCES.controlsForClass;

/** Controls that are never hidden: they would take away what brings the others back. */
const KEPT = ['keep', 'lesson'];

/**
 * Shows in place of all else in an element what a class gets; `root` has the controls.
 * @param {Store} store
 */
export function offerClass(held, store, root) {
  held.replaceChildren();
  const { state } = store;
  const exam = tick(held, SAY.exam, (on) => store.set({ exam: on }));
  exam.checked = state.exam;
  const text = entry(held, SAY.text, (words) => store.set({ lesson: words }), { mode: 'text' });
  text.value = state.lesson;
  element('p', { class: 'st-hint', text: SAY.hide }, held);
  for (const name of namesIn(root)) {
    const box = tick(held, name.replaceAll('-', ' '), (on) => {
      const others = store.state.hidden.filter((one) => one !== name);
      store.set({ hidden: on ? [...others, name] : others });
    });
    box.checked = state.hidden.includes(name);
  }
}

/** Returns the names of the controls and of the pictures that there are. */
function namesIn(root) {
  const all = Array.from(root.querySelectorAll('[data-control], [data-card]'), ({ dataset }) => (
    dataset.control ?? dataset.card
  ));
  return [...new Set(all)].filter((name) => !KEPT.includes(name) && !name.startsWith('keep-'));
}
