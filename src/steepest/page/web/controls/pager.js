// On a phone: one picture at a time in a pager that stays, and under it what changes the picture.
import { element, part } from '../draw/canvas.js';
import { button } from './fields.js';

/** What stands under the pictures: the line with its knobs, and the rate, unless its own drawer is open. */
const RATE = '[data-control="rate"]';
const HELD = ['.st-equation', RATE];

/** The pictures of the pager, by the cards that take turns at one place. */
const PAGES = [
  ['Data', ['fit', 'network']], ['Surface', ['map', 'relief']], ['Loss', ['chart']],
  ['Sharpness', ['sharpness']], ['Gradient', ['steepness']],
];

/**
 * Adds the pager's tabs; `show` moves what is under the pictures there, and back.
 * @param {Element} root
 */
export function makePager(root) {
  const tabs = element('nav', { class: 'st-pages', attributes: { 'aria-label': 'Pictures' } }, root);
  const hand = part(root, 'st-hand');
  const grid = /** @type {HTMLElement} */ (root.querySelector('.st-cards'));
  const pages = PAGES.map(([name, cards]) => ({ tab: button(tabs, name, () => turnTo(grid, cards)), cards }));
  const homes = HELD.map((one) => root.querySelector(one)).filter(Boolean).map((node) => {
    const home = document.createComment('');
    node.before(home);
    return { node, home };
  });
  const mark = () => pages.forEach(({ tab, cards }) => {
    const card = seen(grid, cards);
    const middle = grid.scrollLeft + grid.clientWidth / 2;
    const left = card ? card.offsetLeft - grid.offsetLeft : Infinity;
    tab.hidden = !card;
    tab.setAttribute('aria-pressed', String(middle >= left && middle < left + grid.clientWidth));
  });
  grid.addEventListener('scroll', mark);
  return {
    show(isPhone, isRateOpen) {
      tabs.hidden = hand.hidden = !isPhone;
      homes.forEach(({ node, home }) => {
        const isAway = isPhone && !(isRateOpen && node.matches(RATE));
        if (isAway) hand.append(node);
        else home.after(node);
      });
      if (isPhone) mark();
    },
  };
}

/**
 * Returns the card of a page that is there.
 * @returns {HTMLElement | null}
 */
function seen(grid, cards) {
  const there = [...grid.children].filter((card) => cards.includes(card.dataset.card));
  return there.find((card) => card.checkVisibility()) ?? null;
}

function turnTo(grid, cards) {
  const card = seen(grid, cards);
  if (card) grid.scrollTo({ left: card.offsetLeft - grid.offsetLeft });
}
