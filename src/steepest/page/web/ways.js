// The ways to be in a page, one at a time: the lesson, all that can be explored, or a class. What is not shown is
// not there, so nothing that the lesson has yet to tell is on the page.
import { mount } from './app.js';
import { mountClass } from './classroom/room.js';
import { DropFile } from './gestures/drop_file.js';
import { copyText, download, fileName } from './keep/files.js';
import { faultOfLink, toFragment } from './keep/link.js';
import { remember, rememberer } from './keep/remember.js';
import { mountLesson } from './lesson/lesson.js';
import { makeSheet } from './lesson/sheet.js';
import { fourSteps } from './words/steps.js';
import { tasksOf } from './words/tasks.js';

const WAYS = ['lesson', 'explore', 'present', 'class'];

/** Returns the way that an address names, `otherwise` where it names none, the build of the lesson, and the link. */
export function wayOf(address, otherwise) {
  const [word, ...rest] = address.replace(/^#/, '').split('&');
  const isNamed = WAYS.includes(word);
  const parts = new URLSearchParams(rest.join('&'));
  const link = (isNamed ? rest : [word, ...rest]).filter((pair) => !pair.startsWith('build=')).join('&');
  return { way: isNamed ? word : (word ? 'explore' : otherwise), at: Number(parts.get('build') ?? 1) - 1, link };
}

/** Whether a link has a state in it, and not only what is added to the one that the file holds. */
export function isWhole(link) {
  return /(^|&)v=/.test(link);
}

/** Whether a link leaves open in which units the surface is explored. */
export function isFreshLink(link) {
  return !/(^|&)(axes|scale)=/.test(link);
}

/** Returns a task without its answer. */
function asked({ question, choices }) {
  return { question, choices };
}

/** Returns the state that is printed: of a run at its start the one after its first step, which Steps 2 and 3 tell. */
function onPaper(state) {
  return state.at || state.runs[state.active].index.length < 2 ? state : { ...state, at: 1, phase: 0 };
}

/** Whether a run is of other than the rows with the line or the curves of one feature that the lesson draws. */
function isBeyondLesson({ scene }) {
  return Boolean(scene.network) || scene.features.length > 1 || !scene.shown;
}

/**
 * Answers the page's own tasks on a sheet. The page works them out in promises alone, which are all kept before a
 * browser goes on from `beforeprint` to the paper.
 */
async function answerOn(sheet, tasks) {
  const answers = await Promise.all(tasks.map((task) => task.answer().catch(() => '')));
  sheet.answer(answers.map((why) => ({ choices: [], why })));
}

/** The page below an element: `store` has its state, `lesson` the record of the lesson. */
export class Ways {
  /**
   * @param {Element} parent
   * @param {Store} store
   * @param {any} lesson
   * @param {MountOptions & {language: string, isFresh: boolean}} options
   */
  constructor(parent, store, lesson, { language, isFresh, ...options }) {
    this.parent = parent;
    this.store = store;
    this.lesson = lesson;
    this.language = language;
    this.options = options;
    if (lesson.theme) store.set({ theme: lesson.theme });
    this.at = 0;
    this.first = toFragment(store.state);
    /** Whether nothing says yet in which units it is explored. */
    this.isFresh = isFresh;
    this.shown = null;
    window.addEventListener('beforeprint', () => this.makePaper());
    // Where Python answers, what is dropped is data.
    if (options.sources) return;
    const { documentElement: whole } = document;
    new DropFile(whole, {
      over: (isOver) => whole.classList.toggle('st-over', isOver),
      file: (file) => file && this.takeClass(file),
    }).attach();
  }

  /** Has the page be a hand-out on paper. */
  makePaper() {
    const { tasks = {} } = this.lesson;
    const { engine } = this.store;
    const state = onPaper(this.store.state);
    const lessons = tasks[this.language] ?? tasks.en;
    // Tasks and pictures of a sheet are of one run, and what only trying answers is not asked on paper.
    const run = isBeyondLesson(state) || !lessons ? this.printedRun(state) : null;
    const own = !run || state.hidden.includes('tasks') ? [] : tasksOf(state, engine).filter(({ paper }) => paper);
    const all = run ? own.map((task) => ({ ...task, question: task.paper, choices: [] })) : lessons ?? [];
    const sheet = makeSheet(this.parent, this.lesson, this.language, {
      tasks: state.exam ? all.map(asked) : all, run,
    });
    if (own.length && !state.exam && engine.kind !== 'python') answerOn(sheet, own);
    window.addEventListener('afterprint', () => sheet.remove(), { once: true });
  }

  /** Returns the run that is explored as it is printed: its pictures, and its four steps with their numbers. */
  printedRun(state) {
    const pictures = this.shown.pictures?.();
    return pictures ? { title: state.scene.title, pictures, steps: fourSteps(state, 2, true) } : null;
  }

  /** Takes in the links of a class, from a file that was dropped anywhere. */
  async takeClass(file) {
    if (document.documentElement.dataset.mode !== 'class') this.show('class');
    this.shown.take(await file.text());
  }

  /** Shows a way in place of the one before it. */
  show(way, at = this.at) {
    this.shown?.destroy();
    this.at = at;
    document.documentElement.dataset.mode = way;
    const shows = { class: () => this.showClass(), explore: () => this.showAll() };
    this.shown = (shows[way] ?? (() => this.showLesson(way === 'present')))();
  }

  /** Returns an address that leads back here: a way, and the state, where it is not as it was at first. */
  addressOf(way) {
    const link = toFragment(this.store.state);
    return link === this.first || faultOfLink(link) ? way : `${way}&${link}`;
  }

  showClass() {
    remember(this.addressOf('#class'));
    const back = () => this.explore();
    const { tasks } = this.lesson;
    const words = tasks[this.language] ?? tasks.en ?? [];
    return mountClass(this.parent, this.store, { tasks: words, back });
  }

  explore() {
    remember(this.addressOf('#explore'));
    this.show('explore');
  }

  showLesson(isPresented = false) {
    const { engine } = this.store;
    return mountLesson(this.parent, this.store, this.lesson, {
      at: this.at,
      language: this.language,
      handIn: () => handIn(this.store.state),
      moved: (at, language, way) => {
        Object.assign(this, { at, language });
        remember(this.addressOf(`#${way}&build=${at + 1}`));
      },
      isPresented,
      explore: () => this.explore(),
      save: engine.kind === 'python' || engine.isForClass ? undefined : (...how) => this.saveLesson(...how),
    });
  }

  /** Saves the file as the lesson is edited; `isClosed` for good, for a class. */
  async saveLesson(language, isClosed) {
    const { state, engine } = this.store;
    const text = await engine.page(state, { way: 'lesson', language, isClosed });
    const name = `${fileName(state.scene)}${isClosed ? '-class' : ''}.html`;
    download(new Blob([text], { type: 'text/html' }), name, this.parent);
    return name;
  }

  showAll() {
    const { state, engine } = this.store;
    // Standard units first, where the walk is in them: a bowl is round there, and your own units one press away.
    const isBowl = engine.kind !== 'record' && state.choices.scale === 'standard' && state.axes === 'units';
    if (this.isFresh && isBowl && !state.scene.network) this.store.setAxes('walk');
    this.isFresh = false;
    const shown = mount(this.parent, this.store, {
      ...this.options, fits: true, lesson: () => this.show('lesson'), classroom: () => this.show('class'),
    });
    const unheard = this.store.subscribe(rememberer(state));
    return {
      pictures: shown.pictures,
      destroy() {
        unheard();
        shown.destroy();
      },
    };
  }
}

/** Copies the link of a state with its answers; returns it where it cannot be copied. */
async function handIn(state) {
  const link = `${location.href.split('#')[0]}#${toFragment(state)}`;
  return (await copyText(link)) ? '' : link;
}
