// How the page is laid out: fitted to the window, two pictures and the loss, all else in drawers; on a phone one
// picture at a time; or everything below each other, as in a notebook and on paper.
import { element, part } from '../draw/canvas.js';
import { isNew, isOverParams } from '../state/select.js';
import { button } from './fields.js';
import { makePager } from './pager.js';

/**
 * The drawers of a fitted page: their names, the parts of the page that each opens, and the name where, as without
 * rows, the first part is not there.
 * @type {[string, string[], string?][]}
 */
const DRAWERS = [
  ['Rate and rule', ['.st-source', '.st-settings', '[data-control="knobs"]']],
  ['Runs', ['[data-control="runs"]', '[data-control="check"]']],
  ['Rows', ['[data-control="table"]']],
  ['Tasks', ['[data-control="tasks"]', '[data-control="steps-table"]'], 'Rounds'],
];

/** The drawer where the rate is at home. */
const RATE_DRAWER = 0;

/** Cards that take turns at one place: the names of both, and what the button between them says. */
const TURNS = [['fit', 'network', 'Network', 'Data'], ['map', 'relief', '3D', 'From above']];

/** A window so large holds all of a fitted page; a narrower one a picture at a time, and what changes it. */
const HOLDS = '(min-width: 900px) and (min-height: 560px)';
const NARROW = '(max-width: 899.98px) and (min-height: 560px)';

/**
 * Adds the tabs of the drawers to the head, and fits the page where `fits` says that it is a window's own.
 * @param {HTMLElement} root
 * @param {Element} head
 * @param {Store} store
 * @param {{fits: boolean, cards: any[]}} page
 */
export function makeLayout(root, head, store, { fits, cards }) {
  const tabs = makeTabs(root, head, store);
  const turns = makeTurns(store, cards);
  const pager = makePager(root);
  const windows = [HOLDS, NARROW].map((size) => window.matchMedia(size));
  const lay = (state) => {
    const holds = fits && windows.some(({ matches }) => matches);
    const fitted = holds && state.fitted;
    root.toggleAttribute('data-fitted', fitted);
    root.toggleAttribute('data-phone', fitted && windows[1].matches);
    pager.show(fitted && windows[1].matches, state.drawer === RATE_DRAWER);
    tabs.show(state, { holds, fitted });
    open(root, fitted ? state.drawer : -1);
    turns.show(state, fitted);
    sizes.ask();
  };
  const sizes = new Sizes(cards, () => turns.size(root.hasAttribute('data-fitted')));
  const isOther = otherSizes();
  const again = () => {
    lay(store.state);
    sizes.settle();
  };
  windows.forEach((one) => one.addEventListener('change', again));
  return {
    isPicture: true,
    show(state, changed) {
      // A start, a rate or a row that is dragged changes no size.
      if (isOther(state) || isNew(changed, 'fitted', 'drawer', 'turned', 'axes')) lay(state);
    },
    settle: () => sizes.settle(),
    destroy() {
      sizes.observer.disconnect();
      windows.forEach((one) => one.removeEventListener('change', again));
    },
  };
}

/**
 * Adds the tabs of the drawers; one that would open nothing is not there.
 * @param {HTMLElement} root
 * @param {Element} head
 * @param {Store} store
 */
function makeTabs(root, head, store) {
  const tabs = part(head, 'st-tabs', 'nav');
  tabs.setAttribute('aria-label', 'More of the page');
  const buttons = DRAWERS.map(([name], i) => (
    button(tabs, name, () => store.set({ drawer: store.state.drawer === i ? -1 : i }))
  ));
  const all = button(tabs, 'All controls', () => store.set({ fitted: !store.state.fitted }));
  return {
    show({ drawer }, { holds, fitted }) {
      all.hidden = !holds;
      all.textContent = fitted ? 'All controls' : 'Fit to the window';
      buttons.forEach((one, i) => {
        const [name, parts, other] = DRAWERS[i];
        one.hidden = !fitted || !root.querySelector(parts.join());
        if (other) one.textContent = root.querySelector(parts[0]) ? name : other;
        one.setAttribute('aria-expanded', String(drawer === i));
      });
    },
  };
}

