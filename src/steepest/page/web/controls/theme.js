// Light, dark or for a projector: as the reader chose, or as the system is.

/** The themes that can be chosen. */
export const THEMES = ['auto', 'light', 'dark', 'projector'];

/**
 * Has an element show the theme of a state.
 * @param {HTMLElement} root
 * @param {State} state
 */
export function applyTheme(root, { theme, dark }) {
  root.dataset.theme = theme === 'auto' ? (dark ? 'dark' : 'light') : theme;
}

/**
 * The system's own theme may change while the page is open.
 * @param {Store} store
 */
export function followSystem(store) {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const turn = () => store.set({ dark: system.matches });
  turn();
  system.addEventListener('change', turn);
  return () => system.removeEventListener('change', turn);
}
