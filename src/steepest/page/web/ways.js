// The ways to be in a saved page, one at a time: the lesson, or all that can be explored. What is not shown is
// not there, so nothing that the lesson has yet to tell is on the page.
import { mount } from './app.js';
import { mountLesson } from './lesson/lesson.js';

/** Returns the way that an address names, `otherwise` where it names none, and the build of the lesson. */
export function wayOf(address, otherwise) {
  const [word, ...rest] = address.replace(/^#/, '').split('&');
  const named = ['lesson', 'explore'].includes(word) ? word : null;
  const parts = new URLSearchParams(rest.join('&'));
  const link = named ? rest.join('&') : address;
  return { way: named ?? (word ? 'explore' : otherwise), at: Number(parts.get('build') ?? 1) - 1, link };
}

/** The page below an element: `store` has its state, `lesson` its record, or null. */
export class Ways {
  /** @param {Store} store */
  constructor(parent, store, lesson, { language, ...options }) {
    Object.assign(this, { parent, store, lesson, language, options, at: 0, shown: null });
  }

  /** Shows a way in place of the one before it. */
  show(way, at = this.at) {
    this.shown?.destroy();
    this.at = at;
    const isLesson = way === 'lesson' && this.lesson;
    document.documentElement.dataset.mode = isLesson ? 'lesson' : 'explore';
    this.shown = isLesson ? this.showLesson() : this.showAll();
  }

  showLesson() {
    return mountLesson(this.parent, this.store, this.lesson, {
      at: this.at,
      language: this.language,
      moved: (at, language) => {
        Object.assign(this, { at, language });
        remember(`#lesson&build=${at + 1}`);
      },
      explore: () => {
        remember('#explore');
        this.show('explore');
      },
    });
  }

  showAll() {
    const lesson = this.lesson ? () => this.show('lesson') : null;
    return mount(this.parent, this.store, { ...this.options, lesson });
  }
}

/** Keeps in the address what is shown, so that it is there again when the page is loaded anew. */
function remember(address) {
  try {
    window.history.replaceState(null, '', address);
  } catch {
    // A page within another may not write its address.
  }
}
