// What Python is asked for to save the page: its file is written there.
import { toFragment } from './link.js';

/**
 * Returns the choices and the links of a state: with all of it, and with what needs no computing.
 * @param {State} state
 */
export function pageRequest(state) {
  // What can be shown of the state by a page that does not compute.
  const looks = { ...state, axes: 'units', scene: { ...state.scene, engine: 'record' } };
  return { choices: state.choices, link: toFragment(state), look: toFragment(looks) };
}
