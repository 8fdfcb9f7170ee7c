// The lesson as a page: one build after another, each a picture, a sentence and at most a line of numbers.
import { element, listen, part } from '../draw/canvas.js';
import { button } from '../controls/fields.js';
import { applyTheme, followSystem } from '../controls/theme.js';
import { Enter } from '../gestures/enter.js';
import { attached, placeIn } from '../gestures/gesture.js';
import { Keyboard } from '../gestures/keyboard.js';
import { Swipe } from '../gestures/swipe.js';
import { Editor } from './edit.js';
import { isFree } from './keys.js';
import { mapOf, SCENES, SECONDS, standingAt } from './scenes.js';
import { OwnSlide, pieceOf } from './own.js';
import { Pen } from './pen.js';
import { Presenter } from './present.js';
import { Stage } from './stage.js';
import { showTasks } from './tasks.js';
import { glossed, isLong } from './telling.js';
import { lessonOf } from './words.js';

/** Returns the number of a build that there is. */
const within = ({ builds }, at) => Math.max(0, Math.min(builds.length - 1, Math.trunc(at) || 0));

/** Seconds that stand for the end of every movement. */
const STILL = 99;

/** The builds that say where rows are from. */
const NOTED = ['title', 'classes'];

/** Parts of the lesson that have the equation of the line above their pictures. */
const OF_LINE = ['step 1', 'step 2', 'step 3', 'step 4'];

/**
 * Puts the lesson of a record below `parent`; returns `{destroy}`. `at` is the build to begin with,
 * `language` its words; `moved(at, language, way)` hears of every build, `explore` leads to the other page, `handIn`
 * copies the link with the answers to the tasks; `save(language, isClosed)` saves the file, where it can be edited.
 * @param {Element} parent
 * @param {Store} store
 */
export function mountLesson(parent, store, record, options) {
  const lesson = new Lesson(parent, store, record, options);
  return { destroy: () => lesson.destroy() };
}

class Lesson {
  /** @param {Store} store */
  constructor(parent, store, record, options) {
    const { at = 0, language = 'en', moved, explore, handIn, isPresented = false, keys = document, save } = options;
    this.record = record;
    this.save = save;
    this.lesson = lessonOf(record);
    this.tasks = record.tasks ?? {};
    this.store = store;
    this.handIn = handIn;
    this.guesses = {};
    this.title = document.title;
    this.at = within(this.lesson, at);
    /** @type {number | null} */
    this.began = null;
    this.moved = moved;
    this.root = part(parent, 'st-lecture');
    this.makeHead(explore);
    this.equation = part(this.root, 'st-le-eq', 'p');
    this.place = part(this.root, 'st-le-stage');
    this.stage = new Stage(this.place);
    this.pen = new Pen(this.stage, () => mapOf(this.stage, this.words, this.build), () => this.draw());
    this.own = new OwnSlide(this.root);
    this.makeBand(explore);
    // A live page has no file to save, and no editor in its code.
    this.editor = save ? new Editor(this) : null;
    this.speak(language);
    this.hear(keys, store);
    this.root.toggleAttribute('data-present', isPresented);
    this.go(at, false);
  }

  makeHead(explore) {
    const head = part(this.root, 'st-le-head', 'header');
    this.part = element('span', { class: 'st-le-part' }, head);
    this.count = element('span', { class: 'st-le-count' }, head);
    this.language = element('select', { class: 'st-le-language' }, head);
    for (const name of this.lesson.languages) {
      element('option', { text: name, attributes: { value: name } }, this.language);
    }
    this.ways = element('div', { class: 'st-le-ways', attributes: { role: 'group' } }, head);
    this.here = button(this.ways, '', () => {}, { style: 'st-le-on' });
    this.here.setAttribute('aria-pressed', 'true');
    this.whole = button(this.ways, '', () => this.present());
    this.asks = button(this.ways, '', () => this.toggleTasks());
    this.asks.hidden = !Object.keys(this.tasks).length;
    this.edits = button(this.ways, '', () => this.editor?.toggle(), { style: 'st-le-edits' });
    this.edits.hidden = !this.save;
    this.explore = button(this.ways, '', explore ?? (() => {}));
    this.explore.hidden = !explore;
  }

