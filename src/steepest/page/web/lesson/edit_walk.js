// The fields of the editor in which a lecturer chooses where the walk of the line starts, and at which rate.
import { element, part } from '../draw/canvas.js';
import { filled } from '../sentences/filled.js';
import { typed } from './tasks.js';

/** The rates that are neither the lesson's too small one nor leap over the lowest point, as its too large one does. */
const [SLOWEST, FASTEST] = [0.02, 0.5];

/** How far from the lowest point a start may be, in standard deviations of the target. */
const [NEAREST, FARTHEST] = [0.1, 10];

/**
 * Adds the fields below `root`; returns what says the start and rate that were chosen: `{start, rate}`, each only if it
 * was. `words` has the line as it is; `change()` hears of each number that is taken.
 */
export function addWalk(root, record, { words, language, change }) {
  const { ui, line, short } = words;
  let walk = { ...record.edits?.walk };
  // Both are judged together: a weight that is refused beside one bias may be well beside another.
  const start = Array.from(line.start);
  const fault = faultsOf(words);
  const row = part(root, 'st-le-answer st-le-walk');
  const said = element('p', { attributes: { role: 'status' } }, root);
  const used = () => {
    const [w, b] = (walk.start ?? line.start).map((value) => short(value));
    return filled(ui.in_use, { rate: short(walk.rate ?? line.rates.rate), w, b });
  };
  const add = (name, value, take) => {
    const input = element('input', { attributes: { type: 'text' } }, element('label', { text: name }, row));
    input.value = short(value);
    input.addEventListener('change', () => {
      const given = typed(input.value, language);
      const wrong = Number.isFinite(given) ? take(given) : filled(ui.no_number, { example: short(-1.5) });
      said.textContent = wrong && `${wrong} ${used()}`;
      input.setAttribute('aria-invalid', String(Boolean(wrong)));
      if (!wrong) change();
    });
  };
  add(ui.rate_first, line.rates.rate, (rate) => {
    const wrong = fault.rate(rate);
    if (!wrong) walk = { ...walk, rate };
    return wrong;
  });
  [ui.start_weight, ui.start_bias].forEach((name, i) => add(name, start[i], (value) => {
    start[i] = value;
    const wrong = fault.start(start);
    if (wrong) return wrong;
    walk = { ...walk, start: [...start] };
    row.querySelectorAll('label:not(:first-child) input').forEach((one) => one.removeAttribute('aria-invalid'));
    return '';
  }));
  element('p', { text: ui.walk_hint }, root);
  return () => walk;
}

/** Returns what says why a rate or a start cannot be walked; nothing where it can. */
function faultsOf({ ui, line: { bowl, rates }, short }) {
  const size = bowl.yy ** 0.5;
  return {
    rate: (rate) => (rate >= SLOWEST && rate <= FASTEST ? '' : filled(ui.no_rate, {
      low: short(SLOWEST), high: short(FASTEST), small: short(rates.small), large: short(rates.large),
    })),
    start: (params) => {
      const far = Math.hypot(...params.map((value, i) => value - bowl.best[i])) / size;
      return far >= NEAREST && far <= FARTHEST ? '' : filled(ui.no_start, {
        w: short(bowl.best[0]), b: short(bowl.best[1]), near: short(NEAREST * size), far: short(FARTHEST * size),
      });
    },
  };
}
