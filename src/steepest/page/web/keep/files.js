// What a reader takes along: a picture of the cards, every step as a table, a text. The only part
// of words and keeping that touches the document.
import { penOf, set, svg } from '../draw/canvas.js';
import { notFinite } from '../numerals.js';

const WIDTH = 720;
const EDGE = 32;
const GAP = 28;
const SHARP = 2;
const LINE = 1.4;
const FONT = 'system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';

/** What style sheets may have given the parts of an SVG, and a file of its own must hold. */
const STYLES = [
  'fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity',
  'stroke-linecap', 'stroke-linejoin', 'opacity', 'font-family', 'font-size', 'font-weight',
  'text-anchor', 'dominant-baseline', 'paint-order', 'display', 'visibility',
];

/**
 * Returns the cards as one picture, a Blob: `cards` have `title`, `caption` (a text or an element)
 * and `picture()`, a canvas or an SVG element. The colours are those of the page the cards are on.
 */
export async function savePicture(cards, { format, title }) {
  const sheet = laidOut(cards, title);
  const drawn = await svgOf(sheet, format === 'svg');
  const text = new XMLSerializer().serializeToString(drawn);
  const plain = new Blob([text], { type: 'image/svg+xml' });
  return format === 'svg' ? plain : pngOf(sheet, text);
}

/**
 * Returns every kept step of a run as CSV, all digits, with the names of Python's `trace_table`.
 * @param {Run} run
 * @param {Scene} scene
 */
export function traceCsv(run, scene) {
  const names = scene.params.map(({ name }) => name);
  const heads = [
    'index', 'loss', 'full_loss', 'gradient_norm', 'learning_rate', 'momentum',
    ...names.map((name) => `param ${name}`),
    ...names.map((name) => `gradient ${name}`),
  ];
  const rows = Array.from(run.index, (index, i) => {
    const of = (values) => values.subarray(i * run.size, (i + 1) * run.size);
    const numbers = ['loss', 'fullLoss', 'norm', 'rate', 'momentum'].map((name) => run[name][i]);
    return [index, ...numbers, ...of(run.params), ...of(run.gradient)].map(number).join(',');
  });
  return [heads.map(quoted).join(','), ...rows, ''].join('\n');
}

/** Lets the reader save a Blob under a name. */
export function download(blob, name, anchorParent) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.hidden = true;
  anchorParent.append(link);
  link.click();
  link.remove();
  // The browser reads the address after the click, in its own time.
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

/**
 * Returns the name of a file of a scene, without its ending.
 * @param {Scene} scene
 */
export function fileName(scene) {
  const word = scene.source.replace(/\.\w+$/, '').replace(/[^\p{L}\p{N}._-]+/gu, '-');
  return word.replace(/^[.-]+/, '') || 'steepest';
}