  makeBand(explore) {
    const band = part(this.root, 'st-le-band');
    this.steps = element('ol', { class: 'st-le-steps' }, band);
    this.say = part(band, 'st-le-say', 'p');
    this.sum = part(band, 'st-le-sum', 'p');
    const go = part(this.root, 'st-le-go');
    this.back = button(go, '', () => this.go(this.at - 1, false));
    this.next = button(go, '', () => (this.isLast ? explore?.() : this.go(this.at + 1)), { style: 'st-le-next' });
    const attributes = { role: 'tooltip', id: 'st-le-tip' };
    this.tip = element('p', { class: 'st-le-tip', attributes }, this.root);
    this.live = element('p', { class: 'st-unseen', attributes: { 'aria-live': 'polite' } }, this.root);
  }

  /** Hears keys, fingers, the size of the page and its theme. */
  hear(keys, store) {
    const walk = (by) => this.go(this.at + by, by > 0);
    const sizes = new ResizeObserver(() => this.draw());
    sizes.observe(this.place);
    const theme = () => {
      applyTheme(this.root, store.state);
      this.draw();
    };
    this.language.addEventListener('change', () => {
      this.speak(this.language.value);
      this.go(this.at, false);
      this.language.blur();
    });
    const hearKeys = (node) => new Keyboard(node, 'lesson', this.acts(walk), {
      tells: node === keys ? this.root : node.body, isFree,
    });
    this.presenter = new Presenter(this.root, (node) => attached(hearKeys(node)));
    const detach = attached(
      hearKeys(keys),
      new Swipe(this.stage.canvas, {
        swipe: (way) => this.pen.isOn || walk(way),
        tap: (event) => this.pen.isOn || this.tap(event),
      }),
      { attach() {}, detach: () => this.pen.detach() },
    );
    const follow = followSystem(store);
    const unheard = store.subscribe((state, changed) => {
      if (changed.has('theme') || changed.has('dark')) theme();
    });
    theme();
    this.ends = [
      detach, () => sizes.disconnect(), follow, unheard,
      () => cancelAnimationFrame(this.waiting), () => this.presenter.destroy(), () => this.root.remove(),
    ];
  }

  /** What the keys of the lesson do; `go` walks so many builds on. */
  acts(go) {
    return {
      go,
      present: () => this.present(),
      blank: () => this.presenter.blank(),
      notes: () => this.presenter.notes(),
      tasks: () => this.toggleTasks(),
      address: () => this.tellAddress(),
      alone: (which) => this.showAlone(which),
      pen: () => this.togglePen(),
      replay: () => this.pen.replay(),
      wipe: () => this.pen.wipe(),
    };
  }

  /** A tap on the picture: a prediction, where one is asked for, else the next build. */
  tap(event) {
    const { ask, key } = this.build;
    if (!ask) return this.go(this.at + 1);
    const place = placeIn(this.stage.canvas, event);
    const { scales } = mapOf(this.stage, this.words, this.build);
    if (!scales.holds(...place)) return null;
    this.guesses[key] = scales.params(...place);
    return this.go(this.at + 1);
  }

  present() {
    this.presenter.present();
    this.tellPlace();
    this.draw();
  }

  /** Shows one picture of the build as large as all, or all again. */
  showAlone(which) {
    this.stage.alone = this.stage.alone === which ? -1 : which;
    this.draw();
  }

  /** Tells a class where it finds the tasks, or no more. */
  tellAddress() {
    const { ui } = this.words;
    const [address] = location.href.split('#');
    const text = location.protocol === 'file:' ? ui.no_address : ui.address.replace('{address}', address);
    this.tip.hidden = !this.tip.hidden && this.tip.textContent === text;
    this.tip.textContent = text;
  }

  /** Takes the pen, or lays it down; says so. */
  togglePen() {
    this.pen.toggle();
    this.root.toggleAttribute('data-pen', this.pen.isOn);
    this.tip.textContent = this.words.ui.pen;
    this.tip.hidden = !this.pen.isOn;
  }

  get isLast() {
    return this.at === this.lesson.builds.length - 1;
  }

  get build() {
    return this.lesson.builds[this.at];
  }

