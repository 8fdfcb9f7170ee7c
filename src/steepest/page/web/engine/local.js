// The engine that computes in the page itself, with no Python: descents, surfaces and losses of
// the rows that the page holds. The same questions as `remote.js` asks of Python.
import { fixed } from '../words/numerals.js';
import { Batches } from './batches.js';
import { Beside } from './beside.js';
import { checkNumber, checkWhole, told } from './checks.js';
import { MOST_STEPS, OBJECTIVE } from './choices.js';
import { chooseObjective } from './choose_objective.js';
import { judgeDivergence, lowestAt } from './divergence.js';
import { descend } from './loop.js';
import { chooseLoss } from './losses.js';
import { lowestLoss } from './lowest.js';
import { quasiNewton } from './quasi_newton.js';
import { chooseRate, fading, planeSearch } from './rates.js';
import { remadeScene } from './remade.js';
import { roundingOf } from './rounding.js';
import { chooseRule } from './rules.js';
import { chooseScale } from './scales.js';
import { stopAfter } from './stops.js';
import { surfaceOf } from './surface.js';
import { equal } from './vectors.js';

/** Numbers of X that are read to fill in the losses that mini-batches left open. */
const MOST_WORK = 2e8;

/** A run that is walked again is the same if its losses differ by no more than this share. */
const SAME = 1e-9;

/** What is looked at here of a run that the page has walked itself. */
const CHECKS = [
  { name: 'divergence', state: 'checked', message: 'the losses of all rows that are known' },
  { name: 'all else', state: 'not looked at', message: 'steepest fit does: this page has walked it' },
];

const NEEDS_PYTHON = 'live changes need `steepest play`: this page replays what was recorded';

/**
 * Returns the engine of a scene: it computes if the page holds all that it takes. What is long it asks
 * of a `helper`, if there is one.
 */
