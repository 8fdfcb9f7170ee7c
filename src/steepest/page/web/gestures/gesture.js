// What each gesture is: events heard at an element between `attach` and `detach`, and by these two alone.

/** A gesture at an element or a document; who extends it says in `heard()` which function takes which event. */
export class Gesture {
  /** `on` has what is done, by the names that the gesture tells. */
  constructor(node, on = {}) {
    this.node = node;
    this.on = on;
    this.hooks = null;
  }

  /** @returns {Record<string, (event: any) => void>} */
  heard() {
    return {};
  }

  /** Have the events heard; a second time changes nothing. */
  attach() {
    if (this.hooks) return this;
    this.hooks = new AbortController();
    const { signal } = this.hooks;
    for (const [name, act] of Object.entries(this.heard())) {
      // Not passive: a wheel that zooms, and a finger that drags, keep the page from scrolling.
      this.node.addEventListener(name, act, { signal, passive: false });
    }
    return this;
  }

  /** Have none of them heard any more. */
  detach() {
    this.hooks?.abort();
    this.hooks = null;
  }
}

/** Attach gestures; returns what detaches them all. */
export function attached(...gestures) {
  gestures.forEach((one) => one.attach());
  return () => gestures.forEach((one) => one.detach());
}

/**
 * Where an event is in an element, in pixels from its upper left corner.
 * @returns {[number, number]}
 */
export function placeIn(node, event) {
  const { left, top } = node.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

/** Have an element hear all of a pointer until it is let go. */
export function capture(node, { pointerId }) {
  try {
    node.setPointerCapture(pointerId);
  } catch {
    // A pointer made by a script cannot be captured; it drags all the same.
  }
}