  speak(language) {
    const known = this.lesson.languages.includes(language) ? language : this.lesson.languages[0];
    const isOther = known !== this.spoken;
    this.words = { ...this.lesson.in(known), guesses: this.guesses, strokes: () => this.pen.shown('standard').strokes };
    this.spoken = known;
    const { ui } = this.words;
    this.root.lang = known;
    Object.assign(document, { title: `${this.words.sentences.title} – ${this.words.source}` });
    document.documentElement.lang = known;
    this.closeTasks();
    this.language.value = known;
    this.language.setAttribute('aria-label', ui.language);
    this.ways.setAttribute('aria-label', ui.kinds);
    const { lesson: here, explore, present: whole, back, next, tasks: asks, edit: edits } = ui;
    Object.entries({ here, explore, whole, back, next, asks, edits }).forEach(([name, text]) => {
      this[name].textContent = text;
    });
    this.whole.title = ui.keys;
    if (isOther) this.editor?.renew();
  }

  /** Shows a build as it ends; returns whether it is one of those that are shown. */
  goTo(key) {
    const at = this.lesson.builds.findIndex((one) => one.key === key);
    if (at >= 0) this.go(at, false);
    return at >= 0;
  }

  /** Shows the tasks over the lesson, or hides them. */
  toggleTasks() {
    const { shown } = this;
    this.closeTasks();
    const tasks = this.tasks[this.spoken];
    if (shown || !tasks) return;
    const { store, handIn } = this;
    const { answers, exam: isExam } = store.state;
    const keep = (key, value) => {
      store.set({ answers: { ...store.state.answers, [key]: value } });
      this.tellPlace();
    };
    const close = () => this.closeTasks();
    const { ui } = this.words;
    this.shown = showTasks(this.root, { tasks, ui, language: this.spoken, isExam, answers, keep, handIn, close });
  }

  closeTasks() {
    this.shown?.destroy();
    this.shown = null;
  }

  /** Goes to a build; `moving` says that its picture moves, else it stands as it ends. */
  go(to, moving = true) {
    if (this.shown) return;
    this.at = within(this.lesson, to);
    const isStill = !moving || window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (!isStill) this.began = performance.now();
    this.root.dataset.build = this.build.key;
    this.root.dataset.part = this.build.part;
    const isRing = ['steps', 'end'].includes(this.build.key);
    this.root.toggleAttribute('data-ring', isRing);
    this.root.toggleAttribute('data-bare', !isRing && !OF_LINE.includes(this.build.part));
    this.tellPlace();
    this.tip.hidden = true;
    this.tell();
    this.draw();
    const { plane } = ['two', 'surface'].includes(this.build.key) ? this.lesson.network : { plane: null };
    plane?.ready.then(() => this.draw());
  }

  /** Says where the lesson is: for an address that leads back there. */
  tellPlace() {
    this.moved?.(this.at, this.spoken, this.root.hasAttribute('data-present') ? 'present' : 'lesson');
  }

  tell() {
    const { words, build } = this;
    const { key, step } = build;
    const say = words.say(key);
    const { sentences, ui } = words;
    this.part.textContent = sentences.parts[build.part] ?? build.part;
    this.count.textContent = ui.build.replace('{at}', this.at + 1).replace('{count}', this.lesson.builds.length);
    this.write(this.say, build.lines ? '' : say);
    this.root.toggleAttribute('data-long', NOTED.includes(key) && isLong(say, words.sum(key)));
    this.root.toggleAttribute('data-own', Boolean(build.lines));
    this.own.show(build.lines ?? null);
    this.stage.canvas.setAttribute('aria-hidden', String(Boolean(build.lines)));
    this.sum.replaceChildren();
    this.tellSteps(key === 'steps' || key === 'end' ? 4 : step, step);
    this.back.disabled = this.at === 0;
    this.next.textContent = this.isLast && !this.explore.hidden ? ui.explore : ui.next;
    this.next.disabled = this.isLast && Boolean(this.explore.hidden);
    const lit = step ? `${ui.step.replace('{step}', step)}: ${sentences.steps[step - 1]}` : '';
    this.live.textContent = [lit, say].filter(Boolean).join(' ');
    const next = this.lesson.builds[this.at + 1];
    this.presenter.tell([say, sentences.notes[key] ?? '', next ? `${ui.next}: ${words.say(next.key)}` : ''], ui.clock);
    this.stage.canvas.setAttribute('aria-label', `${ui.picture}: ${say}`);
  }

