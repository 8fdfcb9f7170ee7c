// The sentences of the lesson with their numbers, in the manner of a language.
import { RAISED, percent as percentOf, short as shortOf, withProducts } from '../numerals.js';

/** A share that is less is said to be less, not written as a row of zeros. */
const TINY = 1e-6;

/** Returns what writes numbers in it: `short`, `printed`, `percent`, `beside`, `bracketed`, `divisor`, `placed`. */
export function numerals(language) {
  const local = (text) => inLanguage(text, language);
  const short = (value, digits = 4) => local(readable(value, digits));
  const bracket = (text) => (text.startsWith('\u2212') ? `(${text})` : text);
  return {
    short,
    printed,
    beside: (value, size) => bracket(local(besideOf(value, size))),
    percent: (share) => (share > 0 && share < TINY ? `< ${local(percentOf(TINY))}` : local(percentOf(share))),
    bracketed: (value, digits = 4) => bracket(short(value, digits)),
    divisor: (value, digits = 4) => short(value, digits).replace(/.*×.*/, '($&)'),
    placed: (value, places) => local(withCommas(value, places)),
  };
}

/** Returns a number to so many digits; a very large or small one as a product with a power of ten. */
function readable(value, digits) {
  return withProducts(textOf(value, digits));
}

/** Returns a number to so many digits; of a very large or small one with an exponent. */
function textOf(value, digits) {
  return digits > 6 ? withCommas(value, 0) : shortOf(value, digits);
}

/** Returns a number as it is read from the digits that are printed of it. */
function printed(value, digits) {
  const [figures, power = 0] = textOf(value, digits).split('e');
  return Number(`${figures.replaceAll(',', '')}e${power}`);
}

/** Returns a text in which a product as `readable` writes it, or typed as `6.758 x 10^10`, is `6.758e10`. */
export function withoutProduct(text) {
  const flat = text.replace(/[⁰¹²³⁴-⁹]/g, (sign) => String(RAISED.indexOf(sign))).replace(/⁻/g, '-');
  return flat.replace(/\s*[×x*·]\s*10(\^|\*\*)?(?=[+\-\u2212\d])/i, 'e');
}

/** Returns a number to four digits of a size that what is less this number is told in. */
function besideOf(value, size) {
  const far = Math.abs(value);
  if (far < 0.00005 * size) return '0';
  if (far < 1e-3 || far >= 1e13) return readable(value, 4);
  const places = Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(size))));
  return withCommas(value, places).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
}

function withCommas(value, places) {
  if (!Number.isFinite(value)) return shortOf(value);
  const set = { minimumFractionDigits: places, maximumFractionDigits: places };
  const text = value.toLocaleString('en', set);
  return Number(text.replaceAll(',', '')) === 0 ? text.replace('-', '') : text;
}

function inLanguage(text, language) {
  const signed = text.replace('inf', '∞').replace('-', '\u2212');
  if (language !== 'de') return signed;
  return signed.replace(/[.,]/g, (sign) => (sign === '.' ? ',' : '.'));
}

/** Returns how many places after the point tell three digits of numbers of a size. */
export function placesFor(size) {
  return Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.abs(size) || 1))));
}

/** Letters of a line of a sentence and of what stands below it, at 1280 x 720, and lines that there is room for. */
const [SAID, BELOW, ROOM] = [80, 78, 2];

/** Whether a sentence and what stands below it are too long for their usual size. */
export function isLong(say, sum) {
  return Math.ceil(say.length / SAID) + Math.ceil(sum.length / BELOW) > ROOM;
}

/** Returns a text in pieces, those that the glossary tells with their meaning: {text, meaning}. */
export function glossed(text, glossary) {
  const words = Object.keys(glossary).sort((a, b) => b.length - a.length);
  const one = new RegExp(`(?<![\\p{L}-])(${words.join('|')})(?![\\p{L}-])`, 'u');
  const pieces = [];
  const seen = new Set();
  let rest = text;
  for (let found = one.exec(rest); found; found = one.exec(rest)) {
    const [word] = found;
    pieces.push({ text: rest.slice(0, found.index), meaning: '' });
    pieces.push({ text: word, meaning: seen.has(word) ? '' : glossary[word] });
    seen.add(word);
    rest = rest.slice(found.index + word.length);
  }
  return [...pieces, { text: rest, meaning: '' }].filter((piece) => piece.text);
}
