// A file that is dragged onto an element and dropped: `on.over(whether)`, then `on.file(file)`.
import { Gesture } from './gesture.js';

export class DropFile extends Gesture {
  heard() {
    return {
      dragover: (event) => this.over(event, true),
      dragleave: (event) => this.over(event, false),
      drop: (event) => {
        this.over(event, false);
        this.on.file(event.dataTransfer.files[0]);
      },
    };
  }

  over(event, isOver) {
    event.preventDefault();
    this.on.over(isOver);
  }
}