/** Finds how high the pictures may be: once all that is beside them has its words, so that each is drawn once. */
class Sizes {
  constructor(cards, size) {
    this.cards = cards;
    this.size = size;
    this.isDue = false;
    this.observer = new ResizeObserver(size);
  }

  ask() {
    this.isDue = true;
  }

  settle() {
    if (!this.isDue) return;
    this.isDue = false;
    this.size();
    this.cards.forEach(({ figure }) => figure && this.observer.observe(figure));
  }
}

/** Returns what tells whether a state has other words beside its pictures than the one before. */
function otherSizes() {
  let known = [];
  return ({ scene: { params }, choices: { loss, rule, scale } }) => {
    const now = [params, loss, rule, scale];
    const before = known;
    known = now;
    return now.some((one, i) => one !== before[i]);
  };
}

/** Shows the parts of one drawer, and no other; of a page that is not fitted all are there. */
function open(root, drawer) {
  root.toggleAttribute('data-drawer', drawer >= 0);
  DRAWERS.forEach(([, parts], i) => {
    for (const one of root.querySelectorAll(parts.join())) one.toggleAttribute('data-open', i === drawer);
  });
}

/**
 * Two cards at one place: one of them is seen, and as high as the window leaves room for.
 * @param {Store} store
 * @param {any[]} cards
 */
function makeTurns(store, cards) {
  const named = (name) => cards.find((card) => card.name === name);
  const turn = (i) => store.set({ turned: store.state.turned.with(i, !store.state.turned[i]) });
  const places = TURNS.map(() => element('div', { class: 'st-turns' }));
  const buttons = places.map((place, i) => button(place, '', () => turn(i), { style: 'st-small' }));
  const units = button(places[1], '', () => store.setAxes(store.state.axes === 'walk' ? 'units' : 'walk'), {
    style: 'st-small',
  });
  const tellUnits = ({ axes, choices, scene, surface }) => {
    const two = choices.scale === 'standard' && !scene.network && isOverParams(surface);
    units.hidden = store.engine.kind === 'record' || !two;
    units.textContent = axes === 'walk' ? 'Your units' : 'Standard units';
  };
  return {
    show(state, fitted) {
      TURNS.forEach(([first, second, there, here], i) => {
        const [one, other] = [named(first)?.figure, named(second)?.figure];
        if (!one) return;
        const isTurned = state.turned[i] && Boolean(other);
        one.toggleAttribute('data-away', fitted && isTurned);
        other?.toggleAttribute('data-away', fitted && !isTurned);
        (isTurned ? other : one).prepend(places[i]);
        buttons[i].textContent = isTurned ? here : there;
        buttons[i].hidden = !fitted || !other;
      });
      tellUnits(state);
    },
    size(fitted) {
      // All are read before one is changed: each reading behind a change would lay out the page.
      const heights = cards.map(({ figure }) => figure && heightFor(figure, fitted));
      cards.forEach((card, i) => card.figure && resize(card, heights[i], store.state));
    },
  };
}

/** Returns how high the picture of a card may be, null where it has no room, '' where it may be as it likes. */
function heightFor(figure, fitted) {
  if (!fitted) return '';
  const place = figure.querySelector('.st-draw');
  const others = [...figure.children].filter((one) => one !== place && getComputedStyle(one).position !== 'absolute');
  const taken = others.reduce((sum, one) => sum + one.getBoundingClientRect().height, 0);
  const room = Math.floor(figure.clientHeight - taken - 12);
  return room > 0 ? String(room) : null;
}

/** Tells a card how high its picture may be, and has it drawn so. */
function resize(card, height, state) {
  const place = card.figure.querySelector('.st-draw');
  if (height === null || place.style.getPropertyValue('--st-high') === height) return;
  place.style.setProperty('--st-high', height);
  card.show(state, null);
}
