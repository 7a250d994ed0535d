/** The page of a model version, in a browser; the model that it shows is one that the engine has looked into. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspectFile } from '../../src/engine/models/task';
import { type ModelInspection } from '../../src/protocol/inspection';
import { sampleModel } from '../engine/models/onnxWriter';
import { eventually, openVersion, section, useBrowser } from './browser';
import { bareVersion, FakeVersionHost, nastyVersion, someVersion } from './fixtures/versionHost';

useBrowser();

let folder: string;
let onnx: ModelInspection;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lw-version-'));
  writeFileSync(join(folder, 'model.onnx'), sampleModel());
  onnx = await inspectFile(join(folder, 'model.onnx'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('tells what a version is, where it comes from and how good it is; every part leads there', async () => {
  const { page, host, text, shot } = await openVersion(new FakeVersionHost(someVersion({}, { told: onnx })));
  await eventually(() => text('lw-version-header')).toContain('auc 0.9412 · 0.012 better than v5 @champion');
  expect(await text('lw-version-header')).toContain('@challenger');
  expect(await text('lw-lineage')).toMatch(
    /Data transactions\.csv .* and 10 more Code train\.py main@3f2a9c1 \+ 2 changed files Run fraud-rf finished .*Version v7 model Served Not served/,
  );
  for (const [name, command] of [
    ['transactions.csv', { command: 'openInput', params: { path: '/home/ada/fraud/data/transactions.csv' } }],
    ['train.py', { command: 'openSource', params: {} }],
    ['main@3f2a9c1 + 2 changed files', { command: 'compareCode', params: {} }],
    ['model', { command: 'openFile', params: { path: '' } }],
  ] as const) {
    await page.locator('lw-lineage').getByRole('button', { name, exact: true }).click();
    await eventually(() => host.commands.at(-1)).toEqual(command);
  }
  await eventually(() => text('lw-inspection')).toContain('Operators');
  await eventually(() => page.locator('lw-model-graph svg').count()).toBeGreaterThan(0);
  expect(await text('lw-signature')).toMatch(/amount double .*threshold double optional 0\.5/);
  expect(await text('lw-history')).toContain('Alias challenger was set by ada, past its gate: better on May');
  expect(await text('lw-history')).toContain('failed: the tag owner is missing');
  expect(await text('lw-version-header')).toContain('approved by ben');
  await shot('version-dark');
});

it('says in words what is better and what is worse', async () => {
  const { page, text, host } = await openVersion(new FakeVersionHost(someVersion()));
  const row = (key: string) => text(`lw-version-metrics tr:has(td:text-is("${key}"))`);
  await eventually(() => row('auc')).toBe('auc 0.9412 0.9292 0.012 better 0.945 0.0038 worse');
  expect(await row('loss')).toBe('loss 0.182 0.2 0.018 better 0.182 the same');
  expect(await row('fit_seconds')).toBe('fit_seconds 12.5 – NaN');
  await page.getByRole('button', { name: 'v5 @champion' }).click();
  await eventually(() => host.commands.at(-1)).toEqual({ command: 'openVersion', params: { version: 5 } });
});

it('has thousands of metrics a page at a time, and finds one by its name', async () => {
  const metrics = Array.from({ length: 5000 }, (_, at) => ({
    key: `layer${String(at)}/norm`,
    values: [at, at, at + 1],
  }));
  const { page, text } = await openVersion(new FakeVersionHost(someVersion({}, { metrics })));
  await eventually(() => text('lw-version-metrics')).toContain('100 of 5\u2009000 shown');
  expect(await page.locator('lw-version-metrics tbody tr').count()).toBe(100);
  await page.locator('lw-version-metrics').getByRole('button', { name: 'Show More' }).click();
  await eventually(() => page.locator('lw-version-metrics tbody tr').count()).toBe(200);
  await page.getByRole('textbox', { name: 'Filter metrics' }).fill('layer4321/');
  await eventually(() => page.locator('lw-version-metrics tbody tr').count()).toBe(1);
});

it('keeps a description that is being written, saves it, and says where that fails', async () => {
  const { page, host, text } = await openVersion(new FakeVersionHost(someVersion()));
  await eventually(() => page.locator('lw-note .note strong').count()).toBe(1);
  await page.locator('lw-section[heading="Description"]').getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Description, in Markdown' }).fill('For *all* payments.');
  await page.waitForTimeout(300);
  await page.reload();
  const field = page.getByRole('textbox', { name: 'Description, in Markdown' });
  await eventually(() => field.inputValue()).toBe('For *all* payments.');
  host.failures.set('describe', 'The disk is full.');
  await page.getByRole('button', { name: 'Save' }).click();
  await eventually(() => text('lw-note')).toContain('The description could not be saved. The disk is full.');
  host.failures.clear();
  await page.getByRole('button', { name: 'Save' }).click();
  await eventually(() => page.locator('lw-note .note em').count()).toBe(1);
  expect(host.version.model.version.description).toBe('For *all* payments.');
});

it('follows what happens to the version, and what was unfolded stays so', async () => {
  const { page, host, text } = await openVersion(new FakeVersionHost(someVersion()));
  await section(page, /^Files/).click();
  await page.getByRole('button', { name: 'data', exact: true }).click();
  await eventually(() => text('lw-version-files')).toContain('model.onnx 142 kB');
  const { model } = host.version;
  host.change({ model: { ...model, version: { ...model.version, aliases: ['champion'] } } });
  await eventually(() => text('lw-version-header')).toContain('@champion');
  await page.waitForTimeout(300);
  await page.reload();
  await eventually(() => text('lw-version-files')).toContain('model.onnx 142 kB');
  host.failures.set('load', 'The engine is not there.');
  host.change({});
  await eventually(() => text()).toContain('What you see may be out of date');
  expect(await text('lw-version-header')).toContain('fraud v7');
});

it('says what is not known of a version, and offers nothing where nothing may be changed', async () => {
  const { page, text } = await openVersion(new FakeVersionHost(bareVersion()));
  await eventually(() => text('lw-lineage')).toContain('Data Not known');
  expect(await text('lw-version-metrics')).toBe('Which run made it is not known, and so are its metrics.');
  expect(await text('lw-section[heading="Signature"]')).toContain('Its files are not in this store');
  expect(await page.getByRole('button', { name: 'Set Alias…' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Edit' }).count()).toBe(0);
});

it('names data sets that its run named, and says that a file alone is of no run', async () => {
  const named = { digest: 'f37a01', context: 'training', source: 's3://bucket/may.parquet' };
  const { model } = someVersion();
  const host = new FakeVersionHost(someVersion({ datasets: [{ ...named, name: '<b>May</b>' }] }));
  const { text } = await openVersion(host);
  await eventually(() => text('lw-lineage')).toMatch(/Data <b>May<\/b> training · f37a01 transactions\.csv/);
  host.change({
    model: {
      ...model,
      origin: null,
      version: { ...model.version, run: null, source: 'file:///home/ada/model.onnx' },
    },
  });
  await eventually(() => text('lw-lineage')).toContain('Run No run: registered from a file Version v7');
  expect(await text('lw-version-header')).toContain('from a file, of no known run');
});

it('says why it has nothing to show, with a way out', async () => {
  const host = new FakeVersionHost(someVersion());
  host.failures.set('load', 'fraud has no version 7.');
  const { page, text } = await openVersion(host);
  await eventually(() => text()).toBe('The version could not be read. fraud has no version 7. Retry Show Log');
  host.failures.clear();
  await page.getByRole('button', { name: 'Retry' }).click();
  await eventually(() => text('lw-version-header')).toContain('fraud v7');
});

it('says what could not be told of its file, beside what could', async () => {
  const host = new FakeVersionHost(someVersion());
  host.failures.set('inspect', 'model.onnx is no ONNX model.');
  const { page, text } = await openVersion(host);
  await eventually(() => text('lw-section[heading="Model"]')).toContain('model.onnx is no ONNX model.');
  expect(await text('lw-section[heading="Model"]')).toContain('mlflow_version 2.9.2');
  host.failures.clear();
  await page.locator('lw-section[heading="Model"]').getByRole('button', { name: 'Retry' }).click();
  await eventually(() => text('lw-section[heading="Model"]')).toContain('neither an ONNX model nor a pickle');
});

it.each([1400, 400])('shows texts of strangers as texts, %i pixels wide', async (width) => {
  const { page, text, shot } = await openVersion(new FakeVersionHost(nastyVersion()), { width });
  await eventually(() => text('lw-signature')).toContain('Input Example');
  await section(page, /^Tags/).click();
  expect(await text()).toContain('<img src=x onerror=');
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await shot(`version-nasty-${String(width)}`);
});
