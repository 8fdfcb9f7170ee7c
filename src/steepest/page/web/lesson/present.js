// A lecture before a class: the whole screen, a blank one, and the speaker's notes in a second window with a clock.
import { element } from '../draw/canvas.js';

/** Milliseconds between two looks at the clock. */
const TICK = 1000;

export class Presenter {
  /** `hear(document)` has the keys heard in the window of the notes too, and returns how to end that. */
  constructor(root, hear) {
    this.root = root;
    this.hear = hear;
    this.view = null;
    this.began = performance.now();
    this.lines = [];
    this.clock = '';
  }

  /** The lesson alone, on the whole screen where the browser allows it; or the page again. */
  present() {
    this.began = performance.now();
    if (this.root.toggleAttribute('data-present')) this.root.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
  }

  blank() {
    this.root.toggleAttribute('data-blank');
  }

  notes() {
    this.destroy();
    this.view = window.open('', 'steepest-notes', 'width=760,height=560');
    if (!this.view) return;
    this.end = this.hear(this.view.document);
    this.ticking = setInterval(() => this.tick(), TICK);
    this.tell(this.lines, this.clock);
  }

  /** Tells the notes of a build and what comes next; `clock` has places for the time, and minutes since the start. */
  tell(lines, clock) {
    Object.assign(this, { lines, clock });
    if (!this.view || this.view.closed) return;
    const { body } = this.view.document;
    body.style.font = '24px/1.5 system-ui, sans-serif';
    this.time = element('p', {});
    body.replaceChildren(...lines.map((text) => element('p', { text })), this.time);
    this.tick();
  }

  tick() {
    const minutes = Math.floor((performance.now() - this.began) / 60_000);
    const time = new Date().toLocaleTimeString();
    this.time.textContent = this.clock.replace('{time}', time).replace('{minutes}', String(minutes));
  }

  destroy() {
    clearInterval(this.ticking);
    this.end?.();
    this.view?.close();
    this.view = null;
  }
}
