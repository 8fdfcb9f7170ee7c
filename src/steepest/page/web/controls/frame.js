// The frame of the page: the lecture's four steps, numbered, lit while they happen, each with its
// own numbers.
import { element, keepRoom, part } from '../draw/canvas.js';
import { fourSteps } from '../words/steps.js';

/** Params that are told one by one: more would push the pictures out of sight, of a fitted page more than two. */
const MOST_PARAMS = { all: 4, fitted: 2 };

/** Milliseconds for which each step of the frame is lit after a press. */
const LIT = 700;

/** Adds the four steps; `show(state)` tells them for the step that is shown. */
export function makeFrame(parent) {
  const list = element('ol', { class: 'st-frame', attributes: { 'data-control': 'steps' } }, parent);
  const parts = [1, 2, 3, 4].map((number) => makePart(list, number));
  const room = keepRoom(list);
  let params = null;
  const light = new Light((lit) => parts.forEach(({ item }, i) => item.classList.toggle('st-lit', i + 1 === lit)));
  return {
    saysRound: true,
    show(state) {
      const fitted = Boolean(list.closest('[data-fitted]'));
      // Other data have other words: what these took was room for those before.
      if (params !== state.scene.params) room.forget();
      params = state.scene.params;
      const steps = fourSteps(state, MOST_PARAMS[fitted ? 'fitted' : 'all']);
      steps.forEach((step, i) => showPart(parts[i], step, { slowly: state.slow, fitted }));
      if (fitted) light.follow(state, steps.find(({ lit }) => lit)?.number ?? 1);
    },
    destroy() {
      light.out();
      room.disconnect();
    },
  };
}

/** The light of a fitted page: a step that is taken lights 2, then 3, then 4, which leads back to 2. */
class Light {
  constructor(show) {
    this.show = show;
    this.at = 0;
    this.waiting = 0;
  }

  /** @param {State} state */
  follow({ at, playing, phase }, usual) {
    const taken = at === this.at + 1 && !phase;
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.at = at;
    if (playing && at) {
      this.out();
      this.show(2 + (at % 3));
    } else if (taken && !calm) this.pass(2);
    else if (!this.waiting) this.show(usual);
  }

  pass(lit) {
    this.out();
    this.show(lit);
    if (lit < 4) this.waiting = window.setTimeout(() => this.pass(lit + 1), LIT);
  }

  out() {
    window.clearTimeout(this.waiting);
    this.waiting = 0;
  }
}

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
  body.title = fitted ? step.lines.join('\n') : '';
}

/** Writes the lines of a step; those that stay as they are cost no layout, since a run tells a round a frame. */
function writeLines(body, lines) {
  const known = [...body.children];
  const plain = known.length === lines.length && known.every(({ className }) => !className);
  if (plain) lines.forEach((text, i) => write(known[i], text));
  else body.replaceChildren(...lines.map((text) => element('p', { text })));
}

function write(node, text) {
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
