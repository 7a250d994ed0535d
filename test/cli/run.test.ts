/** `loopwright run` as a user calls it: the built program, a real Python, a real engine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonPath } from '../engine/support';
import { documentIn, cliFile, Finished, RunDocument, workplace, type Workplace } from './support';

let at: Workplace;
beforeAll(() => {
  at = workplace({ capture: false });
  at.write('echo.py', 'import json, sys\nprint(json.dumps(sys.argv[1:]))\n');
  at.write(
    'exit.py',
    `import os, signal, sys
end = sys.argv[1]
if end.isdigit(): sys.exit(int(end))
os.kill(os.getpid(), getattr(signal, end))
`,
  );
  at.write(
    'metrics.py',
    'import loopwright\nfor i in range(5):\n    loopwright.log({"val/ap": i / 10, "loss": float("nan")}, step=i)\nprint("trained")\n',
  );
});
afterAll(() => at.dispose());

const shown = (id: string) => at.json(RunDocument, ['runs', 'show', id]);

describe('a script', () => {
  it('has its own output on stdout, and our lines around it on stderr', async () => {
    const { code, stdout, stderr } = await at.call(['run', '--name', 'first', 'metrics.py']);
    expect(code).toBe(0);
    expect(stdout).toBe('trained\n');
    expect(stderr).toMatch(
      /^loopwright: run [0-9a-f]{12} · first · Default\n✔ finished in \d+\.\ds · val\/ap 0\.4 · loopwright runs show [0-9a-f]{12}\n$/,
    );
  });

  it('gets every word behind it as it was written', async () => {
    const words = [
      '--json',
      '-h',
      '--store',
      '/nowhere',
      '--',
      '-m',
      '-P',
      'a',
      '',
      'two words',
      "it's",
      '$HOME',
      '*',
      'größe👍',
      '--name=x',
    ];
    const { stdout } = await at.call(['run', 'echo.py', ...words]);
    expect(JSON.parse(stdout)).toEqual(words);
  });

  it('gets words that are no valid UTF-8 byte for byte, also as its own name', () => {
    const script = Buffer.concat([Buffer.from(`${at.folder}/caf`), Buffer.from([0xe9]), Buffer.from('.py')]);
    writeFileSync(script, 'import os, sys\nprint(os.fsencode(sys.argv[1]), os.fsencode(sys.argv[0]))\n');
    // Node can't pass such bytes on by itself.
    const shell = `cd '${at.folder}' && exec '${process.execPath}' '${cliFile}' run "$(printf 'caf\\351.py')" "$(printf 'x\\377y')"`;
    const { stdout, status } = spawnSync('bash', ['-c', shell], { env: at.environment(), encoding: 'utf8' });
    expect(stdout).toBe(String.raw`b'x\xffy' b'caf\xe9.py'` + '\n');
    expect(status).toBe(0);
  });

  it('reads files that the shell has opened for it', () => {
    at.write('cat.py', 'import sys\nprint(open(sys.argv[1]).read())\n');
    const shell = (redirect: string) => `'${process.execPath}' '${cliFile}' run cat.py ${redirect}`;
    const call = (line: string) =>
      spawnSync('bash', ['-c', line], { cwd: at.folder, env: at.environment(), encoding: 'utf8' });
    expect(call(shell('<(echo from bash)')).stdout).toBe('from bash\n\n');
    expect(call(shell('/dev/fd/7 7< <(echo numbered)')).stdout).toBe('numbered\n\n');
  });

  it('reads our stdin, whatever bytes come', async () => {
    at.write(
      'size.py',
      'import hashlib, sys\ndata = sys.stdin.buffer.read()\nprint(len(data), hashlib.sha256(data).hexdigest())\n',
    );
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
    const { stdout } = await at.call(['run', 'size.py'], { input });
    expect(stdout).toBe(execFileSync('python3', [join(at.folder, 'size.py')], { input, encoding: 'utf8' }));
  });

  it('can come on stdin', async () => {
    const { stdout, code } = await at.call(['run', '-', 'a'], { input: 'import sys; print(sys.argv)' });
    expect([stdout, code]).toEqual(["['-', 'a']\n", 0]);
  });

  it('runs in the folder of the caller, wherever it lies', async () => {
    at.write('deep/er/where.py', 'import os\nprint(os.getcwd())\n');
    const { stdout } = await at.call(['run', 'er/where.py'], { cwd: join(at.folder, 'deep') });
    expect(stdout).toBe(`${join(at.folder, 'deep')}\n`);
    expect(existsSync(join(at.folder, 'deep/.loopwright'))).toBe(false); // the store above is found
  });

  it('may have any name', async () => {
    const name = 'mein träining 学習 👍.py';
    at.write(name, 'print("ok")\n');
    const run = await at.json(Finished, ['run', '--experiment', 'Größe/学習', '--name', 'a\nb', name]);
    expect(run).toMatchObject({ status: 'FINISHED', experiment: 'Größe/学習', name: 'a\nb' });
    expect(await shown(run.run_id)).toMatchObject({ source: name, command: [expect.any(String), name] });
  });

  it('sees nothing of us that would change what it does', async () => {
    at.write('env.py', 'import json, os\nprint(json.dumps(dict(os.environ)))\n');
    const plain = JSON.parse(
      execFileSync('python3', [join(at.folder, 'env.py')], { env: at.environment(), encoding: 'utf8' }),
    ) as object;
    const { stdout } = await at.call(['run', 'env.py']);
    const tracked = JSON.parse(stdout) as Record<string, string>;
    const added = Object.keys(tracked).filter((key) => !(key in plain));
    const isOurs = /^(LOOPWRIGHT_|(PYTHONPATH|MLFLOW_TRACKING_URI|MLFLOW_TRACKING_TOKEN|MLFLOW_EXPERIMENT_NAME)$)/;
    expect(added.filter((key) => !isOurs.test(key))).toEqual([]);
  });
});

describe('the exit code', () => {
  it.each([
    ['0', 0, { status: 'FINISHED', exit_code: 0, signal: null }],
    ['3', 3, { status: 'FAILED', exit_code: 3, signal: null }],
    ['125', 125, { status: 'FAILED', exit_code: 125, signal: null }],
    ['255', 255, { status: 'FAILED', exit_code: 255, signal: null }],
    ['SIGKILL', 137, { status: 'KILLED', exit_code: null, signal: 'SIGKILL' }],
    ['SIGSEGV', 139, { status: 'FAILED', exit_code: null, signal: 'SIGSEGV' }],
    ['SIGTERM', 143, { status: 'KILLED', exit_code: null, signal: 'SIGTERM' }],
  ])('of a script that ends by %s is %d', async (end, expected, document) => {
    const { code, stdout, stderr } = await at.call(['run', '--json', 'exit.py', end]);
    expect(code).toBe(expected);
    expect(documentIn({ stdout, stderr }, Finished)).toMatchObject(document);
  });
});

describe('--json', () => {
  it('leaves stdout to the document, whatever the script prints', async () => {
    at.write(
      'loud.py',
      'import os, sys\nprint("out")\nprint("err", file=sys.stderr)\nos.write(1, b"raw\\n")\nos.system("echo child")\n',
    );
    const { stdout, stderr, code } = await at.call(['--json', 'run', 'loud.py']);
    expect(code).toBe(0);
    expect(documentIn({ stdout, stderr }, Finished).status).toBe('FINISHED');
    expect(stderr).toMatch(/out\n/);
    expect(stderr).toMatch(/raw\nchild\n/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('gives the metrics as the store has them', async () => {
    const run = await at.json(Finished, ['run', '--experiment', 'E', 'metrics.py']);
    expect(run).toEqual({
      run_id: run.run_id,
      experiment: 'E',
      name: 'metrics',
      status: 'FINISHED',
      exit_code: 0,
      signal: null,
      start_time: run.start_time,
      end_time: run.end_time,
      metrics: {
        'val/ap': { last: 0.4, min: 0, max: 0.4, step: 4, count: 5 },
        loss: { last: 'NaN', min: null, max: null, step: 4, count: 5 },
      },
      store: at.store,
    });
    expect(Date.parse(run.end_time ?? '')).toBeGreaterThanOrEqual(Date.parse(run.start_time));
  });
});

it('the code is that of the script also when nobody reads the document any more', () => {
  const line = `'${process.execPath}' '${cliFile}' run --json exit.py 3 | true; exit "\${PIPESTATUS[0]}"`;
  const { status } = spawnSync('bash', ['-c', line], { cwd: at.folder, env: at.environment() });
  expect(status).toBe(3);
});

describe('other things to run', () => {
  it('-m runs a module', async () => {
    at.write('package/__init__.py', '');
    at.write('package/train.py', 'import sys\nprint(__name__, sys.argv[1:])\n');
    const { stdout, stderr, code } = await at.call(['run', '-m', 'package.train', '--json', '-m']);
    expect([stdout, code]).toEqual(["__main__ ['--json', '-m']\n", 0]);
    expect(stderr).toMatch(/· package\.train ·/);
    expect(await shown('latest')).toMatchObject({ kind: 'module', source: 'package.train' });
  });

  it('-- runs any command', async () => {
    const { stdout, code } = await at.call([
      'run',
      '--name',
      'shell',
      '--',
      'sh',
      '-c',
      'echo "$1"; exit 7',
      'sh',
      '--json',
    ]);
    expect([stdout, code]).toEqual(['--json\n', 7]);
    const run = await shown('latest');
    expect(run).toMatchObject({ kind: 'command', name: 'shell', exit_code: 7, environment: { interpreter: null } });
    expect(run.command).toEqual(['sh', '-c', 'echo "$1"; exit 7', 'sh', '--json']);
  });

  it('a folder with a __main__.py is a script', async () => {
    at.write('app/__main__.py', 'print("main")\n');
    const { stdout, code } = await at.call(['run', 'app']);
    expect([stdout, code]).toEqual(['main\n', 0]);
  });
});

it('-P records parameters, which the script can read', async () => {
  at.write('params.py', 'import json, loopwright\nprint(json.dumps(loopwright.params()))\n');
  const { stdout } = await at.call([
    'run',
    '-P',
    'lr=0.1',
    '-Pnote=a=b',
    '--param',
    'empty=',
    '-P',
    'lr=0.2',
    'params.py',
  ]);
  const expected = { lr: '0.2', note: 'a=b', empty: '' };
  expect(JSON.parse(stdout)).toEqual(expected);
  expect((await shown('latest')).params).toEqual(expected);
});

describe('the interpreter', () => {
  const fakePython = (path: string) => {
    mkdirSync(join(at.folder, path, '..'), { recursive: true });
    symlinkSync(pythonPath(), join(at.folder, path));
  };

  it('is the one that is named, from where the caller stands', async () => {
    fakePython('mine/python');
    at.write('sub/which.py', 'print("ran")\n');
    const { code } = await at.call(['run', '--python', 'mine/python', 'sub/which.py']);
    expect(code).toBe(0);
    expect((await shown('latest')).environment.interpreter).toBe(join(at.folder, 'mine/python'));
  });

  it('is that of the nearest virtual environment above the script', async () => {
    fakePython('project/.venv/bin/python');
    at.write('project/src/train.py', 'print("ran")\n');
    const { code } = await at.call(['run', 'project/src/train.py']);
    expect(code).toBe(0);
    expect((await shown('latest')).environment.interpreter).toBe(join(at.folder, 'project/.venv/bin/python'));
  });

  it('must be a Python', async () => {
    const { code, stderr } = await at.call(['run', '--python', '/bin/true', 'echo.py']);
    expect(code).toBe(125);
    expect(stderr).toMatch(/\/bin\/true did not start the run.*--python/);
  });
});

it('the store of a run says that git is to leave it alone, and never overwrites what stands there', async () => {
  expect(readFileSync(join(at.store, '.gitignore'), 'utf8')).toBe('*\n');
  at.write('repo/.gitignore', 'mine\n');
  at.write('repo/a.py', '');
  const { code } = await at.call(['run', '--store', '.', 'a.py'], { cwd: join(at.folder, 'repo') });
  expect(code).toBe(2);
  expect(readFileSync(join(at.folder, 'repo/.gitignore'), 'utf8')).toBe('mine\n');
});
