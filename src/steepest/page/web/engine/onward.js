// A run that goes on while it is shown: its next steps are taken by a helper (see helper.js), which
// keeps where the walk stands.
import { answer } from './helper.js';
import { localEngine } from './local.js';

/** In a worker: answers with the runs of the scene that came last. */
export function answerRuns(scope) {
  /** @type {any} */
  let engine = null;
  answer(scope, 'run', async ({ scene, request }) => {
    engine = scene ? localEngine(scene) : engine;
    try {
      const run = await engine.descend(request);
      const buffers = Object.values(run).filter(ArrayBuffer.isView).map(({ buffer }) => buffer);
      return { told: { run }, buffers };
    } catch ({ message }) {
      return { told: { message }, buffers: [] };
    }
  });
}
