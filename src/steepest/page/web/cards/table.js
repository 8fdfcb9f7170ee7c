// The card of the rows as a table, actual against predicted: what the model of the step that is
// shown says of each row, what that costs, and how the costs come to the loss. A real HTML table.
import { activeRun, lossOf, trueLoss } from '../state/select.js';
import { counted, short } from '../numerals.js';
import { element, listen, part, watchWidth } from '../draw/canvas.js';
import { themeOf } from '../draw/colours.js';
import { Enter } from '../gestures/enter.js';
import { attached } from '../gestures/gesture.js';
import { Keyboard } from '../gestures/keyboard.js';
import { columnsOf, lookOf, shareText } from './table_columns.js';
import { chosenRows, FEW, MOST, TOP, valuesOf, worked } from './table_rows.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.cardsTable;

/** @type {(keyof State)[]} */
const MODEL = ['scene', 'runs', 'active', 'at', 'theme'];

/** The size of type, in pixels, that the widths of columns are for. */
const TYPE = 10.5;

/** How the column that sorts is marked: rows upwards, costs downwards. */
const HERE = { row: '\u00a0▴', cost: '\u00a0▾' };

/** Make the card of the rows in an element; `on.row(i)` hears which row is pointed at, -1 none. */
export function makeTable(parent, on = {}) {
  const table = new Table(parent, on);
  return {
    show: (state, changed) => table.show(state, changed),
    destroy: () => table.destroy(),
  };
}

class Table {
  constructor(parent, on) {
    this.on = on;
    this.state = null;
    this.width = 0;
    this.by = null;
    this.all = false;
    this.current = 0;
    this.rows = [];
    this.wrap = part(parent, 'st-table');
    this.formula = part(this.wrap, 'st-formula', 'p');
    this.example = part(this.wrap, 'st-worked', 'p');
    this.scroll = part(this.wrap, 'st-table-scroll');
    this.table = element('table', {}, this.scroll);
    this.caption = element('caption', {}, this.table);
    this.head = element('tr', {}, element('thead', {}, this.table));
    this.body = element('tbody', {}, this.table);
    this.foot = element('tfoot', {}, this.table);
    const small = { class: 'st-button st-small', attributes: { type: 'button' } };
    this.more = element('button', small, this.wrap);
    this.detach = this.attach();
    this.observer = watchWidth(this.wrap, (width) => {
      this.width = width;
      if (this.state) this.build();
    });
  }

  get run() {
    return activeRun(this.state);
  }

  /** Have pointer and keys heard; returns how to end that. */
  attach() {
    this.more.addEventListener('click', () => {
      this.all = !this.all;
      this.update();
    });
    const leave = () => this.on.row?.(-1);
    listen(this.body, { focusin: (event) => this.point(event, true), focusout: leave });
    return attached(
      new Enter(this.body, { enter: (event) => this.point(event), leave }),
      new Keyboard(this.body, 'table', { walk: (by) => this.walk(by) }),
    );
  }

  /**
   * Take over a new state; `changed` names its parts that are new, null for all.
   * @param {State} state
   * @param {Changed} [changed]
   */
  show(state, changed = null) {
    const before = this.state;
    this.state = state;
    if (!this.width) return;
    const other = !before || isOther(before, state);
    if (!changed || changed.has('theme') || !this.columns || other) this.build();
    else if (MODEL.some((key) => changed.has(key))) this.update();
    else if (changed.has('hover')) this.light();
  }

  /** Make the columns anew: for other data, another loss, or another width. */
  build() {
    const { scene } = this.state;
    const { choices } = this.run;
    this.theme = themeOf(this.wrap);
    // Larger type, as on a projector, leaves room for fewer columns.
    const room = (this.width * TYPE) / parseFloat(getComputedStyle(this.table).fontSize);
    this.columns = columnsOf(scene, choices, room);
    this.sorted = this.by ?? (scene.shown > FEW ? 'cost' : 'row');
    this.body.replaceChildren();
    this.rows = [];
    this.head.replaceChildren(...this.columns.map((column) => this.heading(column)));
    this.tellFormula();
    this.update();
  }

  heading(column) {
    const { name, head, sort } = column;
    const cell = element('th', { class: lookOf(column), attributes: { scope: 'col' } });
    if (!sort) {
      cell.textContent = head;
      return cell;
    }
    const button = element('button', { text: head, attributes: { type: 'button' } }, cell);
    const hidden = { 'aria-hidden': 'true' };
    const arrow = element('span', { class: 'st-sort', attributes: hidden }, button);
    button.addEventListener('click', () => {
      this.by = name;
      this.sorted = name;
      this.update();
    });
    return Object.assign(cell, { sortedBy: name, arrow });
  }

  tellFormula() {
    const { scene } = this.state;
    this.formula.replaceChildren('loss of a row = ');
    if (!scene.target.classes) {
      this.formula.append(lossOf(scene, this.run.choices.loss)?.formula ?? 'its cost');
      return;
    }
    const sub = (text) => element('sub', { text });
    const k = scene.target.classes.length;
    this.formula.append('-Σ', sub(`i=1..${k}`), ' y', sub('i'), ' log(ŷ', sub('i'), ')');
    this.formula.append(', y', sub('i'), SAY.actual, sub('i'));
    this.formula.append(SAY.predicted);
  }

