/** Whatever starts the Python inside, it is tracked, and all of its processes are one run. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonPath } from '../engine/support';
import { cliFile, Finished, RunDocument, RunList, workplace, type Workplace } from './support';

/** As torchrun does: one process for each rank, told its number in its environment. */
const LAUNCHER = `import argparse, os, subprocess, sys
parser = argparse.ArgumentParser()
parser.add_argument("--nproc", type=int)
parser.add_argument("script", nargs=argparse.REMAINDER)
args = parser.parse_args()
def start(rank):
    env = dict(os.environ, RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE=str(args.nproc))
    return subprocess.Popen([sys.executable, *args.script], env=env)
sys.exit(max(job.wait() for job in [start(rank) for rank in range(args.nproc)]))
`;
const WORKER = `import argparse, loopwright, os
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
args = parser.parse_args()
for step in range(3):
    loopwright.log(loss=1 / (step + 1) + int(os.environ["RANK"]), step=step)
open("part-" + os.environ["RANK"] + ".txt", "w").close()
loopwright.artifact("part-" + os.environ["RANK"] + ".txt")
print("rank", os.environ["RANK"])
`;

let at: Workplace;
beforeAll(() => {
  at = workplace();
  at.write('log.py', 'import loopwright, sys\nloopwright.log({sys.argv[1]: float(sys.argv[2])})\n');
  at.write('torchrun', LAUNCHER);
  at.write('worker.py', WORKER);
});
afterAll(() => at.dispose());

const shown = (id: string) => at.json(RunDocument, ['runs', 'show', id]);
async function run(...words: string[]) {
  const { run_id } = await at.json(Finished, ['run', ...words]);
  return shown(run_id);
}
/** What the script itself has logged. */
const lastOf = ({ metrics }: { metrics: Record<string, { last: unknown }> }) =>
  Object.fromEntries(
    Object.entries(metrics)
      .filter(([key]) => !key.startsWith('system/'))
      .map(([key, { last }]) => [key, last]),
  );

describe('the Python inside', () => {
  it('a module of a package', async () => {
    at.write('pack/__init__.py', '');
    at.write('pack/train.py', 'import loopwright\nloopwright.log(auc=0.5)\n');
    const shownRun = await run('-m', 'pack.train');
    expect(shownRun).toMatchObject({ kind: 'module', source: 'pack.train', name: 'pack.train' });
    expect(lastOf(shownRun)).toEqual({ auc: 0.5 });
  });

  it('make', async () => {
    at.write('Makefile', 'train:\n\tpython3 log.py from_make 1\n');
    expect(lastOf(await run('--', 'make', 'train'))).toEqual({ from_make: 1 });
  });

  it('a shell with two scripts, one after the other', async () => {
    const both = await run('--', 'bash', '-c', 'python3 log.py first 1; python3 log.py second 2');
    expect(lastOf(both)).toEqual({ first: 1, second: 2 });
  });

  it('worker processes, forked and spawned', async () => {
    at.write(
      'pool.py',
      `import loopwright, multiprocessing, sys
def work(n):
    loopwright.log({"worker%d" % n: n})
    return n
if __name__ == "__main__":
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            pool.map(work, [1, 2] if method == "fork" else [3, 4], chunksize=1)
`,
    );
    expect(lastOf(await run('pool.py'))).toEqual({ worker1: 1, worker2: 2, worker3: 3, worker4: 4 });
  });

  it('a run in the run is its child', async () => {
    const cli = `${JSON.stringify(process.execPath)} ${JSON.stringify(cliFile)}`;
    const parent = await run('--', 'bash', '-c', `python3 log.py outer 1; ${cli} run log.py inner 2`);
    expect(lastOf(parent)).toEqual({ outer: 1 });
    const { runs } = await at.json(RunList, ['runs', 'list', '--all']);
    const child = runs.find(({ parent_run_id }) => parent_run_id === parent.run_id);
    expect(lastOf(await shown(child?.run_id ?? ''))).toEqual({ inner: 2 });
  });
});

describe('the ranks of a distributed job', () => {
  it('are one run, in which rank 0 speaks for all', async () => {
    const job = await run('--', 'python3', 'torchrun', '--nproc', '3', 'worker.py', '--lr', '0.1');
    expect(job.status).toBe('FINISHED');
    expect(lastOf(job)).toEqual({ loss: 1 / 3, 'rank1/loss': 1 / 3 + 1, 'rank2/loss': 1 / 3 + 2 });
    expect(job.metrics.loss).toMatchObject({ count: 3, step: 2 });
    expect(job.params).toEqual({ lr: '0.1' });
    expect(job.tags).toMatchObject({ 'loopwright.ranks': '3' });
    expect(job.artifacts.map(({ path }) => path).sort()).toEqual(['part-0.txt', 'part-1.txt', 'part-2.txt']);
  });

  it('may each be a run of its own, where each was started as one', async () => {
    const { stdout } = await at.call(['--json', 'run', 'worker.py', '--lr', '1'], {
      env: { RANK: '1', WORLD_SIZE: '2' },
    });
    const own = await shown(Finished.parse(JSON.parse(stdout)).run_id);
    expect(Object.keys(lastOf(own))).toEqual(['loss']);
    expect(own.params).toEqual({ lr: '1.0' });
  });
});

