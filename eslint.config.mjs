import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The arrows of the design: a room may import only from itself and from the rooms named here. */
const rooms = {
  core: [],
  store: ['core'],
  nas: ['core'],
  mqtt: ['core'],
  notify: ['core'],
  demo: ['core', 'nas'],
  burnin: ['core', 'store', 'nas', 'mqtt', 'notify', 'demo'],
};

/** Relative imports of a room into rooms that the design draws no arrow to. A test looks for the same, and for circles. */
const arrows = Object.entries(rooms).map(([room, allowed]) => {
  const forbidden = [...Object.keys(rooms), 'nodes', 'flows'].filter(
    (name) => ![room, ...allowed].includes(name),
  );
  const regex = `^(?:\\.\\./)+(?:lib/)?(?:${forbidden.join('|')})/|^node-red`;
  const message = `lib/${room} may import from ${['itself', ...allowed].join(', ')} alone`;
  return {
    files: [`lib/${room}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
  };
});

const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'exports have names' };

/** Sizes are rules, without exemptions; tests get longer functions because a `describe` is one. */
const sizes = (maxFunction) => ({
  'max-lines': ['error', { max: 300 }],
  'max-lines-per-function': ['error', { max: maxFunction }],
  'max-params': ['error', { max: 4 }],
  complexity: ['error', { max: 14 }],
});

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './test/tsconfig.json'] } },
    rules: {
      ...sizes(50),
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  ...arrows,
  {
    files: ['lib/core/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^(?!\\.{1,2}/|zod$)', message: 'core is pure: it imports core and zod alone' },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'fetch', 'Buffer'],
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'time is a parameter' },
        {
          selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
          message: 'time is a parameter',
        },
        {
          selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
          message: 'chance is a parameter',
        },
      ],
    },
  },
  { files: ['nodes/*.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['flows/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.mts'],
    rules: {
      ...sizes(120),
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', name: ['it', 'describe'], package: 'mocha' }] },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        require: 'readonly',
        module: 'writable',
      },
    },
  },
);
