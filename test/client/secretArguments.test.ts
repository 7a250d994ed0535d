import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareRun } from '../../src/client/launch';
import {
  hiddenValuesOf,
  maskArguments,
  maskValues,
  SECRET_PARTS,
  SECRET_WORDS,
  withHiddenValues,
} from '../../src/client/secretArguments';
import { pythonParts, pythonPath, testStore, type TestStore } from '../engine/support';

/** What the hook makes of words: its own file, as Python runs it. */
function hook(code: string, ...words: string[]): unknown {
  const path = join(pythonParts.folder, 'hook', 'loopwright', '_secrets.py');
  const script = `import json, runpy, sys; s = runpy.run_path(${JSON.stringify(path)}); print(json.dumps(${code}))`;
  return JSON.parse(execFileSync(pythonPath(), ['-c', script, ...words], { encoding: 'utf8' }));
}

const CASES: readonly (readonly [given: string[], written: string[]])[] = [
  [
    ['p', '--password', 'x', '--lr', '0.1'],
    ['p', '--password', '***', '--lr', '0.1'],
  ],
  [
    ['p', '--password=x=y'],
    ['p', '--password=***'],
  ],
  [
    ['p', '-password', '123'],
    ['p', '-password', '***'],
  ],
  [
    ['p', '--api-key', 'k'],
    ['p', '--api-key', '***'],
  ],
  [
    ['p', '--apiKey=k'],
    ['p', '--apiKey=***'],
  ],
  [
    ['p', '--hf-token', 'hf_x'],
    ['p', '--hf-token', '***'],
  ],
  [
    ['p', '--max-token', '512'],
    ['p', '--max-token', '512'],
  ],
  [
    ['p', '--max_tokens', 'many', '--tokenizer', 'bert'],
    ['p', '--max_tokens', 'many', '--tokenizer', 'bert'],
  ],
  [
    ['p', '-P', 'password=x'],
    ['p', '-P', 'password=***'],
  ],
  [
    ['p', 'db.password=x', 'db.user=me'],
    ['p', 'db.password=***', 'db.user=me'],
  ],
  [
    ['p', '--url', 'postgres://me:x@host/db'],
    ['p', '--url', 'postgres://me:***@host/db'],
  ],
  [
    ['p', '--use-auth', '--out', 'o'],
    ['p', '--use-auth', '--out', 'o'],
  ],
  [
    ['p', 'secrets.py', 'password'],
    ['p', 'secrets.py', 'password'],
  ],
];

describe('secrets in a command line', () => {
  it('are hidden, and nothing else', () => {
    for (const [given, written] of CASES) expect(maskArguments(given).argv, given.join(' ')).toEqual(written);
  });

  it('are hidden by the hook in the same way, with the same words', () => {
    const given = JSON.stringify(CASES.map(([words]) => words));
    expect(hook('[s["mask_arguments"](words) for words in json.loads(sys.argv[1])]', given)).toEqual(
      CASES.map(([, written]) => written),
    );
    expect(hook('s["SECRET_PARTS"]')).toEqual(SECRET_PARTS);
    expect(hook('s["SECRET_WORDS"]')).toEqual(SECRET_WORDS);
  });

  it('are hidden inside a word of several words, and under parameters', () => {
    expect(maskArguments(['sh', '-c', 'curl --token "a b" -H x; TOKEN=abc make']).argv[2]).toBe(
      'curl --token *** -H x; TOKEN=*** make',
    );
    expect(maskValues({ api_key: 'x', lr: '1' })).toEqual({
      masked: { api_key: '***', lr: '1' },
      hidden: ['api_key'],
    });
  });

  it('leave the file of <(command) to be handed on', () => {
    expect(maskArguments(['p', '--password', '/dev/fd/63']).hidden).toEqual([]);
  });

  it('can be put back in their places', () => {
    const { argv, hidden } = maskArguments(['p', '--password', 'x', 'k=1', 'a://u:y@h', '--secret=z']);
    const spec = {
      argv,
      hidden,
      params: { api_key: '***', lr: '1' },
      hidden_params: ['api_key'],
      env: { DB_PASSWORD: '***' },
      hidden_env: ['DB_PASSWORD'],
    };
    expect(hiddenValuesOf(spec).map(({ label }) => label)).toEqual([
      '--password',
      'a://u:***@h',
      '--secret',
      '-P api_key',
      'DB_PASSWORD',
    ]);
    expect(withHiddenValues(spec, ['1', '2', '3', '4', '5'])).toEqual({
      argv: ['p', '--password', '1', 'k=1', 'a://u:2@h', '--secret=3'],
      hidden: [],
      params: { api_key: '4', lr: '1' },
      hidden_params: [],
      env: { DB_PASSWORD: '5' },
      hidden_env: [],
    });
  });
});

describe('a run with a secret', () => {
  let store: TestStore;
  beforeEach(() => {
    store = testStore();
  });
  afterEach(() => store.dispose());

  it('gets it, and nothing of it stays', () => {
    const code = `import json, os, sys
word = "hunter" + "2"
got = sys.argv[2], json.loads(os.environ["LOOPWRIGHT_PARAMS"])["db_password"], os.environ["DB_SECRET"]
sys.exit(0 if got == (word, word, word) else 3)`;
    const prepared = prepareRun(
      store.paths.root,
      {
        target: { kind: 'command', command: [pythonPath(), '-c', code, '--password', 'hunter2'] },
        python: pythonPath(),
        cwd: store.folder,
        params: { db_password: 'hunter2' },
        env: { DB_SECRET: 'hunter2' },
      },
      pythonParts,
    );
    const handed = join(prepared.folder, 'handed-over.json');
    expect(statSync(handed).mode & 0o777).toBe(0o600);
    const [program = '', ...args] = prepared.runner;
    execFileSync(program, args);
    expect(existsSync(handed)).toBe(false);
    expect(readFileSync(join(prepared.folder, 'runner.json'), 'utf8')).toContain('"exit_code": 0');
    for (const file of readdirSync(prepared.folder, { recursive: true, encoding: 'utf8' }))
      if (statSync(join(prepared.folder, file)).isFile())
        expect(readFileSync(join(prepared.folder, file), 'latin1'), file).not.toContain('hunter2');
  });
});
