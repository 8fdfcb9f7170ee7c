// A lecture before a class: the whole screen, a blank one, and the speaker's notes in a second window.
import { element } from '../draw/canvas.js';

export class Presenter {
  /** `hear(document)` has the keys heard in the window of the notes too, and returns how to end that. */
  constructor(root, hear) {
    this.root = root;
    this.hear = hear;
    this.view = null;
    this.lines = [];
  }

  /** The lesson alone, on the whole screen where the browser allows it; or the page again. */
  present() {
    if (this.root.toggleAttribute('data-present')) this.root.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
  }

  blank() {
    this.root.toggleAttribute('data-blank');
  }

  notes() {
    this.destroy();
    this.view = window.open('', 'steepest-notes', 'width=640,height=480');
    if (!this.view) return;
    this.end = this.hear(this.view.document);
    this.tell(this.lines);
  }

  /** Tells the notes of a build, what comes next, and when they were told. */
  tell(lines) {
    this.lines = lines;
    if (!this.view || this.view.closed) return;
    const { body } = this.view.document;
    body.style.font = '22px/1.5 system-ui, sans-serif';
    const time = new Date().toLocaleTimeString();
    body.replaceChildren(...[...lines, time].map((text) => element('p', { text })));
  }

  destroy() {
    this.end?.();
    this.view?.close();
    this.view = null;
  }
}
