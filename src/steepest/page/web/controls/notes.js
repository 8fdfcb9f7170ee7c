// What stands above the page: the lecturer's text, notes about the data; and what went wrong, told beside its field.
import { element, part } from '../draw/canvas.js';
import { button, freshId } from './fields.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };

const SAY = SENTENCES.controlsNotes;

/** Milliseconds after an entry for which what goes wrong is told beside its field: a walk is refused at once. */
const OWN = 2000;

/**
 * Adds the texts and the fault; a fault of what was just entered moves beside its field.
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function makeNotes(root, store) {
  const lesson = part(root, 'st-lesson', 'p');
  const note = part(root, 'st-lesson', 'p');
  const fault = element('div', { class: 'st-fault', attributes: { role: 'alert', id: freshId('fault') } }, root);
  const words = element('span', {}, fault);
  button(fault, '×', () => store.set({ fault: null }), { name: 'Close', style: 'st-close' });
  const place = new Place(root, fault);
  return {
    show(state) {
      const lost = state.connection === 'lost' ? SAY.lost : '';
      write(lesson, state.lesson);
      // What the runs of a page are stands beside them (runs.js).
      write(note, state.scene.others && state.note === state.scene.note ? '' : state.note);
      const told = lost || state.fault || '';
      if (told !== words.textContent) place.take(lost ? '' : told);
      words.textContent = told;
      fault.hidden = !told;
    },
  };
}

/** Where the fault stands: beside the field that was entered last, or above the page. */
class Place {
  constructor(root, fault) {
    this.fault = fault;
    this.home = document.createComment('');
    fault.before(this.home);
    this.entered = { field: null, at: -Infinity };
    this.field = null;
    root.addEventListener('change', ({ target }) => {
      this.entered = { field: target.closest('.st-entry'), at: performance.now() };
    }, true);
  }

  /** Moves what is told, if anything is, and says of the field that it is wrong. */
  take(told) {
    const { field, at } = this.entered;
    ['aria-invalid', 'aria-describedby'].forEach((name) => this.field?.removeAttribute(name));
    this.field = told && performance.now() - at < OWN ? field : null;
    if (!this.field) {
      this.home.after(this.fault);
      return;
    }
    (this.field.closest('.st-row, .st-half') ?? this.field).after(this.fault);
    this.field.setAttribute('aria-invalid', 'true');
    this.field.setAttribute('aria-describedby', this.fault.id);
  }
}

function write(paragraph, text) {
  paragraph.textContent = text;
  paragraph.hidden = !text;
}