describe('--capture', () => {
  it.each([
    [[], 'code,data,environment,system,libraries,models,figures'],
    [['--capture', 'figures, code'], 'code,figures'],
    [['--capture', 'none'], ''],
  ])('%j tells the script "%s"', async (words, kinds) => {
    at.write('kinds.py', 'import os\nprint(os.environ["LOOPWRIGHT_CAPTURE"])\n');
    const { stdout } = await at.call(['run', ...words, 'kinds.py']);
    expect(stdout).toBe(`${kinds}\n`);
  });

  it('refuses what is no kind, before anything is run', async () => {
    const refused = await at.refusal(['run', '--capture', 'code,colour', 'log.py', 'a', '1']);
    expect(refused).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect(refused.message).toContain('not "colour". The kinds: code, data,');
  });
});

describe('for scripts that did not ask to be tracked', () => {
  it('--quiet says nothing, --python-arg hands the interpreter its own options', async () => {
    at.write('flags.py', 'import sys\nprint(sys.flags.optimize, sys.flags.dev_mode)\nsys.exit(4)\n');
    const words = ['--python-arg=-O', '--python-arg=-X', '--python-arg=dev', 'flags.py'];
    expect(await at.call(['run', '--quiet', ...words])).toEqual({
      code: 4,
      signal: null,
      stdout: '1 True\n',
      stderr: '',
    });
    const shownRun = await run(...words);
    expect(shownRun.command.slice(1)).toEqual(['-O', '-X', 'dev', 'flags.py']);
    expect(shownRun).toMatchObject({ source: 'flags.py', name: 'flags' });
    expect((await at.refusal(['run', '--python-arg=-O', '--', 'make'])).message).toContain('into the command itself');
  });

  it('--or-plain runs them all the same where no run can be made', async () => {
    at.write('plain.py', 'import os, sys\nprint(os.environ.get("LOOPWRIGHT_RUN_ID"), sys.argv[1:])\nsys.exit(5)\n');
    const store = at.write('file', '');
    const { code, stdout, stderr } = await at.call(['run', '--or-plain', '--store', store, 'plain.py', 'a']);
    expect([code, stdout]).toEqual([5, "None ['a']\n"]);
    expect(stderr).toMatch(/^loopwright: not tracked: .*\n$/);
    expect((await at.call(['run', '--store', store, 'plain.py'])).code).toBe(2);
  });
});

describe('a tracked terminal', () => {
  /** What the extension puts into the environment of its terminals. */
  function terminal(line: string) {
    const shim = at.write('bin/loopwright', `#!/bin/sh\nexec '${process.execPath}' '${cliFile}' "$@"\n`);
    chmodSync(shim, 0o755);
    const hook = join(cliFile, '../../python/hook');
    // An interactive shell gives its jobs process groups of their own; that is what makes a command one that was typed.
    return spawnSync(
      'setsid',
      [
        '-w',
        pythonPath(),
        join(import.meta.dirname, 'terminal.py'),
        '/dev/null',
        '80',
        'bash',
        '--norc',
        '-i',
        '-c',
        `set -m; ${line}`,
      ],
      {
        cwd: at.folder,
        encoding: 'utf8',
        env: at.environment({
          PYTHONPATH: hook,
          LOOPWRIGHT_TERMINAL: `${shim}\n${at.store}\t${at.folder}`,
        }),
        timeout: 25_000,
      },
    ).stdout.replaceAll('\r\n', '\n');
  }

  it('makes runs of scripts: in a pipe, stopped and continued, interrupted', async () => {
    at.write('typed.py', 'import sys\nsys.stdout.write("line 0\\nline 1\\n")\nsys.exit(6)\n');
    expect(terminal('python3 typed.py 2>err | head -1; echo "codes ${PIPESTATUS[0]}"')).toContain('line 0\ncodes 6');
    expect(readFileSync(join(at.folder, 'err'), 'utf8')).toBe('');
    at.write('stops.py', 'import os, signal\nos.kill(os.getpid(), signal.SIGTSTP)\nprint("went on")\n');
    expect(terminal('python3 stops.py; echo "code $?"; fg; echo "code $?"')).toMatch(/code 148[^]*went on[^]*code 0/);
    at.write('interrupted.py', 'import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)\n');
    expect(terminal('python3 interrupted.py; echo "code $?"')).toMatch(/KeyboardInterrupt[^]*code 130/);
    const { runs } = await at.json(RunList, ['runs', 'list']);
    expect(runs.slice(0, 3).map(({ name, status }) => [name, status])).toEqual([
      ['interrupted', 'KILLED'],
      ['stops', 'FINISHED'],
      ['typed', 'FAILED'],
    ]);
    expect(existsSync(join(at.store, 'store.json'))).toBe(true);
  });
});
