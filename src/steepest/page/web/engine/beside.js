// The loss of a network on a plane, worked out beside the page: in a worker that runs the page's own
// text, so that no frame waits for it. Where no worker may be the page works it out itself, in slices.
import { supersededError } from './checks.js';
import { chooseLoss } from './losses.js';
import { NetworkObjective } from './network_objective.js';

/** In a worker: answers each question with its number and the loss on its grid, unless another comes. */
export function answerGrids(scope) {
  let newest = 0;
  scope.onmessage = async ({ data: { number, question } }) => {
    newest = number;
    if (!question) return;
    try {
      scope.postMessage({ number, grid: await gridOf(question, () => newest !== number) });
    } catch (error) {
      if (!error.superseded) throw error;
    }
  };
}

function gridOf({ made, X, y, choices, l2, plane, a, b }, isGivenUp) {
  const loss = chooseLoss(choices.loss, made.sizes.at(-1), choices);
  return new NetworkObjective(made, X, y, loss, l2).onPlane(plane).grid(a, b, isGivenUp);
}

/** Returns what makes workers of a script's text; they need no file and no network. */
export function workersOf(text) {
  return () => {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    return worker;
  };
}

/** Asks one worker, one question at a time; `make` makes one, null if there are none. */
export class Beside {
  constructor(make) {
    Object.assign(this, { make, worker: null, waiting: null, number: 0 });
  }

  /** Promises the loss of an objective on a plane at a and b; null where no worker answers. */
  async grid({ made, X, y, l2 }, choices, { plane, a, b, fine }) {
    if (!this.make) return null;
    const { loss, delta, quantile } = choices;
    const question = { made, X, y, l2, choices: { loss, delta, quantile }, plane, a, b };
    const answer = await new Promise((resolve, reject) => {
      this.waiting = { resolve, reject, fine };
      this.send(question);
    });
    this.waiting = null;
    return answer;
  }

  send(question) {
    try {
      this.worker ??= this.made();
      this.number += 1;
      this.worker.postMessage({ number: this.number, question });
    } catch {
      this.fail();
    }
  }

  made() {
    const worker = this.make();
    worker.onmessage = ({ data: { number, grid } }) => {
      if (number === this.number) this.waiting?.resolve(grid);
    };
    // A policy that forbids workers is told only now.
    worker.onerror = () => this.fail();
    return worker;
  }

  /** There is no worker here: whoever asks works it out. */
  fail() {
    Object.assign(this, { make: null, worker: null });
    this.waiting?.resolve(null);
  }

  /** Ends the work on a grid that is only finer than one that is drawn. */
  giveUp() {
    if (!this.waiting?.fine) return;
    const { reject } = this.waiting;
    this.waiting = null;
    this.send(null);
    reject(supersededError());
  }

  close() {
    this.worker?.terminate();
    this.worker = null;
  }
}
