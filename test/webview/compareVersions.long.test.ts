/** The page that compares two versions, in a browser; the models that it shows are ones that the engine has looked into. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compareGraphs } from '../../src/engine/models/graphDiff/compare';
import { inspectFile } from '../../src/engine/models/task';
import { type GraphDiff } from '../../src/protocol/graphDiff';
import { type ModelInspection } from '../../src/protocol/inspection';
import { leaningClassifier } from '../endpoint/models';
import { graph, model, node, sampleModel, value } from '../engine/models/onnxWriter';
import { seriousFindings, unfoldAll } from './axe';
import { eventually, openPair, section, useBrowser } from './browser';
import { FakePairHost, somePair } from './fixtures/pairHost';

useBrowser();

let folder: string;
let onnx: ModelInspection;
let plain: ModelInspection;
let leaning: ModelInspection;
let graphs: GraphDiff;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lw-pair-'));
  writeFileSync(join(folder, 'model.onnx'), sampleModel());
  onnx = await inspectFile(join(folder, 'model.onnx'));
  for (const [name, bias] of [
    ['plain', null],
    ['leaning', [0, 1, 0]],
  ] as const)
    writeFileSync(join(folder, `${name}.onnx`), leaningClassifier(bias));
  plain = await inspectFile(join(folder, 'plain.onnx'));
  leaning = await inspectFile(join(folder, 'leaning.onnx'));
  graphs = compareGraphs(join(folder, 'plain.onnx'), join(folder, 'leaning.onnx'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const twoGraphs = () => {
  if (onnx.format !== 'onnx') throw new Error('it is an ONNX model');
  return new FakePairHost(somePair({ told: { 5: onnx, 7: { ...onnx, parameterCount: onnx.parameterCount + 5 } } }));
};

it('shows what differs, in words, and every part leads there', async () => {
  const { page, host, text, shot } = await openPair(twoGraphs());
  const of = (name: string) => text(`lw-section[heading="${name}"]`);
  await eventually(() => of('Metrics')).toContain('0.012 better');
  expect(await of('Metrics')).toContain('0.018 worse');
  expect(await of('Metrics')).not.toContain('f1');
  await eventually(() => of('Parameters')).toMatch(/depth 4 8/);
  await eventually(() => of('Signature')).toMatch(/amount float double/);
  expect(await of('Signature')).toMatch(/hour long none/);
  await eventually(() => of('Files')).toContain('2 changed, 1 in one only, 1 the same');
  await eventually(() => of('Model')).toContain('Parameters');
  expect(await of('Model')).not.toContain('Operators');
  await page.getByRole('button', { name: 'MLmodel' }).click();
  await eventually(() => host.commands.at(-1)).toEqual({
    command: 'openFileDiff',
    params: { left: { name: 'fraud', version: 5 }, right: { name: 'fraud', version: 7 }, path: 'MLmodel' },
  });
  await page.getByRole('button', { name: 'train.py' }).click();
  await eventually(() => host.commands.at(-1)?.command).toBe('openCodeDiff');
  await unfoldAll(page);
  await eventually(() => of('Environment')).toContain('scikit-learn 1.5.1 1.5.2');
  await eventually(() => page.locator('lw-model-graph svg').count()).toBeGreaterThan(0);
  expect(await seriousFindings(page)).toEqual([]);
  await shot('pair-dark');
});

it('names the nodes that differ, and marks them in the drawing', async () => {
  const { page, host, text, shot } = await openPair(
    new FakePairHost(somePair({ told: { 5: plain, 7: leaning }, graphs })),
  );
  const graph = () => text('lw-section[heading="Graph"]');
  await unfoldAll(page);
  await eventually(graph).toContain('1 node is the same, 2 are changed, 1 is only in v7.');
  const rows = () => page.locator('lw-pair-graph-diff tbody tr').allInnerTexts();
  expect((await rows()).map((row) => row.replaceAll(/\s+/g, ' ').trim())).toEqual([
    'Add none lean',
    'ArgMax label label takes other values',
    'Softmax p p takes other values',
  ]);
  const marked = () =>
    page
      .locator('lw-model-graph .unlike .key')
      .evaluateAll((keys) => keys.map((key) => key.getAttribute('aria-label')));
  await eventually(marked).toEqual([
    'Add, lean, not in v5',
    'ArgMax, axis=1 keepdims=0, differs from v5: takes other values',
    'Softmax, axis=1, differs from v5: takes other values',
  ]);
  expect(await seriousFindings(page)).toEqual([]);
  await shot('pair-graphs');
  await page.getByRole('button', { name: 'v5', exact: true }).click();
  await eventually(marked).toEqual([
    'ArgMax, axis=1 keepdims=0, differs from v7: takes other values',
    'Softmax, axis=1, differs from v7: takes other values',
  ]);
  expect(host.requests.filter(({ method }) => method === 'graphs')).toHaveLength(1);
  host.failures.set('graphs', 'plain.onnx is no ONNX model: it has no graph.');
  await page.reload();
  await unfoldAll(page);
  await eventually(graph).toContain('The graphs could not be compared. plain.onnx is no ONNX model');
  await eventually(() => page.locator('lw-model-graph svg').count()).toBeGreaterThan(0);
});

it('marks the group of a folded drawing whose nodes differ', async () => {
  const told: ModelInspection[] = [];
  for (const name of ['many', 'more']) {
    const nodes = Array.from({ length: 900 }, (_, at) => {
      const type = at === 451 && name === 'more' ? 'Abs' : at % 3 === 0 ? 'Relu' : 'Neg';
      return node(type, [at === 0 ? 'x' : `v${String(at)}`], [`v${String(at + 1)}`]);
    });
    const [inputs, outputs] = [[value('x', ['N', 2])], [value('v900', ['N', 2])]];
    writeFileSync(join(folder, `${name}.onnx`), model(graph({ nodes, inputs, outputs })));
    told.push(await inspectFile(join(folder, `${name}.onnx`)));
  }
  const [many, more] = told;
  if (!many || !more) throw new Error('there are two');
  const between = compareGraphs(join(folder, 'many.onnx'), join(folder, 'more.onnx'));
  const pair = somePair({ told: { 5: many, 7: more }, graphs: between });
  const { page, text, shot } = await openPair(new FakePairHost(pair));
  await unfoldAll(page);
  await eventually(() => text('lw-section[heading="Graph"]')).toContain('1 is only in v5, 1 is only in v7');
  const marked = page.locator('lw-model-graph .unlike .key');
  await eventually(() => marked.count()).toBeGreaterThan(0);
  const labels = await marked.evaluateAll((keys) => keys.map((key) => key.getAttribute('aria-label')));
  // What is left of it takes a value from another node.
  expect(labels.some((label) => /\d of its \d+ nodes (is|are) unlike v5$/.test(label ?? ''))).toBe(true);
  expect(labels.length).toBeLessThan(3);
  await page.locator('lw-model-graph').last().getByRole('textbox').fill('Abs');
  await page.locator('lw-model-graph svg').last().scrollIntoViewIfNeeded();
  await eventually(async () => (await marked.first().boundingBox())?.y).toBeLessThan(700);
  await shot('pair-graphs-folded');
});

it('is swapped, and stays so after a reload; everything is shown when that is wanted', async () => {
  const { page, text } = await openPair(twoGraphs());
  await eventually(() => text('lw-section[heading="Parameters"]')).toContain('depth 4 8');
  await page.getByRole('button', { name: 'Swap' }).click();
  await eventually(() => text('lw-section[heading="Parameters"]')).toContain('depth 8 4');
  await eventually(() => text('lw-section[heading="Metrics"]')).toContain('0.012 worse');
  expect(await text('lw-section[heading="Parameters"]')).not.toContain('seed');
  await page.getByRole('button', { name: 'Show Everything' }).click();
  await eventually(() => text('lw-section[heading="Parameters"]')).toContain('seed 0 0');
  await page.waitForTimeout(300);
  await page.reload();
  await eventually(() => text('lw-section[heading="Parameters"]')).toContain('seed 0 0');
  expect(await text('lw-pair-head')).toMatch(/fraud v7 .*fraud v5/);
});

it('runs both on a table that is chosen, remembers it, and shows it from whichever side they stand on', async () => {
  const { page, host, text, shot } = await openPair(twoGraphs());
  const told = () => text('lw-pair-predictions');
  await page.getByRole('button', { name: 'Choose Table…' }).click();
  await eventually(told).toMatch(/The same class on 9\s412 of 10\s000 rows \(94.1 %\)/);
  expect(await told()).toMatch(/transactions.csv, the first 10\s000 of 250\s000 rows/);
  expect(await told()).toContain('v5 was given 2 columns by the names of its inputs, without id.');
  const cells = () => page.locator('lw-prediction-tables .rows tbody tr').first().locator('td').allInnerTexts();
  expect((await cells()).slice(0, 4)).toEqual(['0', '1', '[0.91, 0.09]', '[0.1, 0.9]']);
  await shot('pair-predictions');
  await page.getByRole('button', { name: 'Swap' }).click();
  await eventually(async () => (await cells()).slice(0, 2)).toEqual(['1', '0']);
  const orders = host.requests.filter(({ method }) => method === 'predictions').map(({ params }) => params);
  expect(orders[0]).toEqual({
    versions: [5, 7].map((version) => ({ name: 'fraud', version })),
    table: { kind: 'file', path: '/work/transactions.csv' },
    anew: false,
  });
  expect(new Set(orders.map((order) => JSON.stringify(order))).size).toBe(1);
  await page.waitForTimeout(300);
  await page.reload();
  await eventually(told).toMatch(/The same class on 9\s412/);
  host.failures.set('predictions', 'text.csv does not fit fraud v5. Missing columns: "hour".');
  await page.getByRole('button', { name: 'Run Again' }).click();
  await eventually(told).toContain('could not be compared. text.csv does not fit fraud v5. Missing columns: "hour".');
});

it('has thousands of parameters a page at a time, and finds one by its name', async () => {
  const param = Array.from({ length: 5000 }, (_, at) => ({
    key: `p${String(at)}/${'w'.repeat(at === 0 ? 4000 : 1)}`,
    values: [String(at), String(at + 1)],
    differs: true,
  }));
  const { page } = await openPair(new FakePairHost(somePair({ rows: { param } })));
  const rows = page.locator('lw-section[heading="Parameters"] tbody tr');
  await eventually(() => rows.count()).toBe(100);
  await page.locator('lw-section[heading="Parameters"]').getByRole('button', { name: 'Show More' }).click();
  await eventually(() => rows.count()).toBe(200);
  await page.getByRole('textbox', { name: 'Filter parameters' }).fill('p4321/');
  await eventually(() => rows.count()).toBe(1);
});

it.each([1400, 400])('says what is not known, and shows texts of strangers as texts, %i pixels wide', async (width) => {
  const nasty = `<img src=x onerror="window.__xss=1">${'w'.repeat(4000)}`;
  const { model, ...rest } = somePair();
  const left = { version: { ...model.left.version, name: nasty, run: null, source: 's3://x' }, place: null };
  const right = {
    ...model.right,
    version: { ...model.right.version, name: nasty, status: 'PENDING_REGISTRATION' as const },
  };
  const host = new FakePairHost({
    ...rest,
    model: { left, right },
    runs: [null, rest.runs[1] ?? null],
    sides: ['elsewhere', 'found'],
    rows: { param: [{ key: nasty, values: [null, nasty], differs: true }] },
  });
  const { page, text, shot } = await openPair(host, { width });
  await eventually(() => text('lw-section[heading="Parameters"]')).toContain('<img src=x onerror=');
  expect(await text('lw-section[heading="Parameters"]')).toContain('Which run made v5 is not known');
  expect(await text('lw-section[heading="Code"]')).toContain('Which run made v5 is not known');
  await eventually(() => text('lw-section[heading="Files"]')).toContain('The files of v5 are not in this store.');
  expect(await text('lw-section[heading="Files"]')).toContain('The files of v7 are still being kept.');
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await shot(`pair-nasty-${String(width)}`);
});

it('says why it has nothing to show, with a way out; what an older look brought stays', async () => {
  const host = twoGraphs();
  host.failures.set('load', 'fraud has no version 5.');
  const { page, text } = await openPair(host);
  await eventually(() => text()).toBe('The versions could not be read. fraud has no version 5. Retry Show Log');
  host.failures.clear();
  await page.getByRole('button', { name: 'Retry' }).click();
  await eventually(() => text('lw-pair-head')).toContain('fraud v7');
  await section(page, /^Metrics/).waitFor();
  host.failures.set('load', 'The engine is not there.');
  host.change({});
  await eventually(() => text()).toContain('What you see may be out of date');
});
