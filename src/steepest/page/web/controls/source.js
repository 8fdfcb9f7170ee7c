// Other data: a shipped data set or a file of the reader's, which target, which features. Only where
// Python answers.
import { element, part } from '../draw/canvas.js';
import { DropFile } from '../gestures/drop_file.js';
import { box, button, choice } from './fields.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.controlsSource;

const MOST_BYTES = 32e6;

/**
 * Adds the choice of data; `root` is where a file can be dropped.
 * @param {Store} store
 */
export function makeSource(parent, store, root) {
  const held = box(parent, 'data', 'st-source');
  const data = choice(held, 'data', (value) => store.open({ data: value }));
  const target = choice(held, 'target', (value) => reopen(store, { target: value }));
  const features = makeFeatures(held, store);
  const file = element('input', { attributes: { type: 'file', 'aria-label': 'A file of yours',
    accept: '.csv,.tsv,.txt,.parquet,.arrow,.feather' } });
  file.hidden = true;
  file.addEventListener('change', () => openFile(store, file.files[0]));
  button(held, 'Open a file …', () => file.click(), { title: SAY.csv });
  held.append(file);
  const drop = new DropFile(root, {
    over: (isOver) => root.classList.toggle('st-over', isOver),
    file: (dropped) => openFile(store, dropped),
  }).attach();
  return {
    show: (state) => showSource(state, held, data, target, features),
    destroy: () => drop.detach(),
  };
}

/** @param {Store} store */
function reopen(store, patch) {
  const { chosen } = store.state.offer;
  return store.open({ ...chosen, ...patch, ...('target' in patch ? { features: null } : {}) });
}

/** @param {Store} store */
function makeFeatures(parent, store) {
  const held = part(parent, 'st-features', 'fieldset');
  return {
    held,
    offer(columns, chosen) {
      held.replaceChildren();
      element('legend', { text: 'features' }, held);
      for (const name of columns) featureTick(held, name, chosen.includes(name), store);
    },
  };
}

/** @param {Store} store */
function featureTick(held, name, on, store) {
  const label = part(held, 'st-tick', 'label');
  const input = element('input', { attributes: { type: 'checkbox' } }, label);
  input.checked = on;
  input.value = name;
  element('span', { text: name }, label);
  input.addEventListener('change', () => {
    const chosen = [...held.querySelectorAll('input')].filter((one) => one.checked);
    if (chosen.length) reopen(store, { features: chosen.map((one) => one.value) });
    else input.checked = true;
  });
}

/** @param {State} state */
function showSource(state, held, data, target, features) {
  const { offer } = state;
  held.hidden = !offer || state.hidden.includes('data');
  if (!offer || held.offered === offer) return;
  held.offered = offer;
  const own = offer.datasets.includes(offer.chosen.data) ? [] : [{ value: '', text: state.scene.source }];
  data.offer([...own, ...offer.datasets.map((name) => ({ value: name, text: name }))]);
  data.select.value = own.length ? '' : offer.chosen.data;
  target.offer(offer.columns.map(({ name }) => ({ value: name, text: name })));
  target.select.value = offer.chosen.target;
  const others = offer.columns.map(({ name }) => name).filter((name) => name !== offer.chosen.target);
  features.offer(others, offer.chosen.features);
}

/** @param {Store} store */
async function openFile(store, file) {
  if (!file) return;
  if (file.size > MOST_BYTES) {
    const size = (file.size / 1e6).toFixed(0);
    store.set({ fault: filled(SAY.mb, [file.name, size]) });
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  store.open({ file: { name: file.name, bytes } });
}
