// The types that the page's modules share, for `make lint`. What Python tells is in record.d.ts.

/** Attributes of an element by name. */
type Attributes = Record<string, string | number | boolean | null | undefined>;

/** How a text looks that is drawn. */
interface TextLook {
  colour: string;
  size?: number;
  halo?: string;
  weight?: number;
  align?: CanvasTextAlign;
  baseline?: CanvasTextBaseline;
  angle?: number;
}

/** What tags that are drawn must leave free, and how they look. */
interface Tags {
  frame: { left: number; right: number; top: number; bottom: number };
  taken: object[];
  look: object;
}

/** The choices of a run: those of the record, which a page makes anew. */
type Choices = ChoicesRecord;

/** A surface: that of the record, with what the page knows of how it came to be. */
interface Surface extends SurfaceRecord {
  scale?: string;
  through?: number;
  coarser?: { points: number; off: number };
  /** Whether it was drawn of few points, since a hand moves something. */
  quick?: boolean;
  share?: number[];
  /** Whether it is of a sample of the rows. */
  sampled?: boolean;
}

/** A run that may be the page's own walk, which keeps no rows back; it may be of a sample of the rows. */
type WalkedRun = Omit<RunRecord, 'least' | 'heldOut' | 'result'> & Partial<RunRecord> & { sampled?: boolean };

/** A run with its number, its name and its colour; `walked` are the choices that were walked. */
interface Run extends WalkedRun {
  id: number;
  label: string;
  colour: number;
  walked: Choices;
}

/** A scene: that of the record; one that the page made itself has its `own` run. */
interface Scene extends Omit<SceneRecord, 'run' | 'others'> {
  run: WalkedRun;
  others?: WalkedRun[];
  own?: boolean;
}

/** Rows that the reader changed: features and targets. */
interface Rows {
  X: Float64Array;
  y: Float64Array;
  rowNumbers?: Int32Array;
}

/** What is under the pointer: a row, or -1; a point of the plane, its loss, the level of its contour. */
interface Hover {
  row: number;
  point: [number, number] | null;
  loss: number | null;
  level: number | null;
}

/** All that a page shows follows from this. */
interface State {
  scene: Scene;
  rows: Rows | null;
  surface: Surface;
  choices: Choices;
  runs: Run[];
  active: number;
  at: number;
  phase: number;
  lit: number;
  slow: boolean;
  camera: number[] | null;
  ahead: boolean;
  guessing: boolean;
  guess: [number, number] | null;
  dragging: boolean;
  row: number;
  hover: Hover;
  axes: string;
  plane: number[];
  playing: boolean;
  onward: boolean;
  pace: number;
  theme: string;
  dark: boolean;
  hidden: string[];
  fitted: boolean;
  drawer: number;
  turned: boolean[];
  lesson: string;
  exam: boolean;
  answers: Record<string, number>;
  offer: any;
  note: string;
  busy: boolean;
  connection: string;
  fault: string | null;
}

/** The keys of the state that are new; null for all. */
type Changed = Set<keyof State> | null;

/** What is asked of an engine for the state: see store/answer.js. */
interface Wish {
  runs?: 'all' | Set<number>;
  surface?: 'anew' | 'same window' | 'if out of sight' | 'fine' | 'as it is' | null;
  window?: number[] | null;
  step?: number | null;
  onward?: boolean;
}

/** Who works out what costs work: the page itself, or Python. */
interface Engine {
  kind: 'page' | 'record' | 'python';
  whole?: (run: WalkedRun) => WalkedRun;
  descend: (request: any) => Promise<WalkedRun>;
  surface: (request: any) => Promise<SurfaceRecord>;
  lossAt: (request: any) => Promise<number>;
  open: (request: any) => Promise<{ scene: Scene; offer?: any; note?: string }>;
  offer: () => Promise<any>;
  lesson?: () => Promise<any>;
  page: (request: any, how?: any) => Promise<string>;
  giveUp?: () => void;
  /** Whether the file was saved for a class: as an exam, with controls that are hidden, or closed to edits. */
  isForClass?: boolean;
  close: () => void;
}

/** The colours and the type of a page. */
type Theme = ReturnType<typeof import('./draw/colours.js').themeOf>;

type Store = import('./store/store.js').Store;

/** A card or a control: a function of the state. */
interface Part {
  show: (state: State, changed: Changed) => void;
  destroy?: () => void;
}

interface Card extends Part {
  picture: () => HTMLCanvasElement | Element | null;
  caption?: (state: State) => string;
  prepare?: (surface: Surface) => Promise<unknown>;
}

type CardMaker = (parent: Element, on?: any, helper?: any) => Card;

/** How a page is put below an element: see app.js. */
interface MountOptions {
  keys?: EventTarget;
  helper?: import('./engine/helper.js').Helper;
  followTheme?: (store: Store) => () => void;
  sources?: ((parent: Element, store: Store, root: Element) => Part)[];
  lesson?: (() => void) | null;
  classroom?: (() => void) | null;
  fits?: boolean;
}

/** Coordinates of the walk: from params to a position and back, and what a gradient is there. */
interface Scale {
  name: string;
  params: (position: Float64Array) => Float64Array;
  position: (params: Float64Array) => Float64Array;
  pull: (gradient: Float64Array) => Float64Array;
  curvature: number | null;
}

/** A surface that is asked for (engine/surface.js). */
interface Ask {
  base: Float64Array;
  see: { params: Float64Array; loss: ArrayLike<number> }[];
  [other: string]: any;
}

/** A descent step by step (engine/loop.js). */
interface Trace {
  params: Float64Array[];
  gradient: Float64Array[];
  loss: number[];
  fullLoss: number[];
  norm: number[];
  steepness: number[];
  rate: number[];
  momentum: number[];
  stop: StopRecord | null;
}

/** A walk that may go on (engine/walked.js). */
interface Kept {
  walk?: import('./engine/loop.js').Walk;
  objective?: object;
  choices?: Choices;
  [other: string]: any;
}

/** What a loss says of rows by their margins (engine/losses.js). */
interface LossOfRows {
  fill: (margins: Float64Array, y: Float64Array, value: Float64Array, slope: Float64Array) => void;
  curvature: (margins: Float64Array, y: Float64Array) => Float64Array;
}

/** What a loss of a number says of one row by its residual. */
interface LossOfResidual {
  slope: (residual: number) => number;
  cost: (residual: number, slope: number) => number;
}

