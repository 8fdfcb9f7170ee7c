// The saved page: everything is in the file, and the page itself is the engine.
import { answerPictures } from './draw/beforehand.js';
import { answerGrids } from './engine/beside.js';
import { Helper, workersOf } from './engine/helper.js';
import { localEngine } from './engine/local.js';
import { answerRuns } from './engine/onward.js';
import { fromBase64 } from './engine/wire.js';
import { fromFragment, networkOf, toFragment } from './keep/link.js';
import { isOtherNetwork } from './state/state.js';
import { createStore } from './store/store.js';
import { closedRecord } from './lesson/edited.js';
import { isFreshLink, isWhole, Ways, wayOf } from './ways.js';

/** Shows the record that the file holds, in the state that its address or the file asks for. */
export function start() {
  if (typeof document === 'undefined') return help();
  // A copy shares its texts with the page; to write them out is left to who saves it.
  /** @type {any} */
  const source = document.documentElement.cloneNode(true);
  const scene = fromBase64(JSON.parse(document.getElementById('steepest-record').textContent));
  const kept = JSON.parse(document.getElementById('steepest-kept').textContent);
  const sentences = document.getElementById('steepest-sentences').textContent;
  const script = document.querySelector('script[type=module]').textContent;
  const helper = new Helper(workersOf(`globalThis.steepestSentences=${sentences};${script}`));
  const engine = localEngine(scene, helper);
  /** @type {any} */
  const { hidden = [] } = fromFragment(kept.link, scene);
  engine.isForClass = Boolean(kept.exam || hidden.length || kept.isClosed);
  const store = createStore(engine, scene);
  const lesson = fromBase64(JSON.parse(document.getElementById('steepest-lesson').textContent));
  lesson.edits = kept.edits ?? null;
  const usual = { way: 'explore', language: kept.language ?? '', isClosed: Boolean(kept.isClosed) };
  engine.page = async (state, how) => rewritten(source.outerHTML, state, { edits: lesson.edits, ...usual, ...how });
  const { way, at, link } = wayOf(location.hash, kept.way ?? 'explore');
  const language = kept.language || navigator.language.slice(0, 2);
  store.set({ exam: Boolean(kept.exam), hidden });
  const isFresh = !isWhole(link) && isFreshLink(`${link}&${kept.link}`);
  const options = { keys: document, helper, language, isFresh };
  const ways = new Ways(document.getElementById('steepest'), store, lesson, options);
  ways.show(way, at);
  const more = isWhole(link) ? '' : kept.link;
  wishAll(store, [link, more].filter(Boolean).join('&'), hidden);
  window.addEventListener('hashchange', () => location.reload());
  return null;
}

/** Answers as the worker that a page has made of this text. */
function help() {
  answerGrids(globalThis);
  answerRuns(globalThis);
  answerPictures(globalThis);
}

/**
 * Takes over what a link asks for: the network first, since it says what params there are. It hides
 * more than the file does, never less.
 */
async function wishAll(store, link, hidden) {
  const network = networkOf(link);
  if (network && isOtherNetwork(store.state, network)) await store.remake(network);
  /** @type {any} */
  const wish = fromFragment(link, store.state.scene);
  const all = [...new Set([...hidden, ...(wish.hidden ?? [])])];
  store.wish({ ...wish, ...(all.length ? { hidden: all } : {}) });
}

/**
 * Returns the file itself with another state in it: that of an exam without the answers to its tasks, one that is
 * closed to edits without what they left out.
 */
function rewritten(source, state, { edits, isClosed, ...how }) {
  const { exam } = state;
  const kept = { link: toFragment(state), exam, isClosed, edits: isClosed ? null : edits, ...how };
  const texts = [
    withData(source, 'kept', () => kept),
    exam && ((lesson) => withoutAnswers(lesson)),
    isClosed && ((lesson) => closedRecord({ ...lesson, edits })),
  ];
  return `<!doctype html>\n${texts.filter(Boolean).reduce((text, change) => withData(text, 'lesson', change))}`;
}

/** Returns a file with other data under a name. */
function withData(source, name, change) {
  const open = `<script type="application/json" id="steepest-${name}">`;
  const from = source.indexOf(open) + open.length;
  const to = source.indexOf('<', from);
  const data = JSON.stringify(change(JSON.parse(source.slice(from, to)))).replaceAll('<', '\\u003c');
  return source.slice(0, from) + data + source.slice(to);
}

function withoutAnswers(lesson) {
  const asked = (tasks) => tasks.map(({ key, question, choices }) => ({ key, question, choices }));
  const tasks = Object.entries(lesson.tasks ?? {}).map(([language, told]) => [language, asked(told)]);
  return { ...lesson, tasks: Object.fromEntries(tasks) };
}