  /** Write all numbers anew, into the rows that are there. */
  update() {
    this.values = { ...valuesOf(this.state, this.run), theme: this.theme };
    this.order = chosenRows(this.values, this.sorted, this.all);
    while (this.rows.length > this.order.length) this.rows.pop().node.remove();
    while (this.rows.length < this.order.length) this.rows.push(this.makeRow());
    this.current = Math.min(this.current, this.rows.length - 1);
    this.rows.forEach((row, k) => this.writeRow(row, this.order[k], k === this.current));
    this.markSorting();
    this.tellSums();
    this.nameMore();
    this.light();
    this.tell();
  }

  makeRow() {
    const node = element('tr', {}, this.body);
    const cells = this.columns.map((column, k) => {
      const cell = element(k ? 'td' : 'th', { class: lookOf(column) }, node);
      if (!k) cell.setAttribute('scope', 'row');
      return column.make(cell);
    });
    return { node, cells, row: -1 };
  }

  writeRow(row, i, stop) {
    row.row = i;
    row.node.tabIndex = stop ? 0 : -1;
    row.node.classList.toggle('st-worst', i === this.values.worst);
    this.columns.forEach((column, k) => column.write(row.cells[k], this.values, i));
  }

  markSorting() {
    /** @type {any} */
    const { children } = this.head;
    for (const cell of children) {
      if (!cell.sortedBy) continue;
      const here = cell.sortedBy === this.sorted;
      const way = this.sorted === 'cost' ? 'descending' : 'ascending';
      cell.setAttribute('aria-sort', here ? way : 'none');
      cell.arrow.textContent = here ? HERE[this.sorted] : '\u00a0▿';
    }
  }

  tellSums() {
    const { scene, sum, mean, penalty, loss } = this.values;
    const count = scene.shown;
    // The mean of rows that do not count alike is not the loss: then that is told beside it.
    const sampled = (count < scene.rows && !this.run.sampled) || scene.weighted;
    const lines = this.othersLine();
    lines.push([`sum over ${counted(count, 'row')}`, short(sum), shareText(sum > 0 ? 1 : 0)]);
    const whole = sampled || penalty ? '' : ' = the loss';
    lines.push([`mean, the sum / ${short(count)}${whole}`, short(mean), '']);
    if (penalty) {
      lines.push([SAY.penalty, short(penalty), '']);
      lines.push([`mean + penalty${sampled ? '' : ' = the loss'}`, short(loss), '']);
    }
    const all = `the loss of all ${counted(scene.rows, 'row')}`;
    if (sampled) lines.push([all, short(this.trueLoss()), '']);
    this.writeFoot(lines);
  }

  trueLoss() {
    return trueLoss(this.run, this.state.at);
  }

  othersLine() {
    const { scene, costs, sum } = this.values;
    const others = scene.shown - this.order.length;
    if (!others) return [];
    const rest = this.order.reduce((left, i) => left - costs[i], sum);
    const share = shareText(sum > 0 ? Math.max(0, rest) / sum : 0);
    return [[`the other ${counted(others, 'row')} together`, short(Math.max(0, rest)), share]];
  }

  writeFoot(lines) {
    const span = this.columns.length - 2;
    while (this.foot.children.length > lines.length) this.foot.lastChild.remove();
    while (this.foot.children.length < lines.length) {
      const row = element('tr', {}, this.foot);
      element('th', { attributes: { scope: 'row' } }, row);
      part(row, 'st-col-cost', 'td');
      part(row, 'st-col-share', 'td');
    }
    lines.forEach((texts, k) => {
      /** @type {any} */
      const { cells } = this.foot.children[k];
      cells[0].colSpan = span;
      texts.forEach((text, j) => { cells[j].textContent = text; });
    });
  }

  nameMore() {
    const count = this.values.scene.shown;
    this.more.hidden = count <= FEW;
    const all = count <= MOST ? `Show all ${count} rows` : filled(SAY.show, [MOST]);
    this.more.textContent = this.all ? filled(SAY.show, [TOP]) : all;
    this.scroll.classList.toggle('st-long', this.all);
  }

  /** Light the row that is pointed at here or in another card; the page stays where it is. */
  light() {
    const { row } = this.state.hover;
    for (const { node, row: i } of this.rows) node.classList.toggle('st-lit', i === row);
    const told = row >= 0 && row < this.values.scene.shown ? row : this.values.worst;
    this.example.textContent = worked(this.values, this.run.choices, told);
  }

  tell() {
    const { at } = this.state;
    const step = this.run.index[at];
    const { sum, mean, loss, scene, worst } = this.values;
    this.caption.textContent = filled(SAY.actualAgainst, [short(step, 12)]);
    const numbers = { at, step, sum, mean, loss, worst: scene.rowNumbers[worst] };
    Object.assign(this.wrap.dataset, numbers);
  }

  point(event, focus = false) {
    const node = event.target.closest('tr');
    const k = this.rows.findIndex((row) => row.node === node);
    if (k < 0) return;
    if (focus) this.stopAt(k);
    this.on.row?.(this.rows[k].row);
  }

  stopAt(k) {
    if (this.rows[this.current]) this.rows[this.current].node.tabIndex = -1;
    this.current = k;
    this.rows[k].node.tabIndex = 0;
  }

  /** Go so many rows down. */
  walk(by) {
    const to = Math.max(0, Math.min(this.rows.length - 1, this.current + by));
    this.rows[to].node.focus();
  }

  destroy() {
    this.observer.disconnect();
    this.detach();
    this.wrap.remove();
  }
}

/** @param {State} state */
function isOther(before, state) {
  const old = before.scene;
  const { scene } = state;
  const loss = activeRun(before).choices.loss !== activeRun(state).choices.loss;
  return loss || old.target !== scene.target || old.features !== scene.features;
}
