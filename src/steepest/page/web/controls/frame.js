// The frame of the page: the lecture's four steps, numbered, lit while they happen, each with its
// own numbers.
import { element, keepRoom, part } from '../draw/canvas.js';
import { fourSteps } from '../words/steps.js';

/** Params that are told one by one: more would push the pictures out of sight. */
const MOST_PARAMS = 4;

/** Adds the four steps; `show(state)` tells them for the step that is shown. */
export function makeFrame(parent) {
  const list = element('ol', { class: 'st-frame', attributes: { 'data-control': 'steps' } }, parent);
  const parts = [1, 2, 3, 4].map((number) => makePart(list, number));
  const observer = keepRoom(list);
  return {
    show(state) {
      fourSteps(state, MOST_PARAMS).forEach((step, i) => showPart(parts[i], step, state.slow));
    },
    destroy: () => observer.disconnect(),
  };
}

function makePart(list, number) {
  const item = element('li', { attributes: { 'data-step': String(number) } }, list);
  const head = element('h2', {}, item);
  element('span', { class: 'st-number', text: `Step ${number}` }, head);
  const heading = part(head, 'st-heading', 'span');
  const body = part(item, 'st-lines');
  return { item, heading, body };
}

/** Shows a step; Step 2 in slow motion by its parts, each with its sentence. */
function showPart({ item, heading, body }, step, slowly) {
  item.classList.toggle('st-lit', step.lit);
  if (step.lit) item.setAttribute('aria-current', 'step');
  else item.removeAttribute('aria-current');
  heading.textContent = step.heading;
  const lines = slowly && step.phases ? phaseLines(step.phases) : plainLines(step.lines);
  body.replaceChildren(...lines);
}

function plainLines(lines) {
  return lines.map((text) => element('p', { text }));
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
