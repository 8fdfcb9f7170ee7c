// What is worked out beside the page, by a helper (see helper.js): the loss of a network on a plane, one
// question at a time, and the next steps of a run.
import { supersededError } from './checks.js';
import { answer } from './helper.js';
import { chooseLoss } from './losses.js';
import { NetworkObjective } from './network_objective.js';

/** In a worker: answers each question with the loss on its grid, unless another comes. */
export function answerGrids(scope) {
  let newest = 0;
  answer(scope, 'grid', async (question, number) => {
    newest = number;
    if (!question) return null;
    try {
      const grid = await gridOf(question, () => newest !== number);
      return { told: grid, buffers: [grid.buffer] };
    } catch (error) {
      if (!error.superseded) throw error;
      return null;
    }
  });
}

function gridOf({ made, X, y, choices, l2, plane, a, b }, isGivenUp) {
  const loss = chooseLoss(choices.loss, made.sizes.at(-1), choices);
  return new NetworkObjective(made, X, y, loss, l2).onPlane(plane).grid(a, b, isGivenUp);
}

/** Asks a helper for grids. */
export class Beside {
  constructor(helper) {
    this.helper = helper;
    this.refuse = null;
  }

  /** Promises the loss of an objective on a plane at a and b; null where no worker answers. */
  async grid({ made, X, y, l2 }, choices, { plane, a, b, fine }) {
    if (!this.helper) return null;
    const { loss, delta, quantile } = choices;
    const question = { made, X, y, l2, choices: { loss, delta, quantile }, plane, a, b };
    const given = new Promise((_, reject) => {
      this.refuse = fine ? reject : null;
    });
    try {
      return await Promise.race([this.helper.ask({ grid: question }), given]);
    } finally {
      this.refuse = null;
    }
  }

  /** Ends the work on a grid that is only finer than one that is drawn. */
  giveUp() {
    if (!this.refuse) return;
    this.refuse(supersededError());
    this.helper.ask({ grid: null });
  }
}

/** Asks a helper for runs that go on; it keeps the scene and where the last walk stands. */
export class Onward {
  constructor(helper) {
    this.helper = helper;
    this.sent = null;
  }

  /** Promises the run of choices on rows of a scene; null where no worker answers. Throws Error. */
  async run(scene, { choices, rows }) {
    if (!this.helper) return null;
    const told = this.sent === scene ? null : { ...scene, run: null, surface: null };
    this.sent = scene;
    const found = await this.helper.ask({ run: { scene: told, request: { choices, rows } } });
    if (found?.message) throw new Error(found.message);
    return found && { ...found.run, choices };
  }
}
