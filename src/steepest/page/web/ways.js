// The ways to be in a saved page, one at a time: the lesson, or all that can be explored. What is not shown is
// not there, so nothing that the lesson has yet to tell is on the page.
import { mount } from './app.js';
import { faultOfLink, toFragment } from './keep/link.js';
import { mountLesson } from './lesson/lesson.js';

/** Milliseconds without a change after which the state is kept: an address may not change too often. */
const SETTLED = 400;

/** Returns the way that an address names, `otherwise` where it names none, and the build of the lesson. */
export function wayOf(address, otherwise) {
  const [word, ...rest] = address.replace(/^#/, '').split('&');
  const named = { lesson: 'lesson', explore: 'explore', present: 'lesson' }[word] ?? null;
  const parts = new URLSearchParams(rest.join('&'));
  const link = named ? rest.join('&') : address;
  return { way: named ?? (word ? 'explore' : otherwise), at: Number(parts.get('build') ?? 1) - 1, link };
}

/** The page below an element: `store` has its state, `lesson` the record of the lesson. */
export class Ways {
  /**
   * @param {Element} parent
   * @param {Store} store
   * @param {any} lesson
   * @param {MountOptions & {language: string, isLesson: boolean}} options
   */
  constructor(parent, store, lesson, { language, isLesson, ...options }) {
    this.parent = parent;
    this.store = store;
    this.lesson = lesson;
    this.language = language;
    this.options = options;
    if (lesson.theme) store.set({ theme: lesson.theme });
    this.at = 0;
    /** Whether the page began as a lesson, and was not yet explored. */
    this.isLesson = isLesson;
    this.shown = null;
  }

  /** Shows a way in place of the one before it. */
  show(way, at = this.at) {
    this.shown?.destroy();
    this.at = at;
    document.documentElement.dataset.mode = way;
    this.shown = way === 'lesson' ? this.showLesson() : this.showAll();
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
    const { state, engine } = this.store;
    // Standard units first, where the walk is in them: a bowl is round there, and your own units one press away.
    const isBowl = engine.kind === 'page' && state.choices.scale === 'standard' && state.axes === 'units';
    if (this.isLesson && isBowl && !state.scene.network) this.store.setAxes('walk');
    this.isLesson = false;
    const shown = mount(this.parent, this.store, { ...this.options, fits: true, lesson: () => this.show('lesson') });
    const unheard = this.store.subscribe(rememberer(state));
    return {
      destroy() {
        unheard();
        shown.destroy();
      },
    };
  }
}

/** Returns what hears of each state, and keeps it in the address once the reader has changed something. */
function rememberer(before) {
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
function remember(address) {
  try {
    window.history.replaceState(null, '', address);
  } catch {
    // A page within another may not write its address.
  }
}
