// What make lint asks of each module of the page: no slip that the language lets pass, and no file,
// function or condition too large to be read at once.
import globals from 'globals';

const SLIPS = [
  'array-callback-return', 'consistent-return', 'default-case-last', 'eqeqeq', 'no-console',
  'no-constant-condition', 'no-dupe-keys', 'no-duplicate-imports', 'no-empty', 'no-eval',
  'no-fallthrough', 'no-implied-eval', 'no-loss-of-precision', 'no-param-reassign',
  'no-self-compare', 'no-shadow', 'no-undef', 'no-unreachable', 'no-var',
  'prefer-const',
];

const SIZES = {
  'max-lines': ['error', { max: 400, skipComments: true }],
  'max-lines-per-function': ['error', { max: 40, skipComments: true, skipBlankLines: true }],
  'max-len': ['error', { code: 120 }],
  'max-depth': ['error', 3],
  complexity: ['error', 13],
};

/** Events of a hand: who hears them elsewhere than in a gesture forgets to end it. */
const HAND = '/^(pointer|key(down|up)|wheel|touch|mouse|drag|drop|dblclick)/';
const NO_HAND = {
  selector: `CallExpression[callee.property.name='addEventListener'] > Literal[value=${HAND}], `
    + `CallExpression[callee.name='listen'] Property[key.name=${HAND}]`,
  message: 'What a hand does is heard by a gesture, in gestures/.',
};

export default [{
  files: ['**/*.js'],
  languageOptions: { ecmaVersion: 2025, sourceType: 'module', globals: globals.browser },
  linterOptions: { reportUnusedDisableDirectives: 'error' },
  rules: {
    ...Object.fromEntries(SLIPS.map((name) => [name, 'error'])),
    // What is taken out of an object so that the rest is without it is not used.
    'no-unused-vars': ['error', { ignoreRestSiblings: true }],
    ...SIZES,
  },
}, {
  files: ['**/*.js'],
  ignores: ['gestures/**'],
  rules: { 'no-restricted-syntax': ['error', NO_HAND] },
}];
