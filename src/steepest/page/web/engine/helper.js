// A worker beside the page, made of the page's own text: no frame waits for what it works out. Where
// no worker may be, every question is answered with null, and whoever asks works it out.

/** Returns what makes workers of a script's text; they need no file and no network. */
export function workersOf(text) {
  return () => {
    const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    const worker = new Worker(address);
    URL.revokeObjectURL(address);
    return worker;
  };
}

/** Asks a worker, made by `make` at the first question; null if there are none. */
export class Helper {
  constructor(make = null) {
    this.make = make;
    this.worker = null;
    this.waiting = new Map();
    this.number = 0;
  }

  /** Promises the answer to a question; null where no worker answers. */
  ask(question) {
    this.number += 1;
    const { number } = this;
    return new Promise((resolve) => {
      this.waiting.set(number, resolve);
      this.send({ ...question, number });
    });
  }

  send(message) {
    if (!this.make) return this.fail();
    try {
      this.worker ??= this.made();
      this.worker.postMessage(message);
    } catch {
      this.fail();
    }
    return null;
  }

  made() {
    const worker = this.make();
    worker.onmessage = ({ data: { number, answer: told } }) => {
      this.waiting.get(number)?.(told);
      this.waiting.delete(number);
    };
    // A policy that forbids workers is told only now.
    worker.onerror = () => this.fail();
    return worker;
  }

  /** There is no worker here. */
  fail() {
    Object.assign(this, { make: null, worker: null });
    for (const resolve of this.waiting.values()) resolve(null);
    this.waiting.clear();
  }

  close() {
    this.worker?.terminate();
    this.worker = null;
  }
}

/**
 * In a worker: has questions of a kind answered by `act(question, number)`, which promises what is
 * `told`, and its `buffers`, which are handed over; or null.
 */
export function answer(scope, kind, act) {
  scope.addEventListener('message', async ({ data }) => {
    if (!(kind in data)) return;
    const { told, buffers } = (await act(data[kind], data.number)) ?? { told: null, buffers: [] };
    scope.postMessage({ number: data.number, answer: told }, buffers);
  });
}
