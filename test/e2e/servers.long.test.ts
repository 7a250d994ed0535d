/** A tracking server of MLflow's in the Runs view: browsed, copied from, copied to, gone, wanting a token. */
import fs from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { madeRun, type MlflowServer, startMlflowServer } from '../mlflow/server';
import { openRuns, realErrors, runFile, RUNS, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

let workbench: Workbench;
let server: MlflowServer;
let guarded: Server;
let folder: string;

const SCRIPT = `import loopwright\n\nfor step in range(5):\n    loopwright.log(loss=1 / (step + 1), step=step)\n`;
const TOKEN = 'a-token-of-the-test';
/** Two pages of everything; a child comes on the first page, its parent on the second. */
function pageFor(url: string, body: string): object {
  const isSecond = body.includes('"page_token"');
  const next = isSecond ? {} : { next_page_token: 'second' };
  if (url.endsWith('/experiments/search'))
    return isSecond
      ? { experiments: [{ experiment_id: '2', name: 'on the second page' }] }
      : { experiments: [{ experiment_id: '1', name: 'behind a token' }], ...next };
  const run = (id: string, name: string, tags: readonly object[]) => ({
    info: { run_id: id, run_name: name, experiment_id: '1', status: 'FINISHED', start_time: 1, end_time: 2 },
    data: { tags },
  });
  const parent = 'f'.repeat(32);
  return isSecond
    ? { runs: [run(parent, 'its parent', [])] }
    : { runs: [run('e'.repeat(32), 'the child', [{ key: 'mlflow.parentRunId', value: parent }])], ...next };
}

const nameOf = (url: string) => url.replace('http://', '');

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lw-server-'));
  server = await startMlflowServer(folder);
  await madeRun(server, 'churn', 'boosted trees');
  guarded = createServer((request, answer) => {
    const isAllowed = request.headers.authorization === `Bearer ${TOKEN}`;
    void text(request).then((body) => {
      answer.writeHead(isAllowed ? 200 : 401, { 'content-type': 'application/json' });
      answer.end(JSON.stringify(isAllowed ? pageFor(request.url ?? '', body) : {}));
    });
  });
  await new Promise<void>((resolve) => guarded.listen(0, '127.0.0.1', resolve));
  workbench = await openWorkbench({ files: { 'train.py': SCRIPT }, size: { width: 1400, height: 900 } });
}, 300_000);
afterAll(async () => {
  await workbench.close();
  guarded.close();
  await server.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Every row in sight, as it reads. */
const rowsNow = async () =>
  (await workbench.trees.rows(RUNS)).map(({ label, description }) => `${label} ${description}`.trim());

const seen = (text: string) =>
  waitFor(`a row with ${text}`, async () => (await rowsNow()).some((row) => row.includes(text)), { seen: rowsNow });

async function connect(url: string): Promise<void> {
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.command('Loopwright: Connect to MLflow Server…');
  await workbench.quickInput.answer(url);
}

test('is connected to, and browsed down to the child runs', async () => {
  await openRuns(workbench);
  await connect(server.url);
  await workbench.waitForNotification('is shown in the Runs view now', 60_000);
  await seen(nameOf(server.url));
  await workbench.trees.expand(nameOf(server.url));
  await seen('churn');
  await workbench.trees.expand('churn');
  await seen('boosted trees');
  await workbench.trees.expand('boosted trees');
  await seen('fold 1');
  await workbench.screenshot('server-tree');
  expect((await rowsNow()).find((row) => row.includes('boosted trees'))).toMatch(/auc 0\.9 · 30s/);
}, 200_000);

test('a run is copied here with its children', async () => {
  await workbench.trees.action('boosted trees', 'Copy Runs from MLflow Server…');
  await workbench.waitForNotification('2 runs imported', 60_000);
  await waitFor('the experiment here', async () => (await rowsNow())[0]?.startsWith('churn'), { seen: rowsNow });
  await workbench.screenshot('server-copied');
}, 200_000);

test('all of the store is copied to the server, but for what came from there', async () => {
  await runFile(workbench, 'train.py');
  await waitForRun(workbench, 'train', 'finished');
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.command('Loopwright: Copy Runs to MLflow Server…');
  await workbench.quickInput.pick(server.url);
  await workbench.waitForNotification('1 run copied to', 60_000);
  await workbench.screenshot('server-sent');
  const experiments = await server.post<{ experiments: { experiment_id: string }[] }>('experiments/search', {
    max_results: 10,
  });
  const { runs } = await server.post<{ runs: { info: { run_name: string } }[] }>('runs/search', {
    experiment_ids: experiments.experiments.map(({ experiment_id: id }) => id),
  });
  expect(runs.map(({ info }) => info.run_name).toSorted()).toEqual(['boosted trees', 'fold 1', 'train']);
}, 200_000);

test('one that wants a token is asked with the one that is typed, which is kept', async () => {
  const url = `http://127.0.0.1:${String((guarded.address() as AddressInfo).port)}`;
  await connect(url);
  await waitFor('the question for a token', async () =>
    (await workbench.quickInput.prompt()).title.includes('Token for'),
  );
  await workbench.screenshot('server-token');
  await workbench.quickInput.answer(TOKEN);
  await workbench.waitForNotification('is shown in the Runs view now', 60_000);
  await workbench.trees.expand(nameOf(url));
  await seen('behind a token');
}, 200_000);

test('what comes in pages is loaded when it is asked for, and children stand below parents that came later', async () => {
  await workbench.trees.expand('behind a token');
  await seen('its parent');
  await workbench.trees.expand('its parent');
  await seen('the child');
  await (await workbench.trees.waitForRow('Load more…')).click();
  await seen('on the second page');
  expect((await rowsNow()).filter((row) => row === 'Load more…')).toEqual([]);
  await workbench.screenshot('server-pages');
}, 200_000);

test('one that is gone says so in its place, and is asked again', async () => {
  await server.stop();
  await workbench.command('Loopwright: Refresh Runs');
  await seen('can’t be read');
  await workbench.screenshot('server-gone');
}, 200_000);

test('one is taken away with its token', async () => {
  await workbench.trees.contextMenu(nameOf(server.url), 'Remove MLflow Server');
  await waitFor('it is gone', async () => !(await rowsNow()).some((row) => row.startsWith(nameOf(server.url))), {
    seen: rowsNow,
  });
}, 200_000);

test('no error is left behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
