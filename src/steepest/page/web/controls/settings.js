// What a run is made of: rule, loss, scaling, batch, penalty, and its params by hand.
import { element, part } from '../draw/canvas.js';
import { ACTIVATION_NAMES } from '../engine/activations.js';
import { findsRate, numbersOf, ruleInWords, ruleName, ruleWord } from '../engine/rules.js';
import { activeRun, paramsAt, trueLoss } from '../state/select.js';
import { counted, fixed, short } from '../numerals.js';
import { box, button, choice, entry, fill, numberIn } from './fields.js';
import { makeRate } from './rate.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.controlsSettings;

const RULES = SAY.rules;

const LOSSES = SAY.losses;

const SCALES = SAY.scales;

const MOST_PARAMS = 6;

/**
 * Adds the settings; `show(state)` keeps them true.
 * @param {Store} store
 */
export function makeSettings(parent, store) {
  const panel = element(
    'section',
    { class: 'st-settings', attributes: { 'aria-label': SAY.settings } },
    parent,
  );
  const note = part(panel, 'st-note', 'p');
  const parts = !store.state.scene.shown ? [] : [
    makeStart(panel, store),
    makeRate(panel, store),
    makeRule(panel, store),
    makeLoss(panel, store),
    makeNetwork(panel, store),
    makeScaling(panel, store),
    makePlane(panel, store),
    makeNumbers(panel, store),
    makeRows(panel, store),
  ];
  return {
    show(state) {
      parts.forEach((one) => one.show(state));
      lock(panel, note, state.scene);
    },
  };
}

/**
 * A page that only has the recorded steps says so, and its fields are shut.
 * @param {Scene} scene
 */
function lock(panel, note, scene) {
  const shut = scene.engine === 'record';
  note.textContent = shut && !scene.shown ? ROWLESS : shut
    ? filled(SAY.page, [whyShut(scene)])
    : '';
  note.hidden = !shut;
  for (const field of panel.querySelectorAll('input, select, button')) {
    if (shut) field.disabled = true;
  }
}

const ROWLESS = SAY.pageHolds;

/**
 * Returns why a page computes no other steps: the first reason that Python's `_computes` has.
 * @param {Scene} scene
 */
function whyShut({ shown, rows, weighted, network, params, features }) {
  if (shown < rows) return `it holds ${fixed(shown, 0)} of the ${counted(rows, 'row')}`;
  if (weighted) return SAY.rows;
  if (network?.dtype === 'float32') return SAY.they;
  if (network && rows * params.length > network.most) {
    return filled(SAY.rowsTimes, [fixed(rows * params.length, 0), fixed(network.most, 0)]);
  }
  if (!network && features.length > 2) return SAY.one;
  return SAY.loss;
}

/** @param {Store} store */
function makeStart(panel, store) {
  const held = box(panel, 'start', 'st-start');
  const row = part(held, 'st-row');
  button(row, 'New random start', () => store.newStart(), { style: 'st-accent' });
  const seed = entry(row, 'seed', (text) => store.newStart(valueOf(text)), { mode: 'numeric' });
  const byHand = box(held, 'params', 'st-params');
  const fields = [];
  const told = part(held, 'st-told', 'p');
  return {
    show(state) {
      fill(seed, state.choices.start ? '' : String(state.choices.seed));
      seed.placeholder = state.choices.start ? 'by hand' : '';
      showParams(state, byHand, fields, store);
      told.textContent = `${short(trueLoss(activeRun(state), state.at), 6)} is the loss there`;
    },
  };
}

/**
 * Shows the params at the step; one that is typed is where the walk starts anew.
 * @param {State} state
 * @param {Store} store
 */
function showParams(state, held, fields, store) {
  const { params } = state.scene;
  held.hidden = params.length > MOST_PARAMS || state.hidden.includes('params');
  if (held.hidden) return;
  if (fields.length !== params.length) {
    held.replaceChildren();
    fields.splice(0, fields.length, ...params.map((param, i) => {
      const row = part(held, 'st-row');
      return entry(row, param.word, (text) => setParam(store, i, text));
    }));
  }
  const now = paramsAt(state);
  fields.forEach((field, i) => fill(field, short(now[i], 6)));
}

/** Returns the number that was typed, or the text itself, which is then told as what it is. */
function valueOf(text) {
  const number = numberIn(text);
  return Number.isNaN(number) ? text : number;
}

/** @param {Store} store */
function setParam(store, i, text) {
  const start = Array.from(paramsAt(store.state));
  start[i] = numberIn(text);
  if (!Number.isFinite(start[i])) {
    const { word } = store.state.scene.params[i];
    const fault = filled(SAY.must, [word, text]);
    return store.set({ fault });
  }
  store.seek(0);
  return store.startFrom(start, { surface: 'if out of sight' });
}

/**
 * The rule by its name, and its beta if it has one; other numbers are shown as they are.
 * @param {Store} store
 */
