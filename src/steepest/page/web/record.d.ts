// What Python tells a page. Written by `tools/page_types.py` from `page/schema.py`.

/** One thing that was looked at, or was not, and why. */
interface CheckRecord {
  name: string;
  state: string;
  message: string;
}

/** What was chosen for a run; a rate is a number, `auto`, or a schedule in words. */
interface ChoicesRecord {
  loss: string;
  rule: string;
  learning_rate: number | string;
  scale: string;
  l1: number;
  l2: number;
  delta: number;
  quantile: number;
  batch: number | null;
  clip: number | null;
  dropout: number;
  seed: number;
  steps: number;
  start: number[] | null;
}

/** A run on a surface, over the `plane` of two params; of several the `others`, and a note. */
interface DrawnRecord {
  run: RunRecord;
  surface: SurfaceRecord;
  plane: number[];
  others?: RunRecord[];
  note?: string;
  told?: number[];
  allParams?: number;
  sharpness?: SharpnessRecord;
}

/** The exposure of the rows: the column, and whether it is its logarithm. */
interface ExposureRecord {
  name: string;
  log: boolean;
}

/** A feature, with its unit. */
interface FeatureRecord {
  name: string;
  unit: string;
  label: string;
}

/** The losses of the rows kept back, (kept,), how many rows, and the step with the lowest. */
interface HeldOutRecord {
  rows: number;
  loss: Float64Array;
  best: number;
}

/** A loss that fits the target. */
interface LossRecord {
  name: string;
  label: string;
  formula: string;
}

/** What the model is made of. */
interface ModelRecord {
  columns: string[];
  terms: string;
  margins: number;
  weights: number;
  network: NetworkRecord | null;
  startWords: string;
  prefix: string;
}

/** What features, target and params are called. */
interface NamesRecord {
  features: FeatureRecord[];
  target: TargetRecord;
  params: ParamRecord[];
}

/** A network: units of each hidden layer, of all as `sizes`, and the most that a page trains. */
interface NetworkRecord {
  units: number[];
  activation: string;
  initial: string;
  dtype?: string;
  sizes: number[];
  most: number;
}

/** One thing worth knowing of a run of which nothing is wrong. */
interface NoteRecord {
  name: string;
  message: string;
  numbers: Record<string, number>;
}

/** What a reader can choose from. */
interface OfferedRecord {
  losses: LossRecord[];
  rules: string[];
  named: string[];
  scales: string[];
}

/** A param, with its unit: `word` is what it is called for short. */
interface ParamRecord {
  name: string;
  word: string;
  unit: string;
  label: string;
}

/** Where all steps of a run lie on a surface, (steps,) each, and not only those it kept. */
interface RouteRecord {
  index: Int32Array;
  x: Float64Array;
  y: Float64Array;
}

/** The rows that are shown, and the verdict on any run of them without a penalty. */
interface RowsRecord {
  X: Float64Array;
  y: Float64Array;
  separation: VerdictRecord | null;
  rowNumbers: Int32Array;
  standing: StandingRecord | null;
}

/** A run: (kept,) numbers of the steps that are kept, (kept * size) params and gradients. */
interface RunRecord {
  choices: ChoicesRecord;
  size: number;
  count: number;
  least: number | null;
  index: Int32Array;
  params: Float64Array;
  gradient: Float64Array;
  loss: Float64Array;
  fullLoss: Float64Array;
  heldOut: HeldOutRecord | null;
  norm: Float64Array;
  rate: Float64Array;
  momentum: Float64Array;
  curvature: number | null;
  limit: number | null;
  exactLimit: boolean;
  best: number;
  result: number;
  lowest: number | null;
  stop: StopRecord;
  verdicts: VerdictRecord[];
  notes: NoteRecord[];
  checks: CheckRecord[];
}

/** All that a page shows at first: (shown * features) X, (shown,) y, a run and a surface. */
interface SceneRecord {
  run: RunRecord;
  surface: SurfaceRecord;
  plane: number[];
  others?: RunRecord[];
  note?: string;
  told?: number[];
  allParams?: number;
  sharpness?: SharpnessRecord;
  X: Float64Array;
  y: Float64Array;
  separation: VerdictRecord | null;
  rowNumbers: Int32Array;
  standing: StandingRecord | null;
  losses: LossRecord[];
  rules: string[];
  named: string[];
  scales: string[];
  columns: string[];
  terms: string;
  margins: number;
  weights: number;
  network: NetworkRecord | null;
  startWords: string;
  prefix: string;
  features: FeatureRecord[];
  target: TargetRecord;
  params: ParamRecord[];
  version: number;
  title: string;
  source: string;
  rows: number;
  shown: number;
  dropped: number;
  missing: string;
  exposure: ExposureRecord | null;
  dates: Record<string, string>;
  sampled: string;
  engine: string;
  editable: boolean;
  weighted: boolean;
}

/** The largest curvature at some steps, and that at which the rate is its limit, (points,). */
interface SharpnessRecord {
  steps: Int32Array;
  largest: Float64Array;
  limits: Float64Array;
  said: string;
}

/** Where the rows are from, and how many of them there are. */
interface SourceRecord {
  version: number;
  title: string;
  source: string;
  rows: number;
  shown: number;
  dropped: number;
  missing: string;
  exposure: ExposureRecord | null;
  dates: Record<string, string>;
  sampled: string;
}

/** The few rows on which the squared loss is that of all: (features + 2) rows of X and y. */
interface StandingRecord {
  X: Float64Array;
  y: Float64Array;
}

/** Why a run ended. */
interface StopRecord {
  reason: string;
  message: string;
}

/** A surface: (ny * nx) losses over (nx,) and (ny,) places, and its axes, (params,) each. */
interface SurfaceRecord {
  nx: number;
  ny: number;
  x: Float64Array;
  y: Float64Array;
  loss: Float64Array;
  xLabel: string;
  yLabel: string;
  lossLabel: string;
  xName: string;
  yName: string;
  xIndex: number | null;
  yIndex: number | null;
  axes: string;
  held: Float64Array;
  ux: Float64Array;
  uy: Float64Array;
  px: Float64Array;
  py: Float64Array;
  zero: number[];
  slice: boolean;
  said: string;
  numbers: Record<string, number>;
  lowest: number[] | null;
  lowestLoss: number | null;
  route?: RouteRecord;
  coarse?: boolean;
}

/** The target, with its unit, and its classes if it has any. */
interface TargetRecord {
  name: string;
  unit: string;
  label: string;
  classes: string[] | null;
}

/** One thing that is wrong with a run. */
interface VerdictRecord {
  level: string;
  name: string;
  message: string;
  numbers: Record<string, number>;
  remedy: string;
  source: string;
}
