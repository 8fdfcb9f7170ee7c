// Buttons and fields, each with its label: what all controls are made of.
import { element } from '../draw/canvas.js';

/** A notebook takes this module anew for each widget, and all of them stand in one document. */
const own = Math.random().toString(36).slice(2, 8);

let made = 0;

/** Returns an id that no other element of the document has. */
export function freshId(word) {
  made += 1;
  return `st-${own}-${word}-${made}`;
}

/** Adds a button that calls `act`; `name` is what a screen reader says, if the text is a sign. */
export function button(parent, text, act, { name = '', title = '', style = '' } = {}) {
  const attributes = { type: 'button' };
  if (name) attributes['aria-label'] = name;
  if (title || name) attributes.title = title || name;
  const built = element('button', { class: `st-button ${style}`.trim(), text, attributes }, parent);
  built.addEventListener('click', act);
  return built;
}

/** Adds a part of the page under a heading, by whose name a link can hide it. */
export function panel(parent, control, name, heading = name) {
  const attributes = { 'data-control': control, 'aria-label': name };
  const held = element('section', { class: 'st-panel', attributes }, parent);
  element('h2', { text: heading }, held);
  return held;
}

/** Adds a box for one control, by whose name a link can hide it. */
export function box(parent, control, style = '') {
  return element(
    'div',
    { class: `st-field ${style}`.trim(), attributes: { 'data-control': control } },
    parent,
  );
}

/** Adds a label for the field that is made next. */
export function label(parent, text, id) {
  return element('label', { text, attributes: { for: id } }, parent);
}

/** Adds a choice of one of several; `act(value)` on change. `offer(options)` sets what there is. */
export function choice(parent, text, act) {
  const id = freshId('choice');
  label(parent, text, id);
  const select = element('select', { attributes: { id } }, parent);
  select.addEventListener('change', () => act(select.value));
  const offer = (options) => {
    const told = options.map(({ value, text: words }) => {
      const option = element('option', { text: words });
      option.value = value;
      return option;
    });
    select.replaceChildren(...told);
  };
  return { select, offer };
}

/** Adds a field for a number or a word; `act(text)` once it is entered. */
export function entry(parent, text, act, { mode = 'decimal', name = '' } = {}) {
  const id = freshId('entry');
  if (text) label(parent, text, id);
  const attributes = { id, type: 'text', inputmode: mode, autocomplete: 'off', spellcheck: 'false' };
  if (name) attributes['aria-label'] = name;
  const input = element('input', { class: 'st-entry', attributes }, parent);
  input.addEventListener('change', () => act(input.value.trim()));
  return input;
}

/** Returns the number that a text is, with commas only between thousands; NaN if it is none. */
export function numberIn(text) {
  const plain = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(text) ? text.replaceAll(',', '') : text;
  return plain === '' ? NaN : Number(plain);
}

/** Adds a box to tick; `act(checked)` on change. */
export function tick(parent, text, act) {
  const held = element('label', { class: 'st-tick' }, parent);
  const input = element('input', { attributes: { type: 'checkbox' } }, held);
  element('span', { text }, held);
  input.addEventListener('change', () => act(input.checked));
  return input;
}

/** Puts a value into a field, unless the reader is typing in it. */
export function fill(input, value) {
  if (input.getRootNode().activeElement !== input) input.value = value;
}
