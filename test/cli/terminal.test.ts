/** What needs a terminal, and what signals do: to a run, and to the command line that has it in its foreground. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exists, pythonPath, until } from '../engine/support';
import { documentIn, cliFile, Finished, RunDocument, workplace, type Workplace } from './support';

/** Says which signals it gets, and ends a second after the first. */
const LISTEN = `
import os, signal, sys, time
got = []
for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), lambda number, _: got.append(signal.Signals(number).name))
print("ready", os.getpid(), flush=True)
end = time.time() + 20
while time.time() < end:
    time.sleep(0.02)
    if got and end > time.time() + 2: end = time.time() + 1
print("got", *got, flush=True)
`;

let at: Workplace;
beforeAll(() => {
  at = workplace();
  at.write('listen.py', LISTEN);
  at.write(
    'tty.py',
    'import os, sys\nprint(sys.stdin.isatty(), sys.stdout.isatty(), sys.stderr.isatty(), os.get_terminal_size().columns)\n',
  );
  at.write('name.py', 'name = input("name? ")\nprint("hello", name, end="")\n');
  at.write('sleep.py', 'import time\nprint("sleeping", flush=True)\ntime.sleep(30)\n');
});
afterAll(() => at.dispose());

/** Calls on a terminal; `keys` are typed when what stands before them has been shown. */
function onTerminal(
  words: readonly string[],
  keys: readonly [string, string][] = [],
  env: NodeJS.ProcessEnv = {},
  columns = 80,
) {
  const file = at.write('keys', keys.map((line) => JSON.stringify(line)).join('\n'));
  const harness = join(import.meta.dirname, 'terminal.py');
  const { status, stdout } = spawnSync(
    pythonPath(),
    [harness, file, String(columns), process.execPath, cliFile, ...words],
    {
      cwd: at.folder,
      env: at.environment({ TERM: 'xterm-256color', ...env }),
      encoding: 'utf8',
      timeout: 25_000,
    },
  );
  return { code: status, shown: stdout.replaceAll('\r\n', '\n') };
}

