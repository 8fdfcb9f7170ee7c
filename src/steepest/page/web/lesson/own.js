// A slide of an author's own: the lines of its Markdown as the elements of a page.
import { element, part } from '../draw/canvas.js';

/** The sizes of type that are tried, in the size of a sentence, until all of a slide is seen. */
const SIZES = [1.15, 1, 0.85, 0.7, 0.6, 0.5];

/** Addresses that a link may lead to: others would run as a script, or open a file. */
const SAFE = /^(https?:|mailto:|#)/i;

/** The place of own slides below an element, empty while there is none. */
export class OwnSlide {
  constructor(parent) {
    this.root = part(parent, 'st-le-own');
  }

  /** Shows the lines of a slide; null where the build is one of the lesson's. */
  show(lines) {
    this.root.hidden = !lines;
    this.root.replaceChildren(...(lines ?? []).map(lineOf));
    this.fit();
  }

  /** Has the letters as large as all of them fit. */
  fit() {
    const { root } = this;
    if (root.hidden) return;
    SIZES.some((size) => {
      root.style.setProperty('--own', String(size));
      return root.scrollHeight <= root.clientHeight && root.scrollWidth <= root.clientWidth;
    });
  }
}

/** Returns a line of a slide. */
export function lineOf({ level, mark, pieces, shown }) {
  const line = element('p', { class: shown ? 'st-le-image' : '' });
  line.style.setProperty('--level', level);
  if (mark) element('span', { class: 'st-le-bullet', text: mark }, line);
  if (shown) element('img', { attributes: { src: shown.source, alt: shown.words } }, line);
  else line.append(...pieces.map(pieceOf));
  return line;
}

/** Returns some words of one style. */
export function pieceOf({ text, is_bold: isBold, is_italic: isItalic, is_code: isCode, link }) {
  let made = document.createTextNode(text);
  const wrapped = (tag, attributes = {}) => {
    const outer = element(tag, { attributes });
    outer.append(made);
    made = outer;
  };
  if (isCode) wrapped('code');
  if (isItalic) wrapped('em');
  if (isBold) wrapped('strong');
  if (SAFE.test(link)) wrapped('a', { href: link, target: '_blank', rel: 'noopener noreferrer' });
  return made;
}
