// The state of a page as plain data: what it is at first, and what follows from a change of it.

/** Runs that can stand side by side. */
export const MOST_RUNS = 6;

/**
 * Returns the state in which a scene is first shown.
 * @param {Scene} scene
 * @returns {State}
 */
export function firstState(scene) {
  return {
    scene,
    rows: null,
    surface: scene.surface,
    choices: scene.run.choices,
    runs: [scene.run, ...(scene.others ?? [])].map(
      (run, i) => ({ ...run, walked: run.choices, ...nameOf(i + 1, i) }),
    ),
    active: 0,
    at: 0,
    phase: 0,
    slow: false,
    camera: null,
    ahead: true,
    guessing: false,
    guess: null,
    dragging: false,
    row: -1,
    hover: { row: -1, point: null, loss: null, level: null },
    axes: scene.surface.axes,
    plane: scene.plane ?? [scene.surface.xIndex, scene.surface.yIndex],
    playing: false,
    onward: false,
    pace: 5,
    theme: 'auto',
    dark: false,
    hidden: [],
    fitted: true,
    drawer: -1,
    turned: [false, false],
    lesson: '',
    ...{ lit: 0, exam: false, answers: {} },
    offer: null,
    note: scene.note ?? '',
    busy: false,
    connection: 'here',
    fault: null,
  };
}

/**
 * Returns how a reader has set up the page: that stays when other data or another network are shown.
 * @param {State} state
 */
export function keptView({ theme, dark, hidden, lesson, exam, pace, fitted, drawer, turned }) {
  return { theme, dark, hidden, lesson, exam, pace, fitted, drawer, turned };
}

/** Returns what a run is called, and what colour it has. */
export function nameOf(id, colour) {
  return { id, label: `Run ${id}`, colour };
}

/** Returns the runs of a state, each with the choices that were made for it last. */
export function settled({ runs, active, choices }) {
  return runs.map((run, i) => (i === active ? { ...run, choices } : run));
}

/**
 * Returns the axes on which a change of scale is seen: those of the walk, if they can be told.
 * @param {State} state
 */
export function axesFor(scale, state) {
  const { features, network } = state.scene;
  if (network || (state.surface.slice && features.length > 1)) return 'units';
  return scale === 'none' ? 'units' : 'walk';
}

/** Returns the choices of a run with the start that it has, drawn or given. */
export function fromItsStart({ choices, params, size }) {
  return { ...choices, start: choices.start ?? Array.from(params.subarray(0, size)) };
}

/** Returns the rows with row i at feature `x` and target `y`. */
export function moved({ X, y: targets, rowNumbers }, i, x, y) {
  return { X: X.with(i, x), y: targets.with(i, y), rowNumbers };
}

/** Returns the rows with one more. */
export function added({ X, y: targets, rowNumbers }, x, y) {
  const next = Math.max(...rowNumbers) + 1;
  return {
    X: Float64Array.of(...X, x),
    y: Float64Array.of(...targets, y),
    rowNumbers: Int32Array.of(...rowNumbers, next),
  };
}

/** Returns the rows without row i. */
export function removed({ X, y, rowNumbers }, i) {
  const without = (values) => values.filter((_, j) => j !== i);
  return { X: without(X), y: without(y), rowNumbers: without(rowNumbers) };
}

/**
 * Returns whether data, target or features that are asked for are others than those that are here.
 * @param {State} state
 * @param {{data?: string, target?: string, features?: string[]}} asked
 */
export function isOtherData({ scene }, { data, target, features }) {
  const { source, target: here, columns } = scene;
  return differs(data, source) || differs(target, here.name) || differs(features, columns);
}

/**
 * Returns whether a network that is asked for is another than the one that is here.
 * @param {State} state
 * @param {{units?: number[], activation?: string}} asked
 */
export function isOtherNetwork({ scene: { network } }, { units, activation }) {
  if (!network) return false;
  return differs(units, network.sizes.slice(1, -1)) || differs(activation, network.activation);
}

function differs(asked, own) {
  return asked !== undefined && String(asked) !== String(own);
}
