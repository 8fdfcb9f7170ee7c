// The engine behind a channel: Python answers, over a socket of the live page or over the comm of a
// notebook's widget. The same questions as `local.js` answers in the page itself.
//
// Requests are JSON with an id, answers are records (see wire.js) with the same id. A socket that
// drops is opened again, what was open in Python is opened there once more, and what is still to be
// answered is asked again (see asked.js).
import { Asked } from './asked.js';
import { fromBuffers, unpackFrame } from './frames.js';

/** Milliseconds until the first try to connect again; each further one waits twice as long. */
const FIRST_WAIT = 250;

const LONGEST_WAIT = 10_000;

/** Tries without a connection after which what is asked is answered that there is none. */
const MOST_TRIES = 4;

/** Milliseconds after which a notebook's kernel is taken to be busy, or gone. */
const SILENCE = 30_000;

const SILENT = 'Python does not answer: is the kernel running, and is it idle? '
  + 'If it was started anew, run the cell again';

/** A notebook may have closed the channel between a widget's two halves. */
const GONE = 'the kernel was started anew, or is gone: run the cell again';

/**
 * Returns the engine at the other end of a WebSocket.
 * @param {string} url
 * @param {{connection?: (word: 'lost' | 'back') => void, fault?: (words: string) => void}} on
 */
export function socketEngine(url, on = {}) {
  const asked = new Asked();
  const socket = new Socket(url, asked, on);
  return engineOf(asked, (text) => socket.send(text), () => socket.close());
}

/**
 * Returns the engine behind the model of a notebook's widget.
 * @param {{send: Function, on: Function, off: Function}} model
 * @param {{fault?: (words: string) => void}} on
 */
export function commEngine(model, on = {}) {
  const asked = new Asked();
  const silence = new Silence(asked);
  const hear = (content, buffers) => {
    silence.heard();
    takeIn(asked, on, () => fromBuffers(content, buffers ?? []));
  };
  model.on('msg:custom', hear);
  const send = async (text) => {
    silence.spoken();
    try {
      await model.send(JSON.parse(text));
    } catch {
      silence.end();
      asked.refuseAll(GONE);
    }
  };
  return engineOf(asked, send, () => {
    silence.end();
    model.off('msg:custom', hear);
    asked.refuseAll('the page was closed');
  });
}

/** @returns {Engine} */
function engineOf(asked, send, close) {
  const ask = (request) => asked.ask(request, send);
  return {
    kind: 'python',
    descend: ({ choices, rows }) => ask({ choices, rows, ask: 'descend' }),
    // Python works a finer surface out anew, which is faster than to be told the coarser one.
    surface: ({ coarser, ...request }) => ask({ ...request, ask: 'surface' }),
    lossAt: (request) => ask({ ...request, ask: 'loss' }).then(({ loss }) => loss),
    open: (request) => ask({ ...carried(request), ask: 'open' }),
    offer: () => ask({ ask: 'offer' }),
    lesson: () => ask({ ask: 'lesson' }).then(({ lesson }) => lesson),
    page: (request) => ask({ ...request, ask: 'page' }).then(({ html }) => html),
    giveUp: () => asked.giveUp(send),
    close,
  };
}

/** Returns a request to open something, the contents of a file as base64. */
function carried(request) {
  if (!request.file) return request;
  const { name, bytes } = request.file;
  let letters = '';
  for (let i = 0; i < bytes.length; i += 32_768) {
    letters += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  }
  return { ...request, file: { name, base64: btoa(letters) } };
}

/** Hands an answer on; what cannot be read is told, and nothing else happens. */
function takeIn(asked, on, read) {
  try {
    const record = read();
    if (record.id === null) throw new Error(record.error);
    asked.answer(record);
  } catch (error) {
    on.fault?.(`Python's answer could not be read: ${error.message}`);
  }
}

/** A WebSocket that opens again when it drops. */
class Socket {
  constructor(url, asked, on) {
    this.url = url;
    this.asked = asked;
    this.on = on;
    this.tries = 0;
    this.closed = false;
    this.lost = false;
    /** @type {any} */
    this.timer = null;
    this.ready = false;
    /** @type {any} */
    this.socket = null;
    this.connect();
  }

  connect() {
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }) => takeIn(this.asked, this.on, () => unpackFrame(data));
    socket.onclose = () => this.dropped();
    this.socket = socket;
  }

  /** Brings Python to where it was. */
  opened() {
    this.tries = 0;
    const send = (text) => this.socket.send(text);
    this.asked.reopen(send, (fault) => this.goOn(fault));
  }

  /** Asks again what was not answered. */
  goOn(fault) {
    if (fault) this.on.fault?.(fault);
    this.ready = true;
    for (const { text } of this.asked.waiting.values()) this.send(text);
    if (this.lost) this.on.connection?.('back');
    this.lost = false;
  }

  dropped() {
    if (this.closed) return;
    this.ready = false;
    if (!this.lost) this.on.connection?.('lost');
    this.lost = true;
    this.tries += 1;
    if (this.tries >= MOST_TRIES) {
      this.asked.refuseAll('there is no connection to Python: is steepest play still running?');
    }
    const wait = Math.min(FIRST_WAIT * 2 ** (this.tries - 1), LONGEST_WAIT);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  /** Sends now, or, since it waits with the others, once there is a connection. */
  send(text) {
    if (this.ready && this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket.close();
    this.asked.refuseAll('the page was closed');
  }
}

/** Notices that a kernel does not answer. */
class Silence {
  constructor(asked) {
    this.asked = asked;
    /** @type {any} */
    this.timer = null;
  }

  spoken() {
    if (this.timer === null) this.timer = setTimeout(() => this.over(), SILENCE);
  }

  heard() {
    this.end();
    if (this.asked.waiting.size > 1) this.spoken();
  }

  over() {
    this.timer = null;
    this.asked.refuseAll(SILENT);
  }

  end() {
    clearTimeout(this.timer);
    this.timer = null;
  }
}
