// One press each: rates that are too small, good, too large; the ravine; a race with momentum.
import { element } from '../draw/canvas.js';
import { activeRun } from '../state/select.js';
import { short } from '../numerals.js';
import { ratioOf } from '../words/ravine_tasks.js';
import { button, freshId } from './fields.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };

const SAY = SENTENCES.controlsPresets;

/** The share of the limit at which a walk is seen to arrive. */
const GOOD = 0.2;

/** Rates in shares of the limit above which the steps across the sharpest slope grow. */
const SHARES = [['Too small', 0.01], ['Good', GOOD], ['Too large', 0.95], ['Just diverges', 1.02]];

/** The share of the limit at which a ravine is walked: fast across, slow along. */
const RAVINE = 0.9;

/** Ratios of curvatures in which a race is run in the reader's own units: above, no walk arrives, below, each does. */
const RATIOS = [25, 1000];

/** The race elsewhere: at a rate that is too small, in standard units, with the momentum that is quick at it. */
const [SLOW, QUICK] = [0.01, 'momentum:0.8'];

/** Where a bowl is round: only there a rate that is near its limit is slower than a good one. */
const ROUND = { scale: 'standard' };

/**
 * Adds the presets; they are there for a page that computes and a run whose rate has a limit.
 * @param {Store} store
 */
export function makePresets(parent, store) {
  const attributes = { role: 'group', 'aria-label': 'Try', 'data-control': 'presets' };
  const row = element('div', { class: 'st-presets', attributes }, parent);
  const tried = SHARES.map(
    ([name, share]) => button(row, name, () => walkAt(store, share, ROUND), { style: 'st-small' }),
  );
  const ravine = button(row, '', () => changeUnits(store), { style: 'st-small' });
  const race = button(row, 'Momentum race', () => startRace(store), { style: 'st-small' });
  const why = element('span', { class: 'st-unseen', attributes: { id: freshId('why') } }, row);
  race.setAttribute('aria-describedby', why.id);
  return {
    show(state) {
      row.hidden = store.engine.kind === 'record' || !activeRun(state).limit;
      // Above a limit that a bound on the curvature gives, a walk may well arrive: nothing is called too large.
      const isExact = Boolean(activeRun(state).exactLimit);
      [...tried.slice(2), ravine].forEach((one) => { one.hidden = !isExact; });
      const isRound = state.scene.features.length === 1;
      const [standard, own] = isRound ? ['Round bowl', 'Ravine'] : ['Standard units', 'Own units'];
      ravine.textContent = state.choices.scale === 'none' ? standard : own;
      const isOn = state.runs.length > 1;
      race.setAttribute('aria-disabled', String(isOn));
      race.title = why.textContent = isOn ? SAY.race : '';
    },
  };
}

/**
 * Walks anew by steepest descent at a share of the limit, from the same start.
 * @param {Store} store
 */
async function walkAt(store, share, patch = {}) {
  store.set({ playing: false });
  store.seek(0);
  if (Object.keys(patch).length || store.state.choices.rule !== 'steepest') {
    await store.choose({ rule: 'steepest', learning_rate: 'auto', ...patch });
  }
  const { limit } = activeRun(store.state);
  if (limit) await store.choose({ learning_rate: Number(short(share * limit, 3)) });
  store.set({ playing: true });
}

/** The reader's own units, where the bowl is as long and narrow as they make it; or standard ones again. */
function changeUnits(store) {
  const isOwn = store.state.choices.scale === 'none';
  return isOwn ? walkAt(store, GOOD, ROUND) : walkAt(store, RAVINE, { scale: 'none' });
}

/** One walk through the ravine, or at a slow rate, and one with momentum beside it at that rate, from its start. */
async function startRace(store) {
  if (store.state.runs.length > 1) {
    store.set({ fault: SAY.race });
    return;
  }
  await walkAt(store, GOOD, { scale: 'none' });
  const ratio = ratioOf(store.state, 'none', activeRun(store.state)) ?? Infinity;
  const isOwn = ratio >= RATIOS[0] && ratio <= RATIOS[1];
  if (!isOwn) await walkAt(store, SLOW, ROUND);
  store.set({ playing: false });
  await store.addRun({ ...store.state.choices, rule: isOwn ? 'momentum:0.9' : QUICK });
  store.seek(0);
  store.set({ playing: true });
}
