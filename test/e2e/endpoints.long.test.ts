/**
 * Endpoints in a real VS Code: an ONNX file is served from the explorer and a registered version from its row; both are asked
 * over HTTP, lose their processes, are started again, stopped, and found again by a window that was loaded anew.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readEndpoint } from '../../src/protocol/node/endpointFolder';
import { classifier, columns, leaningClassifier } from '../endpoint/models';
import { loopwright } from './commandLine';
import { openRuns, realErrors } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const ENDPOINTS = 'Endpoints';
const SCRIPT = `import loopwright
loopwright.log(auc=0.93)
loopwright.artifact("model.onnx")
with open("notes.txt", "w") as file:
    file.write("no model")
loopwright.artifact("notes.txt")
`;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'train.py': SCRIPT },
    size: { width: 1400, height: 900 },
    prepare: (folders) => {
      writeFileSync(path.join(folders.workspace, 'model.onnx'), classifier());
      return Promise.resolve();
    },
  });
}, 300_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`endpoints-failed-${task.name.slice(0, 20)}`);
});

const store = () => path.join(workbench.folder, '.loopwright');
const rowsNow = async () =>
  (await workbench.trees.rows(ENDPOINTS)).map(({ label, description }) => `${label} ${description}`.trim());
const seen = (what: RegExp, timeoutMs = 40_000) =>
  waitFor(`a row like ${String(what)}`, async () => (await rowsNow()).find((row) => what.test(row)), {
    seen: rowsNow,
    timeoutMs,
  });

function endpoint(name: string) {
  const found = readEndpoint(store(), name);
  if (!found) throw new Error(`There is no endpoint ${name}.`);
  return { ...found, url: `http://127.0.0.1:${String(found.port)}` };
}

async function ask(name: string): Promise<string> {
  const { url } = endpoint(name);
  const inputs = [{ name: 'x', shape: [1, 3], datatype: 'FP32', data: [0, 9, 0] }];
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ inputs });
  const answer = await fetch(`${url}/v2/models/${name}/infer`, { method: 'POST', headers, body });
  return answer.text();
}

/** The processes that run the models of an endpoint. */
const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1] === String(pid);
      } catch {
        return false; // it has just ended
      }
    })
    .map(Number);

const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());

test('a file is served from the explorer, and the view appears', async () => {
  // Its menus know our commands as soon as our side bar is there.
  await openRuns(workbench);
  await workbench.trees.openContainer('Explorer');
  await workbench.trees.contextMenu('model.onnx', 'Serve Model…');
  await workbench.waitForNotification('model.onnx answers at http://127.0.0.1:', 90_000);
  await workbench.screenshot('endpoints-served');
  await workbench.notificationAction('model.onnx answers', 'Show Endpoints');
  await seen(/^model model\.onnx · :\d+/);
  expect(await ask('model')).toContain('"label"');
}, 200_000);

test('the same file is not served twice', async () => {
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.trees.openContainer('Explorer');
  await workbench.trees.contextMenu('model.onnx', 'Serve Model…');
  await workbench.waitForNotification('model.onnx is served already, as model at http://127.0.0.1:', 60_000);
  await workbench.screenshot('endpoints-served-already');
  await workbench.command('Notifications: Clear All Notifications');
}, 100_000);

test('a registered version is served, one that is no ONNX is refused', async () => {
  await loopwright(workbench, 'run', 'train.py');
  await loopwright(workbench, 'models', 'register', 'latest', 'model.onnx', 'fraud');
  await loopwright(workbench, 'models', 'register', 'latest', 'notes.txt', 'notes');
  await openRuns(workbench);
  await workbench.command('Loopwright: Serve Model…');
  await workbench.quickInput.pick('Registered Model…');
  await workbench.quickInput.pick('notes');
  await workbench.quickInput.pick('v1');
  await workbench.waitForNotification('notes/1 has no ONNX model', 60_000);
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.trees.expand('fraud');
  await workbench.trees.action('v1', 'Serve Model…');
  await workbench.waitForNotification('fraud v1 answers at', 90_000);
  await seen(/^fraud v1 · :\d+/);
  await workbench.command('Notifications: Clear All Notifications');
}, 300_000);

test('its row says how much it is asked, and what is copied works when it is pasted', async () => {
  const deadline = Date.now() + 60_000;
  let row = '';
  while (!/^fraud v1 · :\d+ · [\d.,  ]+ req\/s · p95 [\d.]+ ms/.test(row) && Date.now() < deadline) {
    for (let count = 0; count < 20; count++) await ask('fraud');
    row = (await rowsNow()).find((one) => one.startsWith('fraud')) ?? '';
  }
  expect(row).toMatch(/ req\/s · p95 [\d.]+ ms/);
  await (await workbench.trees.waitForRow('fraud v1')).hover();
  await workbench.page.waitForTimeout(1_500);
  await workbench.screenshot('endpoints-view');
  await workbench.trees.contextMenu('fraud v1', 'Copy as Curl Command');
  const curl = await waitFor('a curl command', async () => /^curl .*/.exec(await clipboard())?.[0]);
  expect(execFileSync('sh', ['-c', curl]).toString()).toContain('"label"');
  await workbench.trees.contextMenu('fraud v1', 'Copy as Python');
  const script = await waitFor('a Python script', async () => /^import json[^]*/.exec(await clipboard())?.[0]);
  expect(execFileSync('python3', ['-c', script]).toString()).toContain('"label"');
}, 200_000);

