// The engine that computes in the page itself, with no Python: descents, surfaces and losses of
// the rows that the page holds. The same questions as `remote.js` asks of Python.
import { Beside, Onward } from './beside.js';
import { checkNumber, told } from './checks.js';
import { MOST_STEPS, OBJECTIVE } from './choices.js';
import { chooseObjective, isSampled, rowsFor } from './choose_objective.js';
import { chooseLoss } from './losses.js';
import { fixed } from '../numerals.js';
import { remadeScene } from './remade.js';
import { chooseScale } from './scales.js';
import { surfaceOf } from './surface.js';
import { equal } from './vectors.js';
import { runOf } from './walked.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineLocal;

/** A run that is walked again is the same if its losses differ by no more than this share. */
const SAME = 1e-9;

const NEEDS_PYTHON = SAY.live;

/**
 * Returns the engine of a scene: it computes if the page holds all that it takes. What is long it asks
 * of a `helper`, if there is one.
 * @param {Scene} first
 * @param {any} [helper]
 * @returns {Engine}
 */
export function localEngine(first, helper = null) {
  const [beside, onward] = [new Beside(helper), new Onward(helper)];
  let scene = first;
  let objectiveFor = remembering(scene);
  const live = scene.engine === 'page';
  const refuse = () => Promise.reject(new Error(NEEDS_PYTHON));
  let turn = 0;
  const look = (request) => {
    const mine = turn;
    const grid = (objective, ask) => beside.grid(objective, request.choices, ask);
    return surfaceFor(scene, objectiveFor(request), request, { grid, isGivenUp: () => turn !== mine });
  };
  const asked = (answer) => async (request) => answer(request);
  const kept = {};
  const descend = async (request) => (
    (request.onward && await onward.run(scene, request)) || walkedOn(scene, objectiveFor, request, kept)
  );
  const open = async ({ network, choices }) => {
    if (!live || !network) return refuse();
    const answer = await opened(remadeScene(scene, network), choices);
    scene = answer.scene;
    objectiveFor = remembering(scene);
    return answer;
  };
  return {
    kind: live ? 'page' : 'record',
    whole: (run) => (live ? wholeOf(objectiveFor, run) : run),
    descend: live ? descend : refuse,
    surface: live ? asked(look) : refuse,
    lossAt: asked(lossTeller(scene, (request) => objectiveFor(request), live)),
    open,
    offer: refuse,
    page: refuse,
    giveUp() {
      turn += 1;
      beside.giveUp();
    },
    close: () => helper?.close(),
  };
}

/** Returns the run that a request asks for, with the word that it is of a sample of the rows if it is. */
function walkedOn(scene, objectiveFor, request, kept = {}) {
  return { ...runOf(objectiveFor(request), request.choices, kept), ...saidOf(scene) };
}

/** Returns what is said of all that is worked out for a scene: that it is of a sample of the rows. */
function saidOf(scene) {
  return isSampled(scene) ? { sampled: true } : {};
}

/** Returns what the loss of a surface is called, with how many of the rows it is of, if not all. */
function lossLabelOf(scene, { lossLabel }) {
  const { shown, rows } = scene;
  return isSampled(scene) ? filled(SAY.sampled, [lossLabel, fixed(shown, 0), fixed(rows, 0)]) : lossLabel;
}

/** Returns what tells the loss at params; `live` says that the rows of a scene make up all of it. */
function lossTeller(scene, objectiveFor, live) {
  let isWhole = live || null;
  return (request) => {
    isWhole ??= hasAll(scene, objectiveFor);
    if (!isWhole) throw new Error(SAY.page);
    return lossIn(objectiveFor(request), request);
  };
}

/** Returns the loss at params, with the L1 that no page walks on. */
function lossIn(objective, { choices: { l1 = 0 }, params }) {
  const weights = params.slice(0, objective.weights);
  return objective.value(params) + (l1 && l1 * weights.reduce((sum, w) => sum + Math.abs(w), 0));
}

/** Returns whether the loss of a scene's rows is that of its run: they may be some of them, or weigh. */
function hasAll(scene, objectiveFor) {
  const { run: { choices, params, size, fullLoss } } = scene;
  if (!scene.shown || scene.shown < scene.rows) return false;
  const at = fullLoss.findLastIndex(Number.isFinite);
  const last = params.slice(at * size, (at + 1) * size);
  const loss = lossIn(objectiveFor({ choices, rows: null }), { choices, params: last });
  return at >= 0 && Math.abs(loss - fullLoss[at]) <= SAME * Math.abs(fullLoss[at]);
}

/**
 * Returns a scene with an `own` run of these choices, from a random start, and a surface on its way.
 * @param {Scene} scene
 * @param {any} choices
 */
async function opened(scene, { start, ...choices }) {
  const objectiveFor = remembering(scene);
  const run = walkedOn(scene, objectiveFor, { choices: { ...choices, start: null }, rows: null });
  const objective = objectiveFor({ choices, rows: null });
  const [x, y] = movedMost(run, objective.weights);
  const base = run.params.slice(-run.size);
  const see = [{ params: run.params, loss: run.fullLoss }];
  const surface = await surfaceFor(scene, objective, { choices, x, y, base, see });
  return { scene: { ...scene, run, surface, plane: [x, y], others: [], own: true } };
}

/** Returns the weight and the bias that moved most from start to end. */
function movedMost({ params, size }, weights) {
  const moved = (i) => Math.abs(params[params.length - size + i] - params[i]);
  const most = (from, to) => {
    let best = from;
    for (let i = from; i < to; i += 1) if (moved(i) > moved(best)) best = i;
    return best;
  };
  return [most(0, weights), most(weights, size)];
}

