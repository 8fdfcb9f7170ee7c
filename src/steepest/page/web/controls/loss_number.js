// The loss of the step that is shown, in large type.
import { element, part } from '../draw/canvas.js';
import { activeRun, trueLoss, withShownLoss } from '../state/select.js';
import { short, withProducts } from '../numerals.js';
import { withinOf } from '../words/sampled.js';

/** Adds the number, and what it may be off by where rows are sampled. */
export function makeLossNumber(parent) {
  const held = part(parent, 'st-loss-number', 'p');
  return {
    held,
    show(now) {
      const state = withShownLoss(now);
      held.textContent = withProducts(short(trueLoss(activeRun(state), state.at)));
      const within = withinOf(state);
      if (within !== null) element('small', { text: ` ± ${withProducts(short(within, 2))}` }, held);
    },
  };
}