test('a model that is killed is told of, and comes back', async () => {
  const { process: own } = endpoint('fraud');
  // Each time it takes longer until it is started again.
  for (let count = 0; count < 6; count++) {
    const [model] = await waitFor('the process of the model', () => {
      const found = childrenOf(own.pid);
      return Promise.resolve(found.length > 0 ? found : undefined);
    });
    if (model !== undefined) process.kill(model, 'SIGKILL');
    await workbench.page.waitForTimeout(300);
  }
  await seen(/^fraud model restarting.* · v1 · :\d+/);
  await workbench.screenshot('endpoints-restarting');
  await waitFor('it answers again', async () => (await ask('fraud')).includes('"label"'), { timeoutMs: 60_000 });
  await seen(/^fraud v1 · :\d+/);
}, 200_000);

test('an endpoint that is killed stays with the cause and its log, and is started again at its port', async () => {
  const { process: own, port } = endpoint('fraud');
  process.kill(own.pid, 'SIGKILL');
  await seen(/^fraud ended · v1 · Its process ended without a word/);
  await (await workbench.trees.waitForRow('fraud ended')).hover();
  await workbench.page.waitForTimeout(1_500);
  await workbench.screenshot('endpoints-killed');
  await workbench.trees.action('fraud ended', 'Open Endpoint Log');
  await waitFor('the log', async () => (await workbench.editorTitles()).some((title) => title.includes('log')));
  await workbench.trees.action('fraud ended', 'Restart Endpoint');
  await workbench.waitForNotification('fraud v1 answers at', 90_000);
  await seen(new RegExp(`^fraud v1 · :${String(port)}`));
  expect(await ask('fraud')).toContain('"label"');
}, 200_000);

test('another version takes its place while it is asked, and none who asks notices', async () => {
  writeFileSync(path.join(workbench.folder, 'better.onnx'), leaningClassifier([0, 0, 30]));
  writeFileSync(path.join(workbench.folder, 'columns.onnx'), columns());
  await loopwright(workbench, 'models', 'register', 'better.onnx', 'fraud');
  await workbench.command('Notifications: Clear All Notifications');
  const answers: string[] = [];
  let isAsked = true;
  const askers = Array.from({ length: 8 }, async () => {
    while (isAsked) answers.push(await ask('fraud'));
  });
  await workbench.trees.waitForRow('v2');
  await workbench.trees.action('v2', 'Serve Model…');
  await workbench.quickInput.prompt();
  await workbench.screenshot('endpoints-change-or-add');
  await workbench.quickInput.pick('Put v2 in the Place of v1');
  await workbench.waitForNotification('fraud serves fraud v2 now.', 90_000);
  await seen(/^fraud v2 · :\d+/);
  await workbench.screenshot('endpoints-changed');
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.trees.contextMenu('fraud v2', 'Change Served Model…');
  await workbench.quickInput.prompt();
  await workbench.screenshot('endpoints-change');
  await workbench.quickInput.pick('v1');
  await workbench.waitForNotification('fraud serves fraud v1 now.', 90_000);
  await seen(/^fraud v1 · :\d+/);
  await loopwright(workbench, 'models', 'register', 'columns.onnx', 'fraud');
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.trees.contextMenu('fraud v1', 'Change Served Model…');
  await workbench.quickInput.pick('v3');
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await dialog.getByText('Those who ask fraud may fail.').waitFor({ timeout: 60_000 });
  await workbench.screenshot('endpoints-change-anyway');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await seen(/^fraud v1 · :\d+/);
  isAsked = false;
  await Promise.all(askers);
  // The first says 1, the second 2; whatever else an answer is, it is no answer.
  const label = (answer: string) => /"name":"label".*?"data":\[(\d)\]/.exec(answer)?.[1] ?? answer;
  expect(new Set(answers.map(label))).toEqual(new Set(['1', '2']));
  expect(label(await ask('fraud'))).toBe('1');
  expect(answers.length).toBeGreaterThan(100);
}, 300_000);

test('a window that is loaded anew finds them, and the other one is stopped', async () => {
  const before = endpoint('fraud').process.pid;
  await workbench.reload();
  await workbench.trees.openContainer('Loopwright');
  await seen(/^fraud v1 · :\d+/, 90_000);
  expect(endpoint('fraud').process.pid).toBe(before);
  await workbench.trees.action('model model.onnx', 'Stop Endpoint');
  await waitFor('the row is gone', async () => !(await rowsNow()).some((row) => row.startsWith('model ')), {
    seen: rowsNow,
  });
  expect(readEndpoint(store(), 'model')).toBeNull();
  await loopwright(workbench, 'endpoints', 'stop', 'fraud');
  await waitFor('what the empty view says', async () =>
    (await workbench.trees.welcome(ENDPOINTS)).includes('Nothing is served'),
  );
  await workbench.screenshot('endpoints-none');
}, 200_000);

test('no error was logged but that of what is no model', () => {
  expect(realErrors(workbench.extensionErrors()).filter((line) => !line.includes('notes/1 has no ONNX'))).toEqual([]);
});