/** Returns the function that gives the objective of choices and rows, and remembers the last. */
function remembering(scene) {
  /** @type {any} */
  let last = null;
  return ({ choices, rows }) => {
    if (scene.standing && choices.batch) throw new Error(SAY.batch);
    const { X, y } = rows ?? rowsFor(scene);
    const same = last && OBJECTIVE.every((key) => last.choices[key] === choices[key]);
    if (same && equal(last.objective.X, X) && equal(last.objective.y, y)) return last.objective;
    if (rows) checkRows(scene, rows);
    const { loss, l2 } = choices;
    const chosen = chooseLoss(loss, scene.margins, choices);
    checkFit(scene, loss);
    // Copies, since the reader goes on moving the rows.
    const objective = chooseObjective(scene, X.slice(), y.slice(), chosen, checkNumber('l2', l2));
    // Python looked at the rows as they came; of moved ones nobody knows.
    const came = !l2 && equal(X, rowsFor(scene).X) && equal(y, rowsFor(scene).y);
    objective.known.separation = (came && scene.separation) || null;
    last = { choices, objective };
    return objective;
  };
}

function checkFit({ losses, target }, loss) {
  const names = losses.map(({ name }) => name);
  if (names.includes(loss)) return;
  const known = names.join(', ');
  throw new Error(filled(SAY.loss, [loss, target.name, known]));
}

/** Throws Error if the rows as the reader left them cannot be fitted. */
function checkRows({ features, target, margins }, { X, y }) {
  if (!y.length) throw new Error(SAY.row);
  const needed = y.length * features.length;
  if (X.length !== needed) throw new Error(filled(SAY.numbers, [X.length, needed]));
  checkFinite(X, features);
  checkFinite(y, [target]);
  if (target.classes) checkClasses(target, Math.max(2, margins), y);
  features.forEach(({ name }, j) => {
    if (X.some((v, i) => i % features.length === j && v !== X[j])) return;
    throw new Error(
      filled(SAY.every, [name, told(X[j])]),
    );
  });
  if (!target.classes) checkDiffers(target, y);
}

function checkFinite(values, columns) {
  const lost = values.findIndex((v) => !Number.isFinite(v));
  if (lost < 0) return;
  const { name } = columns[lost % columns.length];
  throw new Error(filled(SAY.rowMust, [told(values[lost]), name]));
}

function checkDiffers({ name }, y) {
  if (y.some((value) => value !== y[0])) return;
  throw new Error(filled(SAY.everyRow, [name, told(y[0])]));
}

function checkClasses({ name, classes }, count, y) {
  const odd = y.find((code) => !(Number.isInteger(code) && code >= 0 && code < count));
  if (odd !== undefined) {
    const span = `0 to ${count - 1}`;
    throw new Error(filled(SAY.rowMustClass, [told(odd), name, span]));
  }
  for (let code = 0; code < count; code += 1) {
    if (y.includes(code)) continue;
    throw new Error(
      filled(SAY.rowAny, [name, classes[code]]),
    );
  }
}

/** Returns a run of which not all steps came along with all of them, if it can be walked again. */
function wholeOf(objectiveFor, run) {
  if (run.index.length === run.count || run.count > MOST_STEPS + 1) return run;
  const walked = runOf(objectiveFor(run), run.choices);
  const same = (loss, i) => {
    const other = walked.loss[run.index[i]];
    return Object.is(loss, other) || Math.abs(loss - other) <= SAME * Math.abs(loss);
  };
  if (walked.count !== run.count || !run.loss.every(same)) return run;
  const { index, params, gradient, loss, fullLoss, norm, rate, momentum, best } = walked;
  const placed = { result: run.index[run.result], heldOut: spread(run.heldOut, run.index, index) };
  return { ...run, index, params, gradient, loss, fullLoss, norm, rate, momentum, best, ...placed };
}

/** Returns the losses of the rows kept back at all steps `to`, NaN where they did not come along. */
function spread(heldOut, from, to) {
  if (!heldOut) return heldOut;
  const loss = new Float64Array(to.length).fill(NaN);
  from.forEach((step, i) => {
    loss[step] = heldOut.loss[i];
  });
  return { ...heldOut, loss };
}

/**
 * Returns the surface that was asked for; its params are the first weight and bias if unsaid.
 * @param {Scene} scene
 * @param {any} objective
 * @param {any} ask
 * @param {{grid?: Function, isGivenUp?: () => boolean}} [work]
 */
async function surfaceFor(scene, objective, { choices, ...ask }, work = {}) {
  const { x, y, base, drawn = 0 } = ask;
  const most = ask.points ?? 101;
  const [points, last] = objective.pointsFor?.(most, drawn) ?? [most, most];
  const wanted = { axes: 'units', ...ask, points, x: x ?? 0, y: y ?? objective.weights };
  if (wanted.x === wanted.y) throw new Error(SAY.surface);
  const see = (ask.see ?? []).map((run) => ({ ...run, params: Float64Array.from(run.params) }));
  const scale = chooseScale(choices.scale, objective);
  const from = base ? Float64Array.from(base) : lastOf(see, objective);
  const { numbers } = scene.surface ?? {};
  const asked = { ...wanted, see, base: from, given: scene.surface, seed: numbers?.seed };
  const surface = await surfaceOf({ scene, objective, scale, choices, ask: asked, ...work });
  return { ...surface, coarse: points < last, lossLabel: lossLabelOf(scene, surface), ...saidOf(scene) };
}

function lastOf(see, { size }) {
  return see.length ? see[0].params.slice(-size) : new Float64Array(size);
}
