// What was asked of Python and is not answered yet; and what is open there, so that it can be opened
// once more behind a new connection. Every other question carries all that its answer depends on.
import { supersededError, told } from './checks.js';
import SENTENCES from '../sentences/en.json' with { type: 'json' };
import { filled } from '../sentences/filled.js';

const SAY = SENTENCES.engineAsked;

/** Milliseconds after which an answer is so late that a newer question may take its place. */
const LATE = 300;

/** What choices are called in words, where their name is none. */
const WORDS = { learning_rate: SAY.learning };

/** The questions that wait for an answer. */
export class Asked {
  constructor() {
    this.waiting = new Map();
    this.count = 0;
    // Two pages may hear the same channel: nobody takes another's answers.
    this.own = Math.random().toString(36).slice(2, 10);
    this.open = new Open();
    this.again = null;
    this.barred = null;
  }

  /** Asks: `send(text)` sends, now or when it can. Resolves with the answer. */
  ask(request, send) {
    const fault = faultOf(request) ?? (brings(request) ? null : this.barred);
    if (fault) return Promise.reject(new Error(fault));
    const [id, text] = this.written(request);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { text, request, since: performance.now(), resolve, reject });
      send(text);
    });
  }

  written(request) {
    this.count += 1;
    const id = `${this.own}-${this.count}`;
    return [id, JSON.stringify({ of: id, ...request, id }, plain)];
  }

  /** Takes in an answer; those to nobody's question are let go. */
  answer({ id, answer, error, superseded }) {
    if (this.again?.id === id) this.reopened(answer, error);
    const asked = this.waiting.get(id);
    if (!asked) return;
    this.waiting.delete(id);
    if (asked.request.ask === 'open' && answer) {
      this.open.note(asked.request, answer);
      this.barred = null;
    }
    if (superseded) asked.reject(supersededError());
    else if (error !== undefined) asked.reject(new Error(error));
    else asked.resolve(answer);
  }

  /**
   * Opens what was open behind an earlier connection, if anything was; then calls `done`, with why
   * that could not be. Until something else is opened all is refused then: other data would answer.
   */
  reopen(send, done) {
    const request = this.open.request();
    if (!request) {
      done(null);
      return;
    }
    const [id, text] = this.written(request);
    this.again = { id, done };
    send(text);
  }

  reopened(answer, error = 'it was given up') {
    const done = this.again?.done;
    this.again = null;
    const lost = filled(SAY.what, [error]);
    this.barred = answer ? null : lost;
    if (!answer) this.refuseAll(lost, ({ request }) => !brings(request));
    done(this.barred);
  }

  /** Gives up what is late, so that a newer question need not wait for it. */
  giveUp(send) {
    const late = performance.now() - LATE;
    const of = ['descend', 'surface'];
    for (const [id, asked] of this.waiting) {
      if (asked.since > late || !of.includes(asked.request.ask)) continue;
      this.waiting.delete(id);
      send(JSON.stringify({ ask: 'give up', id }));
      asked.reject(supersededError());
    }
  }

  /**
   * Answers all that waits, or those that are `meant`, with an error.
   * @param {string} words
   * @param {(asked: any) => boolean} [meant]
   */
  refuseAll(words, meant = () => true) {
    for (const [id, asked] of [...this.waiting]) {
      if (!meant(asked)) continue;
      this.waiting.delete(id);
      asked.reject(new Error(words));
    }
  }
}

/** What is open in Python: what was brought last, and the columns that were chosen of it. */
class Open {
  constructor() {
    this.brought = null;
    this.columns = null;
    this.source = null;
    this.network = null;
  }

  /** Takes note of a request to open that was granted. */
  note(request, { scene }) {
    const { data = null, file = null, target = null, features = null, network = null } = request;
    if (network) this.network = network;
    // A file that is open may be told by its name, which brings nothing.
    if (brings(request) && (file || data !== this.source)) this.brought = file ? { file } : { data };
    this.source = scene.source;
    if ([data, file, target, features].some((said) => said !== null)) {
      this.columns = { target, features };
    }
  }

  /** Returns the one request that opens the same from the beginning; null if nothing was chosen. */
  request() {
    const network = this.network ? { network: this.network } : {};
    if (!this.columns) return this.network && { ask: 'open', ...network };
    return { ask: 'open', ...(this.brought ?? { data: '' }), ...this.columns, ...network };
  }
}

/** Returns whether a request brings data of its own. */
function brings({ ask, data, file }) {
  return ask === 'open' && Boolean(file || data);
}

/** Returns what of a request cannot be told in JSON, which has no Infinity and no NaN. */
function faultOf({ choices, rows, params, base, window }) {
  for (const [name, value] of Object.entries(choices ?? {})) {
    if (typeof value !== 'number' || Number.isFinite(value)) continue;
    return filled(SAY.must, [WORDS[name] ?? name, told(value)]);
  }
  const lists = { start: choices?.start, X: rows?.X, y: rows?.y, params, base, window };
  for (const [name, list] of Object.entries(lists)) {
    const at = list ? list.findIndex((value) => !Number.isFinite(value)) : -1;
    if (at >= 0) return filled(SAY.holds, [name, told(list[at])]);
  }
  return null;
}

/**
 * Arrays as lists: JSON has no typed arrays.
 * @param {string} key
 * @param {Float64Array} value
 */
function plain(key, value) {
  return ArrayBuffer.isView(value) ? Array.from(value) : value;
}
