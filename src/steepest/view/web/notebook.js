// The notebook: the page as a widget below a cell. Of one feature the page computes by itself, so
// that a notebook that is opened again, with no kernel, can still be played with; for larger models
// Python computes over the widget's own channel.
import { mount } from './app.js';
import { localEngine } from './engine/local.js';
import { commEngine } from './engine/remote.js';
import { unpackFrame } from './engine/wire.js';
import { createStore } from './store.js';

/** Shows the widget's record below `el`; returns how to end it. */
export function render({ model, el }) {
  let store = null;
  const python = commEngine(model, {
    connection: (word) => store?.set({ connection: word === 'lost' ? 'lost' : 'here' }),
    fault: (words) => store?.set({ fault: words }),
  });
  const record = unpackFrame(model.get('record'));
  const alone = record.engine === 'page';
  const scene = alone ? record : { ...record, engine: 'python' };
  const engine = alone ? localEngine(scene) : python;
  engine.page = python.page;
  store = createStore(engine, scene);
  // The address is the notebook's own, and nobody reads the state from it.
  store.set({ hidden: ['keep-link'] });
  el.dataset.lmSuppressShortcuts = 'true';
  const page = mount(el, store);
  return () => {
    page.destroy();
    python.close();
  };
}