export function localEngine(first, helper = null) {
  const beside = new Beside(helper);
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
    descend: live ? asked((request) => runOf(objectiveFor(request), request.choices)) : refuse,
    surface: live ? asked(look) : refuse,
    lossAt:
      scene.shown === scene.rows
        ? asked((request) => objectiveFor(request).value(request.params))
        : refuse,
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

/** Returns a scene with an `own` run of these choices, from a random start, and a surface on its way. */
async function opened(scene, { start, ...choices }) {
  const objective = remembering(scene)({ choices, rows: null });
  const run = runOf(objective, { ...choices, start: null });
  const [x, y] = movedMost(run, objective.weights);
  const base = run.params.slice(-run.size);
  const see = [{ params: run.params, loss: run.fullLoss }];
  const surface = await surfaceFor(scene, objective, { choices, x, y, base, see });
  return { scene: { ...scene, run, surface, own: true } };
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
  let last = null;
  return ({ choices, rows }) => {
    const { X, y } = rows ?? scene;
    const same = last && OBJECTIVE.every((key) => last.choices[key] === choices[key]);
    if (same && equal(last.objective.X, X) && equal(last.objective.y, y)) return last.objective;
    if (rows) checkRows(scene, rows);
    const { loss, l2 } = choices;
    const chosen = chooseLoss(loss, scene.margins, choices);
    checkFit(scene, loss);
    // Copies, since the reader goes on moving the rows.
    const objective = chooseObjective(scene, X.slice(), y.slice(), chosen, checkNumber('l2', l2));
    // Python looked at the rows as they came; of moved ones nobody knows.
    const came = !l2 && equal(X, scene.X) && equal(y, scene.y);
    objective.known.separation = (came && scene.separation) || null;
    last = { choices, objective };
    return objective;
  };
}

function checkFit({ losses, target }, loss) {
  const names = losses.map(({ name }) => name);
  if (names.includes(loss)) return;
  const known = names.join(', ');
  throw new Error(`the loss ${loss} does not fit ${target.name}; choose one of ${known}`);
}

/** Throws Error if the rows as the reader left them cannot be fitted. */
function checkRows({ features, target, margins }, { X, y }) {
  if (!y.length) throw new Error('no row is left, but there must be some to learn from: add one');
  const needed = y.length * features.length;
  if (X.length !== needed) throw new Error(`X has ${X.length} numbers, but ${needed} are needed`);
  checkFinite(X, features);
  checkFinite(y, [target]);
  if (target.classes) checkClasses(target, Math.max(2, margins), y);
  features.forEach(({ name }, j) => {
    if (X.some((v, i) => i % features.length === j && v !== X[j])) return;
    throw new Error(
      `${name} is ${told(X[j])} in every row, but it must differ between rows: from one value ` +
        'nothing can be learned',
    );
  });
  if (!target.classes) checkDiffers(target, y);
}

function checkFinite(values, columns) {
  const lost = values.findIndex((v) => !Number.isFinite(v));
  if (lost < 0) return;
  const { name } = columns[lost % columns.length];
  throw new Error(`a row has ${told(values[lost])} as its ${name}, but it must be a finite number`);
}

function checkDiffers({ name }, y) {
  if (y.some((value) => value !== y[0])) return;
  throw new Error(`${name} is ${told(y[0])} in every row, so there is nothing to learn`);
}

function checkClasses({ name, classes }, count, y) {
  const odd = y.find((code) => !(Number.isInteger(code) && code >= 0 && code < count));
  if (odd !== undefined) {
    const span = `0 to ${count - 1}`;
    throw new Error(`a row has ${told(odd)} as its ${name}, but it must be a class, ${span}`);
  }
  for (let code = 0; code < count; code += 1) {
    if (y.includes(code)) continue;
    throw new Error(
      `no row has ${name} = ${classes[code]} any more, but each class needs one: add one back`,
    );
  }
}

/** Returns the run of choices on an objective, as a record. */
function runOf(objective, choices) {
  const rule = chooseRule(choices.rule);
  const steps = stepsOf(choices.steps);
  const seed = checkWhole('seed', choices.seed, 0);
  const batch = choices.batch === null ? null : checkWhole('batch', choices.batch, 1);
  const batches = batch === null ? null : new Batches(objective, batch, seed);
  const searched = choices.learning_rate === 'auto';
  const plan = { plane: planOfPlane, lbfgs: planOfQuasiNewton }[choices.rule] ?? planOfRate;
  const { scale, ...how } = plan(objective, choices, batches, steps);
  const trace = descend({
    objective,
    start: startOf(objective, choices.start, seed),
    rule,
    scale,
    ...how,
    batches,
    why: stopAfter(steps, objective.nullLoss, objective.slopeIsBounded),
  });
  checkFirst(trace);
  const last = trace.loss.length - 1;
  if (batches) trace.fullLoss[last] = objective.value(trace.params[last]);
  const limit = scale.curvature ? rule.limit(scale.curvature) : null;
  const { curvature } = scale;
  const exactLimit = objective.isConvex && objective.loss.name === 'squared';
  const judged = batches ? trace.stop.reason === 'diverged' : !searched;
  const proves = exactLimit && !batches;
  const told = { rule: choices.rule, curvature, limit, proves, scale: choices.scale };
  const ends = [trace.params[0], trace.params[last]];
  return {
    choices,
    ...recordOf(trace, objective),
    curvature,
    limit,
    exactLimit,
    stop: trace.stop,
    verdicts: [
      ...(judged ? judgeDivergence(trace, told) : []),
      ...[objective.separation(ends[1]), objective.symmetry?.(...ends)].filter(Boolean),
    ],
    notes: [],
    checks: CHECKS,
  };
}

/** Returns coordinates and rate of a walk along the direction of its rule. */
function planOfRate(objective, { scale: name, learning_rate: asked }, batches, steps) {
  const scale = chooseScale(name, objective);
  const fades = batches && asked === 'auto';
  const rate = fades
    ? fading(objective, scale, batches.inEpoch)
    : chooseRate(asked, steps, scale.curvature);
  return { scale, rate };
}

/** Returns coordinates and search of the plane; round ones are made anew on the way. */
function planOfPlane(objective, { scale, ...choices }, batches) {
  checkOwnRate(choices, batches);
  const round = scale === 'round';
  const coordinates = round ? roundingOf(objective) : { scale: chooseScale(scale, objective) };
  return { ...coordinates, rate: planeSearch };
}

/** Returns coordinates and search of L-BFGS. */
function planOfQuasiNewton(objective, { scale, ...choices }, batches) {
  checkOwnRate(choices, batches);
  if (!objective.loss.smooth) {
    throw new Error(
      'the rule lbfgs learns from how the gradient changes, but at a kink it jumps; choose the ' +
        'loss huber, or the rule steepest',
    );
  }
  return { scale: chooseScale(scale, objective), rate: quasiNewton() };
}

function checkOwnRate({ rule, learning_rate: rate }, batches) {
  if (rate === 'auto' && !batches) return;
  throw new Error(
    `the rule ${rule} finds its own rate from all rows, but ` +
      `${batches ? 'mini-batches' : 'a learning rate'} was asked for; leave that out, or ` +
      'choose the rule steepest or momentum',
  );
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

function stepsOf(steps) {
  if (checkWhole('steps', steps, 0) <= MOST_STEPS) return steps;
  throw new Error(`steps is ${fixed(steps, 0)}, but a page takes ${fixed(MOST_STEPS, 0)} at most`);
}

/** Returns the params to start from: those given, or random ones drawn with the seed. */
function startOf(objective, start, seed) {
  if (start === null) return objective.randomStart(seed);
  if (start.length !== objective.size) {
    throw new Error(
      `start has ${start.length} number${start.length === 1 ? '' : 's'}, but there are ` +
        `${objective.size} params: the weights row by row, then the bias or biases`,
    );
  }
  const odd = start.find((value) => !Number.isFinite(value));
  if (odd === undefined) return Float64Array.from(start);
  throw new Error(`start holds ${told(odd)}, but it must be finite`);
}

function checkFirst({ fullLoss }) {
  if (Number.isFinite(fullLoss[0])) return;
  throw new Error(
    `the loss at the start is ${told(fullLoss[0])}: start nearer to 0, let the start be drawn, ` +
      'or give the data in larger units',
  );
}

/** Returns the trace as a record: the points side by side. */
function recordOf(trace, objective) {
  const { size } = objective;
  const count = trace.loss.length;
  const join = (vectors) => {
    const out = new Float64Array(count * size);
    vectors.forEach((vector, i) => out.set(vector, i * size));
    return out;
  };
  const fullLoss = fullLosses(trace, objective);
  const best = lowestAt(fullLoss);
  return {
    size,
    count,
    index: Int32Array.from({ length: count }, (_, i) => i),
    params: join(trace.params),
    gradient: join(trace.gradient),
    loss: Float64Array.from(trace.loss),
    fullLoss,
    norm: Float64Array.from(trace.norm),
    rate: Float64Array.from(trace.rate),
    momentum: Float64Array.from(trace.momentum),
    best,
    lowest: knownLowest(objective, fullLoss[best]),
  };
}

/** Returns the losses of all rows; between epochs they were not needed, and are worked out now. */
function fullLosses({ fullLoss, params }, objective) {
  const much = params.length * objective.X.length > MOST_WORK;
  return Float64Array.from(fullLoss, (loss, i) => (
    much || !Number.isNaN(loss) ? loss : objective.value(params[i])
  ));
}

function knownLowest(objective, seen) {
  objective.known.lowest ??= { loss: lowestLoss(objective) };
  const { loss } = objective.known.lowest;
  return loss === null ? null : Math.min(loss, seen);
}

/** Returns the surface that was asked for; its params are the first weight and bias if unsaid. */
async function surfaceFor(scene, objective, { choices, ...ask }, work = {}) {
  const { x, y, base, drawn = 0 } = ask;
  const most = ask.points ?? 101;
  const [points, last] = objective.pointsFor?.(most, drawn) ?? [most, most];
  const wanted = { axes: 'units', ...ask, points, x: x ?? 0, y: y ?? objective.weights };
  if (wanted.x === wanted.y) throw new Error('a surface needs two different params');
  const see = (ask.see ?? []).map((run) => ({ ...run, params: Float64Array.from(run.params) }));
  const scale = chooseScale(choices.scale, objective);
  const from = base ? Float64Array.from(base) : lastOf(see, objective);
  const asked = { ...wanted, see, base: from };
  const surface = await surfaceOf({ scene, objective, scale, choices, ask: asked, ...work });
  return { ...surface, coarse: points < last };
}

function lastOf(see, { size }) {
  return see.length ? see[0].params.slice(-size) : new Float64Array(size);
}
