// Two clicks at one place: `on.double(event)`.
import { Gesture } from './gesture.js';

export class DoubleClick extends Gesture {
  heard() {
    return { dblclick: (event) => this.on.double(event) };
  }
}
