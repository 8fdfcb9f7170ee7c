// The lecturer's editor beside the lesson: which builds are shown, in which order, and with which sentences.
import { button } from '../controls/fields.js';
import { element, part } from '../draw/canvas.js';
import { attached } from '../gestures/gesture.js';
import { Keyboard } from '../gestures/keyboard.js';
import { filled } from '../sentences/filled.js';
import { editsOf } from './edited.js';

/**
 * Shows the editor of a record below `parent`, at a build; returns `{root, destroy}`. `told` has the sentences,
 * `edit(edits)` hears of every change, null for the original; `go(key)` shows a build, `save(isClosed)` saves the
 * file and returns its name; `close()` ends it.
 */
export function showEditor(parent, { record, told, at, language, edit, go, save, close }) {
  const { ui } = told;
  const attributes = { role: 'dialog', 'aria-label': ui.edit };
  const root = element('section', { class: 'st-lecture st-le-edit', attributes }, parent);
  const head = part(root, 'st-le-tasks-head');
  element('h2', { text: ui.edit }, head);
  const end = button(head, ui.close, close);
  const row = part(root, 'st-le-answer');
  const said = element('p', { attributes: { role: 'status' } }, root);
  element('p', { text: ui.edit_hint }, root);
  const list = element('ol', {}, root);
  list.append(...itemsOf(record, { told, language, edit, go, list }));
  const tellSaved = async (isClosed) => { said.textContent = filled(ui.saved, { name: await save(isClosed) }); };
  button(row, ui.save, () => tellSaved(false), { style: 'st-le-next' });
  button(row, ui.save_class, () => tellSaved(true));
  let isSure = false;
  button(row, ui.original, () => {
    if (!isSure) {
      isSure = true;
      said.textContent = ui.original_sure;
      return;
    }
    edit(null);
    close();
  });
  end.focus();
  list.querySelector(`[data-key="${at}"]`)?.scrollIntoView({ block: 'center' });
  const detach = attached(new Keyboard(root, 'menu', { close }));
  return {
    root,
    destroy() {
      detach();
      root.remove();
    },
  };
}

/** Returns an item for each build, with what is done to it. */
function itemsOf(record, { told, language, edit, go, list }) {
  const { order, hidden } = editsOf(record);
  return order.map((key) => {
    const item = element('li', { attributes: { 'data-key': key } });
    const { ui } = told;
    const say = told.raw(key);
    const row = part(item, 'st-le-answer');
    const box = element('input', { attributes: { type: 'checkbox' } }, element('label', {}, row));
    box.checked = !hidden.includes(key);
    box.after(ui.shown);
    const change = () => edit(readFrom(list, record, language));
    box.addEventListener('change', change);
    button(row, ui.look, () => go(key), { name: `${ui.look}: ${say}` });
    for (const [sign, name, by] of [['↑', ui.earlier, -1], ['↓', ui.later, 1]]) {
      const press = button(row, sign, () => {
        moveBy(item, by);
        press.focus();
        change();
      }, { name: `${name}: ${say}` });
    }
    addSentence(item, record, { key, say, name: ui.sentence, change });
    return item;
  });
}

/** The sentence of a build, to be written anew; a slide of an author's own has its words in its own file. */
function addSentence(item, { builds }, { key, say, name, change }) {
  if (builds.find((one) => one.key === key).lines) {
    element('p', { text: say }, item);
    return;
  }
  const area = element('textarea', { attributes: { 'aria-label': `${name} ${key}`, rows: 2 } }, item);
  area.value = say;
  area.addEventListener('input', change);
}

function moveBy(item, by) {
  const beside = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (by < 0) beside?.before(item);
  else beside?.after(item);
}

/** Returns what the items of the editor say; sentences of other languages stay. */
function readFrom(list, record, language) {
  const items = Array.from(list.children);
  const hidden = items.filter((item) => !item.querySelector('[type=checkbox]').checked);
  const written = items.flatMap((item) => {
    const area = item.querySelector('textarea');
    const { say, say_round: other } = record.words[language].builds[item.dataset.key];
    return area && ![say, other].includes(area.value) ? [[item.dataset.key, area.value]] : [];
  });
  const say = { ...editsOf(record).say, [language]: Object.fromEntries(written) };
  return { order: items.map(({ dataset }) => dataset.key), hidden: hidden.map(({ dataset }) => dataset.key), say };
}