  /** Tells the steps of the lecture as far as they have come; the one that happens now is lit. */
  tellSteps(count, lit) {
    const { sentences, ui } = this.words;
    this.steps.replaceChildren(...sentences.steps.slice(0, count).map((text, i) => {
      const line = element('li', { class: i + 1 === lit ? 'st-le-lit' : '' });
      element('b', { text: ui.step.replace('{step}', String(i + 1)) }, line);
      this.write(element('span', {}, line), text);
      return line;
    }));
  }

  /** Writes a text whose words the glossary tells when they are pointed at. */
  write(place, text) {
    place.replaceChildren(...glossed(text, this.words.sentences.glossary).map((piece) => (
      piece.meaning ? this.term(piece) : document.createTextNode(piece.text)
    )));
  }

  term({ text, meaning }) {
    const attributes = { tabindex: '0', 'aria-describedby': 'st-le-tip' };
    const made = element('span', { class: 'st-le-term', text, attributes });
    const show = () => {
      this.tip.textContent = `${text}: ${meaning}`;
      this.tip.hidden = false;
    };
    const hide = () => { this.tip.hidden = true; };
    listen(made, { focus: show, click: show, blur: hide });
    new Enter(made, { enter: show, leave: hide }).attach();
    return made;
  }

  draw() {
    cancelAnimationFrame(this.waiting);
    const { key } = this.build;
    const time = this.began === null ? STILL : (performance.now() - this.began) / 1000;
    this.stage.begin();
    this.own.fit();
    if (!this.stage.width) return;
    // A slide of an author's own has words alone.
    SCENES[key]?.(this.stage, time, this.words);
    this.tellEquation(key, time);
    const isWriting = this.pen.draw();
    const isMoving = time < (SECONDS[key] ?? 0);
    if (isMoving || isWriting) this.waiting = requestAnimationFrame(() => this.draw());
    if (!isMoving) this.tellSum();
  }

  /** Tells the line of numbers, once its picture has come to where they are true. */
  tellSum() {
    const [say, sum] = [this.words.say(this.build.key), this.words.sum(this.build.key)];
    if (this.sum.textContent === sum) return;
    this.write(this.sum, sum);
    this.sum.style.setProperty('--letters', sum.length);
    this.live.textContent = sum;
    this.stage.canvas.setAttribute('aria-label', `${this.words.ui.picture}: ${say} ${sum}`);
  }

  /** Writes the equation of the line as it is now, or the title. */
  tellEquation(key, time) {
    const { words, equation } = this;
    const isOwn = this.build.pictures[0] === 'words';
    if (!OF_LINE.includes(this.build.part) || key === 'steps' || isOwn) {
      equation.textContent = key === 'title' ? words.sentences.title : words.sentences.builds[key].heading ?? '';
      if (this.build.title?.length) equation.replaceChildren(...this.build.title.map(pieceOf));
      this.fitEquation();
      return;
    }
    const [w, b] = standingAt(key, time, words);
    equation.replaceChildren(`${words.line.y} = `);
    element('b', { class: 'st-le-weight', text: words.placed(w) }, equation);
    equation.append(` × ${words.ui.scaled.replace('{x}', words.line.x)} ${b < 0 ? '\u2212' : '+'} `);
    element('b', { class: 'st-le-bias', text: words.placed(Math.abs(b)) }, equation);
    this.fitEquation();
  }

  /** Has a long line above the pictures in smaller letters. */
  fitEquation() {
    const letters = this.equation.textContent.length;
    if (this.letters === letters) return;
    this.letters = letters;
    const wide = this.stage.widthOf(this.equation.textContent, { weight: 600 }) / Math.max(12, this.stage.size);
    this.equation.style.setProperty('--wide', String(Math.max(1, wide)));
  }

  destroy() {
    this.editor?.close();
    document.title = this.title;
    document.documentElement.lang = 'en';
    this.ends.forEach((end) => end());
  }
}
