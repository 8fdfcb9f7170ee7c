// The frame of the page: the lecture's four steps, numbered, lit while they happen, each with its
// own numbers.
import { element, keepRoom, part } from '../draw/canvas.js';
import { withProducts } from '../numerals.js';
import { fourSteps } from '../words/steps.js';

/** Params that are told one by one: more would push the pictures out of sight, of a fitted page more than two. */
const MOST_PARAMS = { all: 4, fitted: 2 };

/** Milliseconds for which each step of the frame is lit after a press. */
const LIT = 700;

/** Rounds a second at which they are still lit one step after the other. */
const SLOW = 1;

/**
 * Adds the four steps; `show(state)` tells them for the step that is shown.
 * @param {Store} store
 */
export function makeFrame(parent, store) {
  const list = element('ol', { class: 'st-frame', attributes: { 'data-control': 'steps' } }, parent);
  const parts = [1, 2, 3, 4].map((number) => makePart(list, number));
  const room = keepRoom(list);
  let params = null;
  const light = new Light(list, store);
  return {
    saysRound: true,
    show(state) {
      const fitted = isFitted(list);
      // Other data have other words: what these took was room for those before.
      if (params !== state.scene.params) room.forget();
      params = state.scene.params;
      const steps = fourSteps(state, MOST_PARAMS[fitted ? 'fitted' : 'all']);
      const lit = litOf(state, steps.findIndex((step) => step.lit) + 1, fitted);
      steps.forEach((step, i) => showPart(parts[i], { ...step, lit: lit === i + 1 }, { slowly: state.slow, fitted }));
    },
    destroy() {
      light.out();
      room.disconnect();
    },
  };
}

/** The light of a round that is taken: Step 2, then 3, then 4, which leads back to 2. */
class Light {
  /** @param {Store} store */
  constructor(list, store) {
    this.list = list;
    this.store = store;
    this.waiting = 0;
    store.light = (before, patch) => this.after(before, patch);
  }

  /** Returns which step is lit after a change; 0 where the state alone says so. */
  after(before, patch) {
    const { at, phase, playing, pace } = { ...before, ...patch };
    if (at === before.at && !phase) return before.lit;
    this.out();
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const taken = at === before.at + 1 && !phase && !calm && isFitted(this.list);
    if (!taken || (playing && pace > SLOW)) return 0;
    return this.pass(before.phase ? 3 : 2, playing ? Math.min(LIT, 300 / pace) : LIT);
  }

  pass(lit, wait) {
    if (lit < 4) this.waiting = window.setTimeout(() => this.store.set({ lit: this.pass(lit + 1, wait) }), wait);
    return lit;
  }

  out() {
    window.clearTimeout(this.waiting);
  }
}

/**
 * Returns which step is lit: of a fitted page the last once a round was taken, each in turn as rounds follow fast.
 * @param {State} state
 */
function litOf({ lit, at, phase, playing }, usual, fitted) {
  if (!fitted || phase || !at) return usual;
  return lit || (playing ? 2 + (at % 3) : 4);
}

const isFitted = (list) => Boolean(list.closest('[data-fitted]'));

function makePart(list, number) {
  const item = element('li', { attributes: { 'data-step': String(number) } }, list);
  const head = element('h2', {}, item);
  element('span', { class: 'st-number', text: `Step ${number}`, attributes: { 'data-number': String(number) } }, head);
  const heading = part(head, 'st-heading', 'span');
  const body = part(item, 'st-lines');
  return { item, heading, body };
}

/** Shows a step; Step 2 in slow motion by its parts, each with its sentence. */
function showPart({ item, heading, body }, step, { slowly, fitted }) {
  item.classList.toggle('st-lit', step.lit);
  if (step.lit) item.setAttribute('aria-current', 'step');
  else item.removeAttribute('aria-current');
  write(heading, step.heading);
  if (slowly && step.phases) body.replaceChildren(...phaseLines(step.phases));
  else writeLines(body, fitted ? step.brief : step.lines);
  body.title = fitted ? withProducts(step.lines.join('\n')) : '';
}

/** Writes the lines of a step; those that stay as they are cost no layout, since a run tells a round a frame. */
function writeLines(body, lines) {
  const known = [...body.children];
  const plain = known.length === lines.length && known.every(({ className }) => !className);
  if (plain) lines.forEach((text, i) => write(known[i], text));
  else body.replaceChildren(...lines.map((text) => element('p', { text: withProducts(text) })));
}

function write(node, told) {
  const text = withProducts(told);
  if (node.textContent !== text) node.textContent = text;
}

/** One part of the step at a time, so that the pictures stay in sight. */
function phaseLines(phases) {
  const now = phases.find(({ lit }) => lit);
  if (!now) return [element('p', { text: 'Press Step: the step is shown in four parts.' })];
  const line = element('p', { class: 'st-phase' });
  element('strong', { text: `Part ${now.number} of 4. ` }, line);
  element('span', { text: now.sentence }, line);
  element('span', { class: 'st-sum', text: now.arithmetic }, line);
  return [line];
}
