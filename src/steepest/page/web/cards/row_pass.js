// One row's way through the network, slowly: a stage at each press, forward layer by layer to its loss,
// and back again, each with its arithmetic.
import { button, entry, fill, numberIn } from '../controls/fields.js';
import { element, part, set } from '../draw/canvas.js';
import { passOf } from '../words/network.js';
import { stagesOf } from '../words/row_pass.js';

/**
 * The stages of a row; `hear(layer, row)` is told which layer of the picture is meant, -1 for none, and
 * `ask(number)` which row is to be told, by its number in the table, -1 when it is over.
 */
export class RowPass {
  constructor(parent, hear, ask) {
    this.hear = hear;
    this.ask = ask;
    this.row = 0;
    this.stage = -1;
    this.state = null;
    this.network = null;
    this.asked = -1;
    this.held = part(parent, 'st-pass');
    const row = part(this.held, 'st-row');
    this.back = button(row, 'Back', () => this.go(this.stage - 1), { name: 'A stage back' });
    this.next = button(row, '', () => this.go(this.stage + 1));
    this.end = button(row, 'End', () => this.go(-1), { name: 'End the pass' });
    this.number = entry(row, 'row', (text) => ask(numberIn(text)), { mode: 'numeric' });
    this.heading = part(row, 'st-heading', 'strong');
    this.lines = part(this.held, 'st-lines');
  }

  /**
   * Show a state; a row that is lit is the one that goes through, unless one is on its way.
   * @param {State} state
   */
  show(state, network) {
    const { row } = state.hover;
    if (this.stage < 0 && row >= 0 && row < state.scene.shown) this.row = row;
    if (state.row !== this.asked) this.follow(state.row);
    if (this.row >= state.scene.shown) this.row = 0;
    Object.assign(this, { state, network });
    // A run that goes on is not spoken.
    set(this.held, { 'aria-live': state.playing ? 'off' : 'polite' });
    this.tell();
  }

  /** Take up the row that is asked for, -1 for none, at its first stage. */
  follow(asked) {
    this.asked = asked;
    this.row = asked < 0 ? this.row : asked;
    this.stage = asked < 0 ? -1 : 0;
  }

  go(stage) {
    this.stage = stage;
    this.tell();
    const isOver = this.stage < 0; // It may have ended with the last stage.
    this.asked = isOver ? -1 : this.row;
    this.ask(isOver ? -1 : this.state.scene.rowNumbers[this.row]);
  }

  tell() {
    const { state, network, row, stage } = this;
    const stages = stage < 0 ? [] : stagesOf(state, passOf(state, network, row), row);
    if (stage > 0 && stage === stages.length) return this.go(-1);
    fill(this.number, state.scene.rowNumbers[row]);
    const now = stages[stage];
    const number = state.scene.rowNumbers[row];
    this.next.textContent = now ? 'Next' : `Row ${number} through the network, slowly`;
    [this.back.disabled, this.back.hidden, this.end.hidden] = [stage <= 0, !now, !now];
    this.heading.textContent = now ? `Row ${number}, ${stage + 1} of ${stages.length}: ${now.heading}` : '';
    this.lines.replaceChildren(...(now?.lines ?? []).map((text) => element('p', { text })));
    return this.hear(now?.layer ?? -1, now ? row : -1);
  }
}
