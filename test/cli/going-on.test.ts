/** `loopwright runs …` on runs that go on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../engine/support';
import { Finished, LOG_SCRIPT, Row, RunDocument, RunList, workplace, type Workplace } from './support';

let at: Workplace;
beforeAll(() => {
  at = workplace({ capture: false });
  at.write('wait.py', 'import sys, time\nprint("waiting", flush=True)\ntime.sleep(60)\n');
});
afterAll(() => at.dispose());

it('output is followed until the run is over', async () => {
  at.write('log.py', LOG_SCRIPT);
  const run = at.start(['run', '--name', 'counting', 'log.py', '8', 'gate']);
  await until('the run writes', () => run.seen().stdout.includes('4\n'));
  const { runs } = await at.json(RunList, ['runs', 'list', '--filter', "name = 'counting'"]);
  expect(runs[0]?.status).toBe('RUNNING');
  const follower = at.start(['runs', 'output', 'latest', '--follow']);
  await until('the follower has caught up', () => follower.seen().stdout.endsWith('4\n'));
  at.write('gate', '');
  expect(await follower.end).toMatchObject({ code: 0, stdout: '0\n1\n2\n3\n4\n5\n6\n7\ndone\n' });
  await run.end;
});

describe('stop', () => {
  it('ends a run and waits for that', async () => {
    const run = at.start(['run', '--name', 'waiting', 'wait.py']);
    await until('the run writes', () => run.seen().stdout.includes('waiting'));
    const stopped = await at.json(Row, ['runs', 'stop', 'latest']);
    expect(stopped).toMatchObject({ name: 'waiting', status: 'KILLED', reason: 'Stopped on request.' });
    const { code, stderr } = await run.end;
    expect(code).toBe(130);
    expect(stderr).toMatch(/■ stopped by SIGINT after/);
  });

  it('--no-wait asks and goes', async () => {
    at.write(
      'deaf.py',
      `import os, signal, time
signal.signal(signal.SIGINT, lambda *_: print("not yet", flush=True))
print("waiting", flush=True)
while not os.path.exists("enough"): time.sleep(0.02)
`,
    );
    const run = at.start(['run', 'deaf.py']);
    await until('the run writes', () => run.seen().stdout.includes('waiting'));
    expect(await at.json(Row, ['runs', 'stop', 'latest', '--no-wait'])).toMatchObject({ end_time: null });
    await until('the run has heard', () => run.seen().stdout.includes('not yet'));
    at.write('enough', '');
    expect(await run.end).toMatchObject({ code: 0, stdout: 'waiting\nnot yet\n' });
    expect(await at.json(RunDocument, ['runs', 'show', 'latest'])).toMatchObject({ status: 'KILLED', exit_code: 0 });
  });

  it('says so where there is nothing to stop', async () => {
    const over = await at.json(Finished, ['run', '--', 'true']);
    const { code, stderr } = await at.call(['runs', 'stop', over.run_id]);
    expect([code, stderr]).toEqual([2, 'loopwright: This run is over already.\n']);
  });
});
