/**
 * The page of an endpoint in a real VS Code: opened after its start, tried, seen under load, with its model killed, after a reload,
 * ended and started again. Pictures of it in both themes, wide and narrow, for people to look at.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readEndpoint } from '../../src/protocol/node/endpointFolder';
import { classifier } from '../endpoint/models';
import { loopwright } from './commandLine';
import { openRuns, realErrors } from './runsView';
import { troubles } from './support/troubles';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A folder as MLflow leaves it, without its package. */
const SCRIPT = `import json, os, shutil
import loopwright
os.makedirs('model', exist_ok=True)
shutil.copy('model.onnx', 'model/model.onnx')
names = ['amount', 'hour', 'age']
with open('model/MLmodel', 'w') as file:
    file.write(f'''flavors:
  onnx:
    data: model.onnx
    onnx_version: 1.16.0
mlflow_version: 2.9.2
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  type: dataframe
signature:
  inputs: '{json.dumps([{"type": "float", "name": name, "required": True} for name in names])}'
  outputs: null
  params: null
''')
with open('model/input_example.json', 'w') as file:
    json.dump({'columns': names, 'data': [[0.5, 9.25, 1], [7, 2, 1], [0, 1, 4.5]]}, file)
loopwright.log(auc=0.93)
loopwright.artifact('model')
`;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'train.py': SCRIPT },
    size: { width: 1400, height: 1000 },
    prepare: (folders) => {
      writeFileSync(path.join(folders.workspace, 'model.onnx'), classifier());
      return Promise.resolve();
    },
  });
  await loopwright(workbench, 'run', 'train.py');
  await loopwright(workbench, 'models', 'register', 'latest', 'model', 'fraud');
  await openRuns(workbench);
}, 400_000);
afterAll(async () => {
  await loopwright(workbench, 'endpoints', 'stop', 'fraud').catch(() => undefined);
  await workbench.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`endpoint-page-failed-${task.name.slice(0, 20)}`);
});

const page = () => workbench.webviewFrame('fraud', 60_000);
const state = (frame: Frame) => frame.locator('lw-endpoint-header .state').innerText();
const becomes = (what: RegExp) =>
  waitFor(`the state ${String(what)}`, async () => what.test(await state(await page())) || undefined, {
    timeoutMs: 90_000,
  });

function endpoint() {
  const found = readEndpoint(path.join(workbench.folder, '.loopwright'), 'fraud');
  if (!found) throw new Error('There is no endpoint fraud.');
  return { ...found, url: `http://127.0.0.1:${String(found.port)}/v2/models/fraud/infer` };
}

const childOf = (pid: number): number =>
  Number(
    readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
      .trim()
      .split(' ')[0],
  );

async function load(forMs: number): Promise<void> {
  const { url } = endpoint();
  const headers = { 'Content-Type': 'application/json' };
  const inputs = [{ name: 'x', shape: [1, 3], datatype: 'FP32', data: [0, 9, 0] }];
  const until = Date.now() + forMs;
  const one = async () => {
    while (Date.now() < until)
      await (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ inputs }) })).text();
  };
  await Promise.all(Array.from({ length: 6 }, one));
}

async function serious(frame: Frame): Promise<string[]> {
  await frame.evaluate(AXE);
  const found = await frame.evaluate<{ id: string; impact: string | null; nodes: { target: unknown }[] }[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target).slice(0, 4))}`);
}

async function pictures(name: string, of?: Frame): Promise<void> {
  const frame = of ?? (await page());
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(800);
    expect(await troubles(frame), theme).toEqual([]);
    expect(await serious(frame), theme).toEqual([]);
    await workbench.screenshot(`endpoint-page-${name}-${theme}`);
  }
}

const scrollTo = (frame: Frame, heading: string) =>
  frame.locator(`lw-section[heading="${heading}"]`).evaluate((element) => {
    element.scrollIntoView();
    // The head stays on top.
    window.scrollBy(0, -90);
  });

const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());

test('it is there once the model is served, and says how it is', async () => {
  await workbench.trees.expand('fraud');
  await workbench.trees.action('v1', 'Serve Model…');
  await workbench.waitForNotification('fraud v1 answers at', 90_000);
  await workbench.command('Notifications: Clear All Notifications');
  const frame = await page();
  await becomes(/ready/);
  await frame
    .locator('lw-endpoint-header')
    .getByText(`http://127.0.0.1:${String(endpoint().port)}`)
    .waitFor();
  await frame
    .locator('lw-key-values')
    .getByText(/up to \d+ rows/)
    .first()
    .waitFor();
  await frame.locator('lw-endpoint-header').getByRole('button', { name: 'Copy URL' }).click();
  await waitFor('the URL', async () => (await clipboard()).endsWith(String(endpoint().port)));
}, 300_000);

