// The live page: Python computes, over a socket to the machine the page came from.
import { makeSource } from './controls/source.js';
import { socketEngine } from './engine/remote.js';
import { dataOf, fromFragment } from './keep/link.js';
import { pageRequest } from './keep/page_request.js';
import { isOtherData } from './state/state.js';
import { createStore } from './store/store.js';
import { isFreshLink, Ways, wayOf } from './ways.js';

/** Connects, opens what Python offers, and shows it. */
export async function start() {
  const place = document.getElementById('steepest');
  const token = takeToken();
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
  const { way, at, link } = wayOf(location.hash, 'explore');
  const language = navigator.language.slice(0, 2);
  const options = { keys: document, sources: [makeSource], language, isFresh: isFreshLink(link) };
  const ways = new Ways(place, store, await engine.lesson(), options);
  ways.show(way, at);
  store.subscribe((state, changed) => changed.has('offer') && renew(ways, engine));
  store.wish(fromFragment(link, store.state.scene));
  window.addEventListener('hashchange', () => location.reload());
}

/** Has the lesson be on the data that were opened. */
async function renew(ways, engine) {
  ways.lesson = await engine.lesson();
}

/**
 * Returns the token, which leaves the address: what is copied from there opens nothing. This tab
 * alone keeps it, for a reload; see server/guard.py.
 */
function takeToken() {
  const token = new URLSearchParams(location.search).get('token');
  sessionStorage.setItem('steepest-token', token);
  history.replaceState(history.state, '', location.pathname + location.hash);
  return token;
}

/** A link may be for other data than those that Python began with. */
async function openAsked(store) {
  const asked = dataOf(location.hash);
  if (asked && isOtherData(store.state, asked)) await store.open(asked);
}