function makeRule(panel, store) {
  const held = box(panel, 'rule', 'st-rule');
  const rule = choice(held, 'rule', (value) => {
    const own = findsRate(value) ? { learning_rate: 'auto', batch: null } : {};
    store.choose({ rule: value, ...own });
  });
  const row = part(held, 'st-row');
  const beta = entry(row, 'beta', (text) => {
    store.choose({ rule: ruleWord(ruleName(store.state.choices.rule), { beta: valueOf(text) }) });
  });
  const told = part(held, 'st-told', 'p');
  return {
    show({ scene, choices }) {
      const [name, numbers] = [ruleName(choices.rule), numbersOf(choices.rule)];
      offered(rule, scene.rules, RULES, name);
      row.hidden = !('beta' in numbers);
      fill(beta, String(numbers.beta));
      told.textContent = ruleInWords(choices.rule);
      told.hidden = !row.hidden || told.textContent === name;
    },
  };
}

/** @param {Store} store */
function makeLoss(panel, store) {
  const held = box(panel, 'loss');
  const loss = choice(held, 'loss', (value) => store.choose({ loss: value }));
  return {
    show({ scene, choices }) {
      offered(loss, scene.losses.map(({ name }) => name), LOSSES, choices.loss);
      loss.select.disabled = scene.losses.length < 2;
    },
  };
}

/**
 * The hidden units of a network, layer by layer, and what they answer.
 * @param {Store} store
 */
function makeNetwork(panel, store) {
  const held = box(panel, 'network');
  const row = part(held, 'st-row');
  const units = entry(row, 'hidden units', (text) => {
    const given = text.split(',').map((one) => one.trim()).filter(Boolean);
    // What is no number is told as it was given.
    store.remake({ units: given.map((one) => (Number.isNaN(numberIn(one)) ? one : numberIn(one))) });
  });
  const activation = choice(held, 'activation', (value) => store.remake({ activation: value }));
  return {
    show({ scene }) {
      held.hidden = !scene.network || scene.engine === 'record';
      if (held.hidden) return;
      fill(units, scene.network.sizes.slice(1, -1).join(', '));
      offered(activation, ACTIVATION_NAMES, {}, scene.network.activation);
    },
  };
}

const WALK_AXES = SAY.walkAxes;

const PLANES = SAY.planes;

/** Returns the planes through many params that can be had: where nothing is worked out, the one there. */
function planesOf({ engine, surface, network }, scale) {
  const walk = scale === 'none' || network ? [] : ['walk'];
  const words = ['units', ...walk, 'path', 'random', 'sharpest'];
  return engine === 'record' ? [surface.axes] : [...new Set([...words, surface.axes])];
}

/** @param {Store} store */
function makeScaling(panel, store) {
  const held = box(panel, 'scale');
  const scale = choice(held, 'scaling', (value) => store.choose({ scale: value }));
  const seen = choice(held, 'drawn', (value) => store.setAxes(value));
  return {
    show({ scene, choices, axes }) {
      offered(scale, scene.scales, SCALES, choices.scale);
      const isPlane = scene.params.length > 2;
      const planes = planesOf(scene, choices.scale);
      offered(seen, isPlane ? planes : ['units', 'walk'], isPlane ? PLANES : WALK_AXES, axes);
      seen.select.disabled = isPlane ? planes.length < 2 : choices.scale === 'none';
    },
  };
}

/**
 * Of more than two params, the two that the surface is drawn over.
 * @param {Store} store
 */
function makePlane(panel, store) {
  const held = box(panel, 'plane');
  const across = choice(held, 'surface over', (value) => {
    store.setPlane(Number(value), store.state.plane[1]);
  });
  const up = choice(held, 'and', (value) => store.setPlane(store.state.plane[0], Number(value)));
  let known = null;
  return {
    show({ scene, plane }) {
      held.hidden = scene.params.length < 3 || scene.engine === 'record';
      if (held.hidden) return;
      const options = scene.params.map(({ name }, i) => ({ value: String(i), text: name }));
      if (known !== scene.params) [across, up].forEach(({ offer }) => offer(options));
      known = scene.params;
      across.select.value = String(plane[0]);
      up.select.value = String(plane[1]);
    },
  };
}

function offered({ select, offer }, names, words, chosen) {
  const known = names.includes(chosen) ? names : [...names, chosen];
  const same = select.options.length === known.length;
  if (!same || known.some((name, i) => select.options[i].value !== name)) {
    offer(known.map((name) => ({ value: name, text: words[name] ?? name })));
  }
  select.value = chosen;
}

/** @param {Store} store */
function makeNumbers(panel, store) {
  const row = part(panel, 'st-row');
  const batch = entry(box(row, 'batch', 'st-half'), 'batch size', (text) => {
    store.choose({ batch: ['', 'all', 'all rows'].includes(text) ? null : valueOf(text) });
  }, { mode: 'numeric' });
  batch.placeholder = 'all rows';
  const l2 = entry(box(row, 'l2', 'st-half'), 'penalty (L2)', (text) => {
    store.choose({ l2: valueOf(text) });
  });
  return {
    show({ choices }) {
      fill(batch, choices.batch ?? '');
      fill(l2, String(choices.l2));
    },
  };
}

/** @param {Store} store */
function makeRows(panel, store) {
  const held = box(panel, 'rows');
  const reset = button(held, SAY.take, () => store.resetRows());
  return {
    show(state) {
      reset.hidden = !state.rows;
    },
  };
}
