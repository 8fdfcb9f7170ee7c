// The lecturer's editor beside the lesson: its title, where its walk starts and at which rate, which builds are shown,
// in which order, with which sentences.
import { button } from '../controls/fields.js';
import { applyTheme } from '../controls/theme.js';
import { element, part } from '../draw/canvas.js';
import { attached } from '../gestures/gesture.js';
import { Keyboard } from '../gestures/keyboard.js';
import { filled } from '../sentences/filled.js';
import { addWalk } from './edit_walk.js';
import { editsOf } from './edited.js';

/** The editor of a lesson, beside it or not; the lesson is had by its `words`, `build`, `speak`, `go` and `goTo`. */
export class Editor {
  constructor(lesson) {
    this.lesson = lesson;
    this.shown = null;
  }

  toggle() {
    const { shown, lesson } = this;
    this.close();
    if (shown) return;
    const { root, record, words, spoken: language } = lesson;
    this.shown = showEditor(/** @type {Element} */ (root.parentElement), {
      record,
      words,
      at: lesson.build.key,
      language,
      edit: (edits) => this.edit(edits),
      go: (key) => lesson.goTo(key),
      save: (isClosed) => lesson.save(language, isClosed),
      close: () => this.close(),
    });
    applyTheme(this.shown.root, lesson.store.state);
    root.toggleAttribute('data-editing', true);
  }

  close() {
    this.shown?.destroy();
    this.shown = null;
    this.lesson.root.toggleAttribute('data-editing', false);
  }

  /** Has an editor that is shown speak the language of the lesson. */
  renew() {
    if (!this.shown) return;
    this.close();
    this.toggle();
  }

  /** Has the lesson be as it is edited, at the same build where that is still shown. */
  edit(edits) {
    const { lesson } = this;
    const { key } = lesson.build;
    lesson.record.edits = edits;
    lesson.speak(lesson.spoken);
    if (!lesson.goTo(key)) lesson.go(lesson.at, false);
  }
}

/**
 * Shows the editor of a record below `parent`, at a build; returns `{root, destroy}`. `words` has the sentences,
 * `edit(edits)` hears of every change, null for the original; `go(key)` shows a build, `save(isClosed)` saves the
 * file and returns its name; `close()` ends it.
 */
function showEditor(parent, { record, words, at, language, edit, go, save, close }) {
  const { ui } = words;
  const attributes = { role: 'dialog', 'aria-label': ui.edit };
  const root = element('section', { class: 'st-lecture st-le-edit', attributes }, parent);
  const head = part(root, 'st-le-tasks-head');
  element('h2', { text: ui.edit }, head);
  // Below the heading it is seen wherever the list is scrolled to.
  const label = element('label', { text: ui.title }, head);
  const title = element('input', { attributes: { type: 'text' } }, label);
  // What is typed and refused is seen before the editor ends: the first press leads to it.
  const end = button(head, ui.close, () => {
    /** @type {HTMLInputElement | null} */
    const refused = root.querySelector('.st-le-walk [aria-invalid="true"]:not([data-met])');
    if (!refused) return close();
    refused.setAttribute('data-met', '');
    return refused.focus();
  });
  const row = part(root, 'st-le-answer');
  const said = element('p', { attributes: { role: 'status' } }, root);
  element('p', { text: ui.edit_hint }, root);
  title.value = words.sentences.title;
  const walk = addWalk(root, record, { words, language, change: () => change() });
  const list = element('ol', {}, root);
  const change = () => {
    const isOwn = title.value !== record.words[language].title;
    edit({ ...readFrom(list, record, language), title: isOwn ? title.value.trim() : '', walk: walk() });
  };
  title.addEventListener('input', change);
  list.append(...itemsOf(record, { words, change, go }));
  addSaving(row, said, { ui, save, edit, close });
  end.focus();
  list.querySelector(`[data-key="${at}"]`)?.scrollIntoView({ block: 'nearest' });
  const detach = attached(new Keyboard(root, 'menu', { close }));
  return {
    root,
    destroy() {
      detach();
      root.remove();
    },
  };
}

/** Adds what saves the file, and what takes all changes back if it is pressed twice. */
function addSaving(row, said, { ui, save, edit, close }) {
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
}

/** Returns an item for each build, with what is done to it. */
function itemsOf(record, { words, change, go }) {
  const { order, hidden } = editsOf(record);
  return order.map((key) => {
    const item = element('li', { attributes: { 'data-key': key } });
    const { ui } = words;
    const say = words.raw(key);
    const row = part(item, 'st-le-answer');
    const box = element('input', { attributes: { type: 'checkbox' } }, element('label', {}, row));
    box.checked = !hidden.includes(key);
    box.after(ui.shown);
    box.addEventListener('change', change);
    button(row, ui.look, () => go(key), { name: `${ui.look}: ${say}` });
    for (const [sign, name, by] of [['↑', ui.earlier, -1], ['↓', ui.later, 1]]) {
      const press = button(row, sign, () => {
        moveBy(item, by);
        press.focus();
        change();
      }, { name: `${name}: ${say}` });
    }
    addSentence(item, record, { key, say, words, change });
    return item;
  });
}

/** The sentence of a build, to be written anew; a slide of an author's own has its words in its own file. */
function addSentence(item, { builds }, { key, say, words, change }) {
  if (builds.find((one) => one.key === key).lines) {
    element('p', { text: say }, item);
    return;
  }
  const { ui } = words;
  const area = element('textarea', { attributes: { 'aria-label': `${ui.sentence} ${key}`, rows: 2 } }, item);
  area.value = say;
  const warning = element('p', { attributes: { role: 'status' } }, item);
  const tellUnknown = () => {
    const names = words.unknown(area.value).map((name) => `{${name}}`).join(', ');
    warning.textContent = names ? filled(ui.unknown, { names }) : '';
  };
  tellUnknown();
  area.addEventListener('input', () => {
    tellUnknown();
    change();
  });
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
    const build = record.words[language].builds[item.dataset.key];
    return area && !Object.values(build).includes(area.value) ? [[item.dataset.key, area.value]] : [];
  });
  const say = { ...editsOf(record).say, [language]: Object.fromEntries(written) };
  return { order: items.map(({ dataset }) => dataset.key), hidden: hidden.map(({ dataset }) => dataset.key), say };
}
