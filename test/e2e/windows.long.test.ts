import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOf } from '../../src/protocol/node/processes';
import { loopwright } from './commandLine';
import { openRuns, runFile, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

const WINDOWS = 3;

/** Logs until the test says that it is enough, and notes after each call how far it is. */
const LOG = `import os, time, loopwright
noted = os.open('noted', os.O_WRONLY | os.O_CREAT)
step = 0
while not os.path.exists('enough'):
    loopwright.log(loss=step / 7, step=step)
    step += 1
    os.pwrite(noted, b'%d' % step, 0)
    time.sleep(0.005)
`;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'log.py': LOG } });
  await openRuns(workbench);
});
afterAll(() => workbench.close());

/** The extension hosts of this workbench, the youngest first. */
function extensionHosts(): number[] {
  const read = (pid: string, name: string): string => {
    try {
      return fs.readFileSync(`/proc/${pid}/${name}`, 'latin1');
    } catch {
      return ''; // it has just ended
    }
  };
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(pid, 'cmdline').includes('--type=extensionHost'))
    .filter((pid) => read(pid, 'environ').includes(path.dirname(workbench.folder)))
    .map(Number)
    .sort((left, right) => Number(startOf(right)) - Number(startOf(left)));
}

test.runIf(process.platform === 'linux')('a run does not notice when windows are killed', async () => {
  await runFile(workbench, 'log.py');
  await waitForRun(workbench, 'log', 'running');
  for (let round = 0; round < WINDOWS; round++) {
    const before = new Set(extensionHosts());
    const window = await workbench.secondWindow();
    await window.page.waitForTimeout(Math.random() * 2000);
    const [host] = extensionHosts().filter((pid) => !before.has(pid));
    if (host !== undefined) process.kill(host, 'SIGKILL');
    await window.page.close();
  }
  await workbench.page.bringToFront();
  await waitForRun(workbench, 'log', 'running');
  fs.writeFileSync(path.join(workbench.folder, 'enough'), '');
  await waitForRun(workbench, 'log', 'finished');
  const noted = Number(fs.readFileSync(path.join(workbench.folder, 'noted'), 'utf8'));
  const shown: unknown = JSON.parse(await loopwright(workbench, 'runs', 'show', 'latest', '--json'));
  expect(shown).toMatchObject({ status: 'FINISHED', metrics: { loss: { count: noted, step: noted - 1 } } });
  expect(noted).toBeGreaterThan(100);
});
