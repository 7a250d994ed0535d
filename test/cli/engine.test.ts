/** The engine as the command line sees it: its status, stopped, killed, missing, idle; and a Node that is too old. */
import { spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startOf } from '../../src/protocol/node/processes';
import { exists, repository, until } from '../engine/support';
import {
  documentIn,
  cliFile,
  EngineStatus,
  EngineStopped,
  Finished,
  RunDocument,
  RunList,
  LOG_SCRIPT,
  workplace,
  type Workplace,
} from './support';

let at: Workplace;
beforeEach(() => {
  at = workplace({ capture: false });
  at.write('log.py', LOG_SCRIPT);
});
afterEach(() => at.dispose());

const status = () => at.json(EngineStatus, ['engine', 'status']);

async function enginePid(): Promise<number> {
  const seen = await status();
  if (!seen.running) throw new Error('no engine runs');
  return seen.pid;
}

describe('engine status and stop', () => {
  it('tell of the engine, and end it without harm to runs', async () => {
    const run = at.start(['--json', 'run', 'log.py', '30', 'gate']);
    await until('the engine has the run', async () => {
      const seen = await status().catch(() => null);
      return seen?.running === true && seen.active_runs === 1;
    });
    const human = await at.call(['engine', 'status']);
    expect(human.stdout).toMatch(
      /^The engine of .* runs since \d+\.\ds\.\n {2}pid +\d+, version .*\n {2}store +ready\n {2}active runs {2}1\n/,
    );
    const pid = await enginePid();
    expect(await at.json(EngineStopped, ['engine', 'stop'])).toEqual({ stopped: true, store: { path: at.store } });
    expect(startOf(pid)).toBeNull();
    expect(await status()).toEqual({ running: false, store: { path: at.store } });
    expect((await at.call(['engine', 'status'])).stdout).toMatch(/is not running/);
    expect(await at.json(EngineStopped, ['engine', 'stop'])).toMatchObject({ stopped: false });
    at.write('gate', '');
    const { code, stdout, stderr } = await run.end;
    expect(code).toBe(0);
    expect(documentIn({ stdout, stderr }, Finished)).toMatchObject({
      status: 'FINISHED',
      metrics: { x: { count: 30, last: 29 } },
    });
  });
});

it('kill -9 of the engine in the middle of a run loses nothing', async () => {
  const run = at.start(['--json', 'run', 'log.py', '25', 'gate']);
  await until('the engine has the run', async () => {
    const seen = await status().catch(() => null);
    return seen?.running === true && seen.active_runs === 1;
  });
  process.kill(await enginePid(), 'SIGKILL');
  at.write('gate', '');
  const { code, stdout, stderr } = await run.end;
  expect(code).toBe(0);
  expect(stderr).toMatch(/✔ finished in/);
  const document = documentIn({ stdout, stderr }, Finished);
  expect(document).toMatchObject({ status: 'FINISHED', metrics: { x: { count: 25, last: 24 } } });
  process.kill(await enginePid(), 'SIGKILL');
  const shown = await at.json(RunDocument, ['runs', 'show', 'latest']);
  expect(shown).toMatchObject({
    status: 'FINISHED',
    exit_code: 0,
    end_time: document.end_time,
    metrics: document.metrics,
  });
});

describe('without an engine', () => {
  /** The command line alone, as an installation that lost a file. */
  const lame = () => {
    const folder = join(at.folder, 'lame');
    mkdirSync(join(folder, 'dist'), { recursive: true });
    copyFileSync(cliFile, join(folder, 'dist/cli.js'));
    symlinkSync(join(repository, 'python'), join(folder, 'python'));
    return { file: join(folder, 'dist/cli.js') };
  };

  it('a run has its output, its exit code and its status', async () => {
    const options = lame();
    at.write('fail.py', 'print("out")\nraise SystemExit(3)\n');
    const { code, stdout, stderr } = await at.call(['run', 'fail.py'], options);
    expect([code, stdout]).toEqual([3, 'out\n']);
    expect(stderr).toMatch(
      /✘ failed with exit code 3 after.*\n! The engine did not start: .*Cannot find module.* Nothing is lost: the run is in /s,
    );
    const run = await at.json(Finished, ['run', 'fail.py'], options);
    expect(run).toMatchObject({ status: 'FAILED', exit_code: 3, metrics: {} });
    expect(run.end_time).not.toBeNull();
    // The next engine takes both in.
    await until('the runs are there', async () => (await at.json(RunList, ['runs', 'list'])).runs.length === 2);
  });

  it('reading says what is wrong', async () => {
    await at.call(['run', 'log.py', '1']);
    await at.call(['engine', 'stop']);
    const { code, stdout, stderr } = await at.call(['runs', 'list'], lame());
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^loopwright: The engine did not start: .*Cannot find module.*Its log is .*engine\.log\n$/);
  });

  it("another user's store is left alone, and named", async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can give a folder to somebody');
    await at.call(['run', 'log.py', '1']);
    await at.call(['engine', 'stop']);
    chownSync(at.store, 65534, 65534);
    const { code, stderr } = await at.call(['runs', 'list']);
    chownSync(at.store, 0, 0);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^loopwright: The engine did not start: \/\S+ belongs to another user\./);
  });
});

const oldNode = [
  '/usr/bin/node',
  '/usr/local/bin/node',
  ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'node')),
].find((file) => {
  const { stdout, status: code } = spawnSync(file, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return code === 0 && Number(stdout.split('.')[0]) >= 18 && Number(stdout.split('.')[0]) < 22;
});

it.skipIf(oldNode === undefined)('a Node that is too old is told before anything else happens', async () => {
  const { code, stdout, stderr } = await at.call(['run', 'log.py', '1'], { node: oldNode ?? '' });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(
    /^loopwright: Loopwright needs Node 22\.14 or newer; this is Node \d+\..*Install a newer one.*\n$/,
  );
  expect(readdirSync(at.folder)).not.toContain('.loopwright');
  const { error } = await at.json(z.object({ error: z.object({ code: z.string() }) }), ['runs', 'list'], {
    node: oldNode ?? '',
  });
  expect(error.code).toBe('runtime_too_old');
});

it('the engine ends by itself when nobody needs it', async () => {
  await at.call(['run', 'log.py', '1']);
  const pid = await enginePid();
  await until('the engine has ended', () => !exists(pid), 10_000);
});