/** Copies a text; returns false where the browser does not let it, as in a sandboxed frame. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// --- the table -----------------------------------------------------------------------------------

function quoted(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Returns a number with all its digits, as Python writes it. */
function number(value) {
  if (!Number.isFinite(value)) return notFinite(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

// --- the picture ---------------------------------------------------------------------------------

/** Returns where title and cards stand: two columns, each card's picture below its title. */
function laidOut(cards, title) {
  const look = lookOf(cards);
  const shown = cards.map((card) => ({ ...card, source: card.picture() })).filter((c) => c.source);
  const placed = [];
  let y = EDGE + 46;
  for (let i = 0; i < shown.length; i += 2) {
    const row = shown.slice(i, i + 2).map((card, column) => placeOf(card, column, y));
    placed.push(...row);
    y = Math.max(...row.map(({ bottom }) => bottom)) + GAP;
  }
  return { title, look, placed, width: 2 * WIDTH + GAP + 2 * EDGE, height: y - GAP + EDGE };
}

function placeOf({ title, caption, source }, column, top) {
  const { width, height } = sizeOf(source);
  const told = typeof caption === 'string' ? caption : caption.textContent;
  const lines = wrapped(told, WIDTH, `13px ${FONT}`);
  const tall = (WIDTH * height) / width;
  const [x, y] = [EDGE + column * (WIDTH + GAP), top + 30];
  const place = { title, source, lines, x, top, y, width: WIDTH, height: tall };
  return { ...place, bottom: y + tall + 12 + lines.length * 13 * LINE };
}

/** Returns ink, muted ink and paper of the page that the cards are on. */
function lookOf(cards) {
  const place = cards.map(({ caption }) => caption).find((one) => one instanceof Element);
  const style = place && getComputedStyle(place);
  const read = (name, usual) => style?.getPropertyValue(`--st-${name}`).trim() || usual;
  return {
    ink: read('ink', '#1b1f24'),
    muted: read('muted', '#5b6570'),
    paper: read('card', '#ffffff'),
  };
}

function sizeOf(source) {
  const box = source.getBoundingClientRect();
  if (box.width && box.height) return box;
  const size = (name) => Number.parseFloat(source.getAttribute(name)) || 0;
  const [, , width, height] = (source.getAttribute('viewBox') ?? '').split(/[\s,]+/).map(Number);
  return { width: size('width') || width || 4, height: size('height') || height || 3 };
}

/** Returns a text in lines no wider than `width`. */
function wrapped(text, width, font) {
  const pen = penOf(document.createElement('canvas'));
  pen.font = font;
  const lines = [''];
  for (const word of text.split(/\s+/u).filter(Boolean)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Returns the sheet as an SVG; without `pictures` it has the words alone. */
async function svgOf({ title, look, placed, width, height }, pictures) {
  const view = `0 0 ${width} ${height}`;
  const root = svg('svg', { width, height, viewBox: view, 'font-family': FONT });
  svg('rect', { width, height, fill: look.paper }, root);
  words(root, title, EDGE, EDGE + 22, { 'font-size': 24, 'font-weight': 700, fill: look.ink });
  for (const card of placed) {
    const { x, top, y } = card;
    words(root, card.title, x, top + 16, { 'font-size': 16, 'font-weight': 700, fill: look.ink });
    if (pictures) root.append(embedded(card));
    card.lines.forEach((line, i) => {
      const place = y + card.height + 12 + (i + 0.8) * 13 * LINE;
      words(root, line, x, place, { 'font-size': 13, fill: look.muted });
    });
  }
  return root;
}

/** Returns the picture of a card as part of an SVG: a canvas as PNG, an SVG with its styles. */
function embedded({ source, x, y, width, height }) {
  if (source instanceof HTMLCanvasElement) {
    return svg('image', { x, y, width, height, href: source.toDataURL('image/png') });
  }
  const copy = styled(source);
  const size = sizeOf(source);
  const view = source.getAttribute('viewBox') ?? `0 0 ${size.width} ${size.height}`;
  set(copy, { x, y, width, height, viewBox: view });
  return copy;
}

/** Returns a copy of an SVG that looks the same without the page's style sheets. */
function styled(source) {
  const copy = source.cloneNode(true);
  const [olds, news] = [source, copy].map((one) => [one, ...one.querySelectorAll('*')]);
  olds.forEach((old, i) => {
    const style = getComputedStyle(old);
    for (const name of STYLES) {
      const value = style.getPropertyValue(name);
      if (value) news[i].setAttribute(name, value);
    }
    for (const name of ['style', 'class', 'tabindex']) news[i].removeAttribute(name);
  });
  return copy;
}

/** Returns the sheet as PNG, twice as sharp: the words, then each picture in its place. */
async function pngOf({ placed, width, height }, text) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [SHARP * width, SHARP * height];
  const pen = penOf(canvas);
  pen.scale(SHARP, SHARP);
  pen.drawImage(await imageOf(text), 0, 0, width, height);
  for (const card of placed) {
    pen.drawImage(await drawable(card), card.x, card.y, card.width, card.height);
  }
  return new Promise((give, fail) => {
    const done = (blob) => (blob ? give(blob) : fail(new Error('the picture is too large')));
    canvas.toBlob(done, 'image/png');
  });
}

async function drawable(card) {
  if (card.source instanceof HTMLCanvasElement) return card.source;
  const [width, height] = [SHARP * card.width, SHARP * card.height];
  const copy = embedded({ ...card, x: 0, y: 0, width, height });
  return imageOf(new XMLSerializer().serializeToString(copy));
}

/** Returns the image that the text of an SVG draws. */
async function imageOf(text) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  return image;
}

function words(parent, text, x, y, look) {
  svg('text', { x, y, ...look }, parent).textContent = text;
}
