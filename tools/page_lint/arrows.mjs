// Rules for dependency-cruiser: which room of the page may import which (arrows.json), no circle, and
// no module that no door needs.
import { readFileSync } from 'node:fs';

const MAY = JSON.parse(readFileSync(new URL('arrows.json', import.meta.url), 'utf8'));

/** Returns the pattern of the paths of rooms: a folder and all in it, or a file. */
function pathsOf(rooms) {
  const one = (room) => (room.endsWith('.js') ? `${room.replace('.', '\\.')}$` : `${room}/`);
  return `^(${rooms.map(one).join('|')})`;
}

export default {
  forbidden: [
    ...Object.entries(MAY).map(([room, below]) => ({
      name: `what ${room} may import`,
      severity: 'error',
      from: { path: pathsOf([room]) },
      to: { pathNot: pathsOf([room, ...below]) },
    })),
    { name: 'no room of its own', severity: 'error', from: { pathNot: pathsOf(Object.keys(MAY)) }, to: {} },
    { name: 'no circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no such file', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no door needs it',
      severity: 'error',
      from: { path: pathsOf(['live.js', 'notebook.js', 'saved.js']) },
      to: { pathNot: pathsOf(['live.js', 'notebook.js', 'saved.js']), reachable: false },
    },
  ],
};