test('it is tried with a row of the example, and the same call works when it is pasted', async () => {
  const frame = await page();
  const form = frame.locator('lw-try-it');
  expect(await form.getByRole('textbox', { name: 'hour' }).inputValue()).toBe('9.25');
  await form.getByLabel('Row of the input example').selectOption({ label: '3: 0, 1, 4.5' });
  expect(await form.getByRole('textbox', { name: 'age' }).inputValue()).toBe('4.5');
  await form.getByRole('button', { name: 'Send' }).click();
  const answer = form.locator('lw-answer');
  await answer.getByText(/^Answered in /).waitFor();
  expect(await answer.getByRole('region', { name: 'Output label' }).innerText()).toMatch(/1\s+2$/);
  for (const [name, run] of [
    ['curl', (text: string) => execFileSync('sh', ['-c', text])],
    ['Python', (text: string) => execFileSync('python3', ['-c', text])],
    ['JavaScript', (text: string) => execFileSync(process.execPath, ['-e', text])],
  ] as const) {
    await form.getByRole('button', { name, exact: true }).click();
    const shown = await form.getByRole('region', { name: `The call as ${name}` }).innerText();
    await form.getByRole('button', { name: 'Copy', exact: true }).click();
    const copied = await waitFor(name, async () => {
      const text = await clipboard();
      return text.trim() === shown.trim() ? text : undefined;
    });
    expect(run(copied).toString()).toContain('"label"');
  }
  await scrollTo(frame, 'Try It');
  await pictures('tried');
  await form.getByRole('button', { name: 'CSV', exact: true }).click();
  await form.locator('textarea').fill('amount,hour,age\n1,two,3');
  await form.getByRole('button', { name: 'Send' }).click();
  await form.getByText('Row 1: "hour" takes FP32; "two" is none.').waitFor();
  await pictures('refused');
}, 300_000);

