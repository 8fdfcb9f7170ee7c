// The notebook: the page as a widget below a cell. Of one feature the page computes by itself, so
// that a notebook that is opened again, with no kernel, can still be played with; for larger models
// Python computes over the widget's own channel.
import { mount } from './app.js';
import { makeSource } from './controls/source.js';
import { localEngine } from './engine/local.js';
import { commEngine } from './engine/remote.js';
import { unpackFrame } from './engine/frames.js';
import { OwnKeys } from './gestures/own_keys.js';
import { pageRequest } from './keep/page_request.js';
import { createStore } from './store/store.js';

/** Shows the widget's record below `el`; returns how to end it. */
export function render({ model, el }) {
  let store = null;
  const python = commEngine(model, { fault: (words) => store?.set({ fault: words }) });
  const record = unpackFrame(model.get('record'));
  const alone = record.engine === 'page';
  const scene = alone ? record : { ...record, engine: 'python' };
  const engine = alone ? localEngine(scene) : python;
  const { page: saved } = python;
  // What is hidden here, below, is nothing to the page that is saved.
  engine.page = (state) => saved(pageRequest({ ...state, hidden: [] }));
  store = createStore(engine, scene);
  // The address is the notebook's own, and nobody reads the state from it.
  store.set({ hidden: ['keep-link'] });
  const page = mount(el, store, { keys: el, followTheme: followNotebook, sources: [makeSource] });
  hideStill(model.get('mark'));
  const keys = new OwnKeys(el).attach();
  return () => {
    page.destroy();
    keys.detach();
    python.close();
  };
}

/** Hides the picture below the page, which is for those who see the notebook without it. */
function hideStill(mark) {
  /** @type {NodeListOf<HTMLElement>} */
  const pictures = document.querySelectorAll('[data-steepest-still]');
  for (const still of pictures) {
    if (still.dataset.steepestStill === mark) still.hidden = true;
  }
}

/** A notebook has a theme of its own: where it writes in light letters, it is dark. */
function followNotebook(store) {
  const turn = () => store.set({ dark: isLight(getComputedStyle(document.body).color) });
  turn();
  const watcher = new MutationObserver(turn);
  for (const node of [document.documentElement, document.body]) {
    watcher.observe(node, { attributes: true });
  }
  return () => watcher.disconnect();
}

/** Returns whether a computed colour is light: 'rgb(...)', or one that has its lightness first. */
function isLight(colour) {
  const [first, green, blue] = (colour.match(/[\d.]+/g) ?? ['0']).map(Number);
  if (colour.startsWith('rgb')) return 0.3 * first + 0.59 * green + 0.11 * blue > 127;
  return first > (/^(lab|lch)/.test(colour) ? 50 : 0.5);
}
