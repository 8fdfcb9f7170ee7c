// Colours: the ramp of the surface, and those of marks, which the page's theme decides. Marks are
// of colours that readers with any kind of colour vision can tell apart (Okabe & Ito 2008), and
// runs differ in dash too.

// viridis (van der Walt and Smith 2015) at every 10.2th of its 256 colours
const STOPS = (
  '440154 471063 481d6f 472c7a 453882 414487 3c4f8a 375a8c 32658e 2e6f8e 2a788e 26828e 228b8d '
  + '1f958b 1f9f88 22a884 2cb17e 3aba76 4ec36b 63cb5f 7ad151 93d741 addc30 cae11f e5e419 fde725'
).split(' ').map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));

/** The colours of the surface, red, green, blue of 256 shades, evenly lighter with the loss. */
export const RAMP = Uint8Array.from({ length: 768 }, (_, i) => {
  const place = Math.floor(i / 3) / 255 * (STOPS.length - 1);
  const stop = Math.min(STOPS.length - 2, Math.floor(place));
  const part = place - stop;
  return Math.round(STOPS[stop][i % 3] * (1 - part) + STOPS[stop + 1][i % 3] * part);
});

/** The dash of each run, as canvas and SVG take it: runs are never told apart by colour alone. */
export const DASHES = [[], [9, 4], [3, 4], [12, 4, 3, 4], [6, 3], [14, 5, 3, 5, 3, 5]];

const SINGLE = {
  ink: '#1b1f24',
  muted: '#5b6570',
  paper: '#ffffff',
  card: '#ffffff',
  line: '#d5dae0',
  data: '#3b5b7a',
  halo: '#ffffff',
  arrow: '#111111',
};

const RUNS = ['#d55e00', '#0072b2', '#cc3d8f', '#7a5195', '#8a6d00', '#333f48'];

const CLASSES = [
  '#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#a0522d', '#555555', '#b8a500',
];

/** Letters in a picture are this much of the page's, and never smaller than that, in pixels. */
const TYPE = 0.76;
const SMALLEST = 11;

/**
 * The colours that hold at an element, from the page's custom properties; light where none. `type`
 * is the size of letters in a picture there, in pixels.
 */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(`--st-${name}`).trim() || fallback;
  const theme = {};
  for (const [name, fallback] of Object.entries(SINGLE)) theme[name] = read(name, fallback);
  theme.runs = RUNS.map((fallback, i) => read(`run-${i}`, fallback));
  theme.classes = CLASSES.map((fallback, i) => read(`class-${i}`, fallback));
  theme.dark = brightness(theme.ink) > 0.5;
  theme.type = Math.max(SMALLEST, TYPE * (Number.parseFloat(style.fontSize) || 0));
  return theme;
}

/** How bright a colour is, 0 black to 1 white. */
function brightness(colour) {
  const [red, green, blue] = rgbOf(colour);
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
}

/** Red, green and blue of a colour, 0 to 255: '#rgb', '#rrggbb' or 'rgb(...)'. */
export function rgbOf(colour) {
  if (!colour.startsWith('#')) return (colour.match(/[\d.]+/g) ?? ['0', '0', '0']).map(Number);
  const hex = colour.length < 7 ? colour.slice(1).replace(/./g, '$&$&') : colour.slice(1);
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
}
