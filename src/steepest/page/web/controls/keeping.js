// Keep it: link, picture, this page as one file, the trace, and the Python that does it again.
import { element, part } from '../draw/canvas.js';
import { attached } from '../gestures/gesture.js';
import { Keyboard } from '../gestures/keyboard.js';
import { PressBeside } from '../gestures/press_beside.js';
import { copyText, download, fileName, savePicture, traceCsv } from '../keep/files.js';
import { faultOfLink, toFragment } from '../keep/link.js';
import { activeRun } from '../state/select.js';
import { pythonLines } from '../words/python.js';
import { box, button } from './fields.js';
import { offerClass } from './for_class.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.controlsKeeping;

/**
 * Adds the menu; `cards` are what a picture shows, `root` is where downloads are made, `classroom` leads to a class.
 * @param {Store} store
 */
export function makeKeeping(parent, store, { cards, root, classroom }) {
  const held = element('details', { class: 'st-keep', attributes: { 'data-control': 'keep' } }, parent);
  element('summary', { class: 'st-button', text: 'Keep it' }, held);
  const menu = part(held, 'st-menu');
  const shown = part(menu, 'st-shown');
  const say = (words, text = '') => tell(shown, words, text);
  const act = (name, does) => button(box(menu, `keep-${name}`), LABELS[name], () => attempt(does, say));
  act('link', () => copyLink(store, say));
  act('png', async () => say(saved(await picture(store, cards, root, 'png'))));
  act('svg', async () => say(saved(await picture(store, cards, root, 'svg'))));
  act('page', async () => say(saved(await savePage(store, root))));
  act('trace', () => say(saved(saveTrace(store, root))));
  act('python', () => showPython(store, say));
  if (classroom) act('class', classroom);
  if (!store.engine.isForClass) act('options', () => offerClass(shown, store, root));
  menu.append(shown);
  return { destroy: closeWhenLeft(held, root) };
}

/** Escape closes the menu, and so does a press beside it; returns how to end that. */
function closeWhenLeft(held, root) {
  const close = () => {
    if (!held.open) return false;
    held.open = false;
    held.firstChild.focus();
    return true;
  };
  const beside = () => { held.open = false; };
  return attached(new Keyboard(held, 'menu', { close }), new PressBeside(root, held, { beside }));
}

const LABELS = {
  link: 'Copy link',
  png: SAY.save,
  svg: SAY.savePicture,
  page: SAY.savePage,
  trace: SAY.saveSteps,
  python: SAY.show,
  class: SAY.links,
  options: SAY.options,
};

async function attempt(does, say) {
  try {
    await does();
  } catch (error) {
    say(`That did not work: ${error.message}`);
  }
}

function tell(shown, words, text) {
  shown.replaceChildren();
  element('p', { text: words, attributes: { role: 'status' } }, shown);
  if (!text) return;
  const area = element('textarea', { attributes: { readonly: '', 'aria-label': words } }, shown);
  area.rows = Math.min(8, text.split('\n').length + 1);
  area.value = text;
  area.select();
}

/** @param {Store} store */
async function copyLink(store, say) {
  const link = `${location.href.split('#')[0]}#${toFragment(store.state)}`;
  if (faultOfLink(link)) return say(faultOfLink(link));
  const copied = await copyText(link);
  // A live page is served to this machine alone, as long as Python runs.
  const where = store.engine.kind === 'python' ? SAY.machine : '';
  const words = copied ? filled(SAY.link, [where]) : `Copy this link${where}:`;
  return say(words, copied ? '' : link);
}

/** @param {Store} store */
async function showPython(store, say) {
  const lines = pythonLines(store.state);
  const copied = await copyText(lines);
  say(copied ? SAY.copied : SAY.same, lines);
}

/** @param {Store} store */
async function picture(store, cards, root, format) {
  const { scene } = store.state;
  const blob = await savePicture(cards, { format, title: scene.title });
  return keep(blob, `${fileName(scene)}.${format}`, root);
}

/** @param {Store} store */
async function savePage(store, root) {
  const text = await store.engine.page(store.state);
  return keep(new Blob([text], { type: 'text/html' }), `${fileName(store.state.scene)}.html`, root);
}

/** @param {Store} store */
function saveTrace(store, root) {
  const { scene } = store.state;
  const text = traceCsv(activeRun(store.state), scene);
  return keep(new Blob([text], { type: 'text/csv' }), `${fileName(scene)}-trace.csv`, root);
}

function keep(blob, name, root) {
  download(blob, name, root);
  return name;
}

/** A frame may forbid downloads, and nobody is told: so the reader is. */
function saved(name) {
  const framed = window.self !== window.top;
  return `Saved as ${name}.${framed ? SAY.if : ''}`;
}
