// The live page: Python computes, over a socket to the machine the page came from.
import { mount } from './app.js';
import { makeSource } from './controls/source.js';
import { socketEngine } from './engine/remote.js';
import { dataOf, fromFragment } from './keep/link.js';
import { pageRequest } from './keep/page_request.js';
import { isOtherData } from './state/state.js';
import { createStore } from './store/store.js';

/** Connects, opens what Python offers, and shows it. */
export async function start() {
  const place = document.getElementById('steepest');
  const token = new URLSearchParams(location.search).get('token');
  let store = null;
  const engine = socketEngine(`ws://${location.host}/socket?token=${token}`, {
    connection: (word) => store?.set({ connection: word === 'lost' ? 'lost' : 'here' }),
    fault: (words) => store?.set({ fault: words }),
  });
  const { page: saved } = engine;
  engine.page = (state) => saved(pageRequest(state));
  try {
    const { scene, offer, note = '' } = await engine.open({});
    store = createStore(engine, scene);
    store.set({ offer, note });
    await openAsked(store);
  } catch (error) {
    place.textContent = `The page could not be opened: ${error.message}`;
    return;
  }
  mount(place, store, { keys: document, sources: [makeSource], fits: true });
  store.wish(fromFragment(location.hash, store.state.scene));
  window.addEventListener('hashchange', () => location.reload());
}

/** A link may be for other data than those that Python began with. */
async function openAsked(store) {
  const asked = dataOf(location.hash);
  if (asked && isOtherData(store.state, asked)) await store.open(asked);
}