test('a row of a table is taken into the form, by the names of its columns', async () => {
  const table = path.join(workbench.folder, 'transactions.csv');
  writeFileSync(table, 'id,age,hour,amount\n1,0.5,2,9.25\n2,8,1,0.125\n');
  const frame = await page();
  const form = frame.locator('lw-try-it');
  await form.getByRole('button', { name: 'Values', exact: true }).click();
  await form.getByRole('button', { name: 'Row of a Table…' }).click();
  const field = workbench.page.locator('.quick-input-widget input[type="text"]').first();
  await waitFor('the folder of the dialog', async () => (await field.inputValue()).startsWith('/'));
  // Enter goes elsewhere while the dialog is still reading the folder of what was typed: it is typed anew then.
  await waitFor('the table to be taken', async () => {
    await field.fill(table);
    await workbench.page.waitForTimeout(500);
    await field.press('Enter');
    return field.waitFor({ state: 'hidden', timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  });
  await form.getByLabel('Row of transactions.csv').selectOption({ label: '2: 0.125, 1, 8' }, { timeout: 60_000 });
  expect(await form.getByRole('textbox', { name: 'amount' }).inputValue()).toBe('0.125');
  await form.getByText('transactions.csv: 2 rows; left out: id.').waitFor();
  await form.getByRole('button', { name: 'Send' }).click();
  await waitFor('what was sent', async () =>
    (await form.getByRole('region', { name: 'The call as' }).innerText()).includes('0.125'),
  );
  expect(await form.getByRole('region', { name: 'Output label' }).innerText()).toMatch(/1\s+2$/);
  await scrollTo(frame, 'Try It');
  await pictures('table');
  await form.getByRole('button', { name: 'CSV', exact: true }).click();
  expect(await form.locator('textarea').inputValue()).toBe('amount,hour,age\n0.125,1,8');
  await form.locator('textarea').fill('amount,hour,age\n1,two,3');
}, 300_000);

test('its last requests are told; one is opened, with its label once that has come', async () => {
  const { url } = endpoint();
  const post = (to: string, body: unknown) =>
    fetch(to, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const x = (shape: number[], data: unknown[]) => ({ name: 'x', shape, datatype: 'FP32', data });
  expect((await post(url, { id: 'order-17', inputs: [x([2, 3], [0.1, 9, 0, 7, 0.5, 0])] })).status).toBe(200);
  expect((await post(url, { id: 'order-<b>18</b>', inputs: [x([1, 3], ['one', 2, 3])] })).status).toBe(400);
  const frame = await page();
  const section = frame.locator('lw-recent');
  await section.getByText('Requests are kept for 7 days, up to 256 MB; no column is masked.').waitFor();
  const list = section.getByRole('region', { name: 'The last requests' });
  const row = (id: string) => list.getByRole('row').filter({ hasText: id });
  await row('order-<b>18</b>').getByText('"x" takes FP32; "one" is none.').waitFor();
  expect(await row('order-17').innerText()).toMatch(/Open Inference Protocol\s+v1\s+2\s+[\d.]+\u2009ms\s+200/);
  await row('order-17').getByRole('button', { expanded: false }).click();
  const opened = frame.getByRole('region', { name: 'Request order-17' });
  expect(await opened.getByRole('region', { name: 'Input x' }).innerText()).toMatch(
    /1\s+0\.1\s+9\s+0\s+2\s+7\s+0\.5\s+0$/,
  );
  expect(await opened.getByRole('region', { name: 'Output label' }).innerText()).toMatch(/1\s+1\s+2\s+0$/);
  await opened.getByText('No label has come for it (POST /feedback).').waitFor();
  const feedback = { id: 'order-17', label: [1, 2], metrics: { cost: 12.5 }, comment: 'charged back' };
  expect((await post(new URL('/feedback', url).href, feedback)).status).toBe(200);
  await opened.getByRole('button', { name: 'Look Again' }).click();
  await opened.getByText('charged back').waitFor();
  await opened.getByText('[1,2]').waitFor();
  await row('order-17').getByRole('button', { name: 'Copy request id order-17' }).click();
  await waitFor('the id', async () => (await clipboard()) === 'order-17');
  await scrollTo(frame, 'Recent Requests');
  await pictures('recent');
  await workbench.page.setViewportSize({ width: 760, height: 1000 });
  await scrollTo(frame, 'Recent Requests');
  await pictures('recent-narrow');
  await workbench.page.setViewportSize({ width: 1400, height: 1000 });

  // What is opened and where it is looked at stays while thousands come.
  const place = async () => ((await opened.boundingBox())?.y ?? 0) - ((await list.boundingBox())?.y ?? 0);
  await scrollTo(frame, 'Recent Requests');
  await workbench.page.waitForTimeout(1000);
  const before = await place();
  await load(6_000);
  await waitFor(
    'others to be told',
    async () => (await row('order-17').count()) === 1 && (await list.getByRole('row').count()) === 52,
  );
  expect(Math.abs((await place()) - before)).toBeLessThan(3);
  await opened.getByText('charged back').waitFor();
  await opened.getByRole('button', { name: 'Look Again' }).click();
  await waitFor('it to be found behind them', () => opened.getByText('charged back').isVisible());
  await opened.getByRole('button', { name: 'Close the Request' }).click();
  await opened.waitFor({ state: 'detached' });
}, 300_000);

test('its charts show what it has to do', async () => {
  const frame = await page();
  await frame.evaluate(() => window.scrollTo(0, 0));
  await load(14_000);
  const chart = (id: string) => frame.locator(`lw-chart-card[data-chart="${id}"]`);
  for (const id of ['requests', 'latency', 'batch', 'queue', 'memory'])
    await chart(id).locator('lw-metric-chart canvas, lw-metric-chart svg').first().waitFor();
  await chart('requests').getByRole('button', { name: 'Show as Table: Requests per Second' }).click();
  const rates = await chart('requests').locator('td:nth-child(2)').allInnerTexts();
  expect(Math.max(...rates.map(Number).filter(Number.isFinite))).toBeGreaterThan(5);
  await chart('requests').getByRole('button', { name: 'Show as Table: Requests per Second' }).click();
  await pictures('load');
}, 300_000);

test('a model that is killed is told with time and cause', async () => {
  process.kill(childOf(endpoint().process.pid), 'SIGKILL');
  const frame = await page();
  await frame
    .locator('lw-failures')
    .getByText(/was killed \(SIGKILL\)/)
    .first()
    .waitFor();
  await becomes(/ready · 1 crash/);
  await scrollTo(frame, 'Failures');
  await pictures('crash');
}, 300_000);

test('a window that is loaded anew has it again; one that is killed says so, and is started again there', async () => {
  await workbench.reload();
  await becomes(/ready/);
  expect(await (await page()).locator('lw-try-it textarea').inputValue()).toContain('1,two,3');
  const { process: own, port } = endpoint();
  process.kill(own.pid, 'SIGKILL');
  await becomes(/ended/);
  await (await page()).evaluate(() => window.scrollTo(0, 0));
  await pictures('ended');
  await (await page()).locator('lw-endpoint-header').getByRole('button', { name: 'Restart' }).click();
  await becomes(/ready/);
  expect(endpoint().port).toBe(port);
}, 300_000);

test('one that was stopped stays on the page, and is started again from there', async () => {
  const { port } = endpoint();
  await (await page()).locator('lw-endpoint-header').getByRole('button', { name: 'Stop' }).click();
  await becomes(/stopped/);
  await pictures('stopped');
  await (await page()).locator('lw-endpoint-header').getByRole('button', { name: 'Restart' }).click();
  await becomes(/ready/);
  expect(endpoint().port).toBe(port);
  await (await page()).locator('lw-endpoint-header').getByRole('button', { name: 'fraud v1' }).click();
  await workbench.webviewFrame('fraud v1', 60_000);
  await workbench.command('View: Close Editor');
}, 300_000);

test('it fits into a narrow editor', async () => {
  await workbench.page.setViewportSize({ width: 760, height: 1000 });
  await (await page()).evaluate(() => window.scrollTo(0, 0));
  await pictures('narrow');
  await workbench.page.setViewportSize({ width: 1400, height: 1000 });
}, 200_000);

test('one that has a key is asked with it, and one whose model was unloaded says so', async () => {
  const { url, key } = JSON.parse(
    await loopwright(workbench, 'serve', 'fraud', '--endpoint', 'keyed', '--key', '--log', 'off', '--detach', '--json'),
  ) as { url: string; key: string };
  const change = (does: 'load' | 'unload') =>
    fetch(`${url}/v2/repository/models/keyed/${does}`, { method: 'POST', headers: { 'X-API-Key': key } });
  try {
    await workbench.trees.waitForRow('keyed');
    await workbench.trees.contextMenu('keyed', 'Open Endpoint');
    const frame = await workbench.webviewFrame('keyed', 60_000);
    const is = (what: RegExp) =>
      waitFor(`the state ${String(what)}`, async () => what.test(await state(frame)) || undefined, {
        timeoutMs: 60_000,
      });
    await is(/ready/);
    await frame.getByRole('button', { name: 'Send' }).click();
    await frame.getByText(/^Answered in/).waitFor();
    await frame.locator('lw-recent').getByText('No request is kept (--log off).').waitFor();
    await frame.locator('lw-recent').getByRole('row').nth(1).waitFor();
    expect(await frame.locator('lw-recent').getByRole('button', { expanded: false }).count()).toBe(0);
    await workbench.trees.contextMenu('keyed', 'Copy as Curl Command');
    await waitFor('a command with the key', async () => (await clipboard()).includes(key) || undefined);
    const curl = await clipboard();
    expect(execFileSync('sh', ['-c', curl]).toString()).toContain('"label"');
    await change('unload');
    await is(/model unloaded/);
    await frame.evaluate(() => window.scrollTo(0, 0));
    await workbench.trees.waitForRow('keyed model unloaded');
    await pictures('unloaded', frame);
    await change('load');
    await is(/ready/);
  } finally {
    await loopwright(workbench, 'endpoints', 'stop', 'keyed');
  }
}, 300_000);

test('no error was logged', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
