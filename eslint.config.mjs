/** Lint rules. The last blocks hold the dependency directions of ARCHITECTURE.md. */
import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Forbids imports by pattern, each with the reason that the developer sees. */
const forbid = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: patterns.map(([regex, message]) => ({ regex, message })) }],
});

/** All that know `protocol`, which knows none of them. */
const ROOMS = [
  ...['client', 'engine', 'extension', 'cli', 'webview'],
  ...['onnx', 'inference', 'endpoint', 'tables', 'scoring', 'drift'],
];
/** Programs that run beside a front end or the engine, and what they are made of. */
const JOBS = ['endpoint', 'inference', 'tables', 'scoring', 'drift'];

const noVscode = ['^vscode$', '`vscode` is imported in src/extension alone.'];
const noOther = (...rooms) =>
  rooms.map((room) => [
    `^(\\.\\./)+${room}(/|$)`,
    `This room must not know ${room}: it talks to it through src/protocol.`,
  ]);

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.cache/', 'test/e2e/screenshots-out/', 'bench/results/', '**/*.d.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        fetch: 'readonly',
        performance: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
      },
    },
  },
  {
    files: ['src/protocol/**'],
    rules: forbid(noVscode, ...noOther(...ROOMS)),
  },
  {
    files: ['src/onnx/**', 'src/inference/**'],
    rules: forbid(noVscode, ...noOther(...ROOMS.filter((room) => room !== 'onnx' && room !== 'inference'))),
  },
  {
    files: ['src/endpoint/**'],
    rules: forbid(
      noVscode,
      ...noOther('client', 'engine', 'extension', 'cli', 'webview', 'tables', 'scoring', 'drift'),
    ),
  },
  {
    files: ['src/scoring/**'],
    rules: forbid(noVscode, ...noOther('client', 'engine', 'extension', 'cli', 'webview', 'endpoint', 'drift'), [
      'inference/session$',
      'Models are run by model.js, a process of its own.',
    ]),
  },
  {
    files: ['src/tables/**'],
    rules: forbid(noVscode, ...noOther(...ROOMS.filter((room) => room !== 'tables'))),
  },
  {
    files: ['src/drift/**'],
    rules: forbid(noVscode, ...noOther(...ROOMS.filter((room) => room !== 'drift' && room !== 'tables'))),
  },
  {
    // What runs a model is a process of its own, in which a crash of native code ends nothing else.
    files: ['src/**'],
    ignores: ['src/inference/session.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value='onnxruntime-node']",
          message: 'Models are run in a process of their own: src/inference/session.ts alone opens one.',
        },
      ],
    },
  },
  {
    files: ['src/client/**'],
    rules: forbid(noVscode, ...noOther('engine', 'extension', 'cli', 'webview', ...JOBS)),
  },
  {
    files: ['src/cli/**'],
    rules: forbid(noVscode, ...noOther('engine', 'extension', 'webview', ...JOBS)),
  },
  {
    files: ['src/engine/**'],
    rules: forbid(
      noVscode,
      ...noOther('client', 'extension', 'cli', 'webview', 'endpoint', 'tables', 'scoring', 'drift'),
      ['inference/session$', 'Models are run by model.js, a process of its own: the engine and its jobs open none.'],
      ['^(\\./|(\\.\\./)+)(store|tracking|data|house|notebooks)/.+', 'A capability is reached through its index.ts.'],
    ),
  },
  {
    files: ['src/extension/**'],
    rules: forbid(...noOther('engine', 'cli', 'webview', ...JOBS)),
  },
  {
    files: ['webview/**'],
    rules: forbid(
      noVscode,
      ['protocol/node/', 'Pages run in a browser: nothing of Node.'],
      ...noOther('src/client', 'src/engine', 'src/extension', 'src/cli'),
    ),
  },
  {
    files: ['webview/**'],
    ignores: ['webview/ui/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "ImportDeclaration[source.value='@vscode/webview-ui-toolkit']",
          message: 'The toolkit is archived upstream: webview/ui alone imports it, so that one folder replaces it.',
        },
      ],
    },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', 'no-restricted-imports': 'off' },
  },
);