describe('on a terminal', () => {
  it('the script has the terminal, and our lines have colours', () => {
    const { code, shown } = onTerminal(['run', 'tty.py']);
    expect(code).toBe(0);
    expect(shown.replaceAll('\u001b', 'ESC')).toMatch(
      /^ESC\[2mloopwright: run .*ESC\[22m\nTrue True True 80\nESC\[32m✔ finished in .*ESC\[39m/,
    );
  });

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('there are no colours with %j', (env) => {
    expect(onTerminal(['run', 'tty.py'], [], env).shown).not.toContain('\u001b');
    expect(onTerminal(['runs', 'list'], [], env).shown).not.toContain('\u001b');
  });

  it('the script can ask, and our last line begins a line of its own', () => {
    const { code, shown } = onTerminal(['run', 'name.py'], [['name? ', 'Ada\n']], { NO_COLOR: '1' });
    expect(code).toBe(0);
    expect(shown).toMatch(/name\? Ada\nhello Ada\n✔ finished/);
  });

  it('Ctrl+C reaches the script, once', () => {
    const { code, shown } = onTerminal(['run', 'listen.py', 'SIGINT'], [['ready', '\u0003']], { NO_COLOR: '1' });
    expect(code).toBe(0);
    // The terminal echoes ^C where it is typed.
    expect(shown.replace('^C', '')).toMatch(/\ngot SIGINT\n✔ finished in/);
  });

  it('Ctrl+C ends a script that does not care', () => {
    const { code, shown } = onTerminal(['run', 'sleep.py'], [['sleeping', '\u0003']], { NO_COLOR: '1' });
    expect(code).toBe(130);
    expect(shown).toMatch(/KeyboardInterrupt[^]*■ stopped by SIGINT after/);
  });

  it('tables are cut to its width', () => {
    onTerminal(['run', '--name', `long ${'n'.repeat(100)}`, 'tty.py']);
    const { shown } = onTerminal(['runs', 'list', '--limit', '1'], [], { NO_COLOR: '1' }, 72);
    const lines = shown.trimEnd().split('\n');
    expect(lines[1]).toMatch(/long n+…/);
    for (const line of lines.slice(0, 2)) expect(line.length).toBeLessThanOrEqual(72);
  });

  it('--json is laid out for reading', () => {
    const { shown } = onTerminal(['--json', 'runs', 'list', '--limit', '1']);
    expect(shown).toMatch(/^\{\n {2}"runs": \[\n/);
  });
});

interface Listening {
  readonly process: ChildProcess;
  /** The script. */
  readonly child: number;
  readonly end: Promise<{ code: number | null; stdout: string }>;
}

/** Starts the listening script in a process group of its own, as a shell does. */
async function listening(signals: readonly string[], command: readonly string[] = []): Promise<Listening> {
  const [program = '', ...words] = [...command, process.execPath, cliFile, 'run', 'listen.py', ...signals];
  const child = spawn(program, words, {
    cwd: at.folder,
    env: at.environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.resume();
  const end = new Promise<{ code: number | null; stdout: string }>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout });
    });
  });
  const ready = await until('the script is ready', () => /ready (\d+)\n/.exec(stdout)?.[1]);
  return { process: child, child: Number(ready), end };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

describe('a signal', () => {
  it.each(SIGNALS)('%s to the command line alone reaches the script once', async (signal) => {
    const run = await listening(SIGNALS);
    run.process.kill(signal);
    const { code, stdout } = await run.end;
    expect(stdout).toMatch(new RegExp(`\\ngot ${signal}\\n$`));
    expect(code).toBe(0);
    expect(await at.json(RunDocument, ['runs', 'show', 'latest'])).toMatchObject({ status: 'KILLED', exit_code: 0 });
  });

  it.each(SIGNALS)('%s to the whole group reaches the script once', async (signal) => {
    const run = await listening(SIGNALS);
    process.kill(-(run.process.pid ?? 0), signal);
    expect((await run.end).stdout).toMatch(new RegExp(`\\ngot ${signal}\\n$`));
  });

  it('comes again as often as it is sent', async () => {
    const run = await listening(['SIGTERM']);
    run.process.kill('SIGTERM');
    await sleep(700);
    run.process.kill('SIGTERM');
    expect((await run.end).stdout).toMatch(/\ngot SIGTERM SIGTERM\n$/);
  });

  it.each(['SIGUSR1', 'SIGUSR2'] as const)(
    '%s, by which clusters ask for a checkpoint, is passed on',
    async (signal) => {
      const run = await listening(['SIGUSR1', 'SIGUSR2']);
      run.process.kill(signal);
      const { code, stdout } = await run.end;
      expect(stdout).toMatch(new RegExp(`\\ngot ${signal}\\n$`));
      expect(code).toBe(0);
      expect(await at.json(RunDocument, ['runs', 'show', 'latest'])).toMatchObject({ status: 'FINISHED' });
    },
  );

  it('that ends the script is the code of the command line', async () => {
    const run = await listening([]);
    process.kill(run.child, 'SIGTERM');
    expect((await run.end).code).toBe(143);
  });

  it('SIGHUP harms no run that was started with nohup', async () => {
    const run = await listening([], ['bash', '-c', 'nohup "$@"; exit $?', 'bash']);
    process.kill(-(run.process.pid ?? 0), 'SIGHUP');
    await sleep(500);
    expect(exists(run.child)).toBe(true);
    process.kill(run.child, 'SIGTERM');
  });
});

it('the script goes on when the command line is killed, and its end is known', async () => {
  const run = await listening(['SIGTERM']);
  run.process.kill('SIGKILL');
  await sleep(300);
  expect(exists(run.child)).toBe(true);
  process.kill(run.child, 'SIGTERM');
  const shown = await until('the run is over', async () => {
    const document = await at.json(RunDocument, ['runs', 'show', 'latest']);
    return document.end_time === null ? null : document;
  });
  expect(shown).toMatchObject({ status: 'FINISHED', exit_code: 0 });
});

it('the command line says so when what carries the output is killed', async () => {
  const run = at.start(['--json', 'run', 'listen.py', 'SIGTERM']);
  const script = await until('the script is ready', () => /ready (\d+)\n/.exec(run.seen().stderr)?.[1]);
  const runner = spawnSync('ps', ['-o', 'pid=', '--ppid', String(run.process.pid)], { encoding: 'utf8' }).stdout.trim();
  process.kill(Number(runner.split(/\s+/)[0]), 'SIGKILL');
  const { code, stdout, stderr } = await run.end;
  expect(code).toBe(137);
  expect(stderr).toMatch(/was ended by SIGKILL\. The script goes on: loopwright runs show [0-9a-f]{32}/);
  expect(documentIn({ stdout, stderr }, Finished)).toMatchObject({ status: 'RUNNING', end_time: null });
  process.kill(Number(script), 'SIGKILL');
});
