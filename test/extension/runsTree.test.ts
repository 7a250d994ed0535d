/** The tree's model and the changes of runs on a real engine, without VS Code. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenEngine } from '../../src/client/engine';
import { RunEdits } from '../../src/extension/commands/runEdits';
import type { StoreSession } from '../../src/extension/stores/session';
import { RunsModel } from '../../src/extension/views/runs/model';
import { type Node, RunNode } from '../../src/extension/views/runs/nodes';
import { EVERYTHING, type TreeQuery } from '../../src/extension/views/runs/query/query';
import { preparedRun, testStore, type TestStore, until, writeJournal, writeRunner } from '../engine/support';

let store: TestStore;
let engine: OpenEngine;
let model: RunsModel;
let query: TreeQuery = EVERYTHING;

beforeAll(async () => {
  store = testStore();
  const startedMs = Date.now() - 100_000;
  for (const [index, name] of ['first', 'second', 'third'].entries()) {
    const { folder } = preparedRun(store, { name, experiment: 'fraud' });
    writeJournal(folder, [
      ['open', startedMs, { pid: 1, start: '1', main: true, python: '3.12.0', executable: '/usr/bin/python3' }],
      ['param', startedMs, 'cli', { depth: String(index) }],
      ['metric', startedMs, 0, { auc: 0.9 - index / 10 }],
      ['tag', startedMs, { team: index === 0 ? 'blue' : 'red' }],
    ]);
    writeRunner(folder, { started_ms: startedMs + index * 1000, ended_ms: startedMs + index * 1000 + 500 });
  }
  engine = await store.open();
  const state = { kind: 'open', store: engine.hello.store } as const;
  const session = {
    paths: store.paths,
    state,
    settled: () => Promise.resolve(state),
    request: engine.connection.request.bind(engine.connection),
  };
  model = new RunsModel(session as unknown as StoreSession, () => query);
  await until('all runs are over', async () => {
    const { runs } = await engine.connection.request('runs/list', { filter: "status = 'FINISHED'" });
    return runs.length === 3;
  });
}, 60_000);
afterAll(() => store.dispose());

/** Each group with the names below it, as they stand. */
async function tree(change: Partial<TreeQuery> = {}): Promise<Record<string, string[]>> {
  query = { ...EVERYTHING, ...change };
  model.reset();
  const shown: Record<string, string[]> = {};
  for (const node of await model.roots()) {
    if (node.kind === 'group') shown[node.group.value ?? '(none)'] = namesOf(await model.childrenOf(node));
    else shown[node.kind] = [];
  }
  return shown;
}
const namesOf = (nodes: readonly Node[]) => nodes.map((node) => (node.kind === 'run' ? node.row.name : node.kind));

async function run(name: string): Promise<RunNode> {
  await tree();
  const node = [...model.loadedRuns].find(({ row }) => row.name === name);
  if (!node) throw new Error(`no run ${name}`);
  return node;
}

it('shows the runs in the order and the groups that were chosen', async () => {
  expect(await tree()).toEqual({ fraud: ['third', 'second', 'first'] });
  expect(await tree({ order: { by: 'metric', key: 'auc', descending: true } })).toEqual({
    fraud: ['first', 'second', 'third'],
  });
  expect(await tree({ grouping: { by: 'tag', key: 'team' } })).toEqual({ red: ['third', 'second'], blue: ['first'] });
  expect(await tree({ grouping: { by: 'script', key: '' } })).toEqual({ 'train.py': ['third', 'second', 'first'] });
});

it.each([
  ['first', { fraud: ['first'] }],
  ['auc > 0.75', { fraud: ['second', 'first'] }],
  ['depth=2', { fraud: ['third'] }],
  ['depth = 2', { fraud: ['third'] }],
  ['tags.team = red auc < 0.75', { fraud: ['third'] }],
  ['status = failed', { nothing: [] }],
  ['duration < 60 starred = false', { fraud: ['third', 'second', 'first'] }],
  ["status IN ('FINISHED') AND tags.team IS NOT NULL", { fraud: ['third', 'second', 'first'] }],
  ['start_time > 2020-01-31', { fraud: ['third', 'second', 'first'] }],
  ['color = red', { nothing: [] }],
  ['metrics.auc > good', { nothing: [] }],
])('filters by %s', async (text, shown) => {
  expect(await tree({ text })).toEqual(shown);
});

it('shows the values of the columns', async () => {
  await tree({
    columns: [
      { kind: 'metric', key: 'auc' },
      { kind: 'tag', key: 'team' },
      { kind: 'param', key: 'nothing' },
    ],
  });
  const values = [...model.loadedRuns].map(({ row }) => row.values);
  expect(values).toContainEqual([0.9, 'blue', null]);
});

it('is changed, and all of it is undone', async () => {
  const edits = new RunEdits();
  const first = await run('first');
  await edits.apply('rename', [first], { name: 'the best' });
  await edits.apply('pin', [first], { pinned: true });
  expect(await tree()).toEqual({ fraud: ['the best', 'third', 'second'] });
  await edits.apply('move', [first, await run('second')], { experiment: 'elsewhere' });
  expect(await tree()).toEqual({ fraud: ['third'], elsewhere: ['the best', 'second'] });
  await edits.apply('tag', [first], { tags: { team: null } });
  expect(await tree({ grouping: { by: 'tag', key: 'team' } })).toEqual({
    red: ['third', 'second'],
    '(none)': ['the best'],
  });
  await edits.delete('delete', [first, await run('third')]);
  expect(await tree()).toEqual({ elsewhere: ['second'] });
  while ((await edits.undo()) !== undefined);
  expect(await tree()).toEqual({ fraud: ['third', 'second', 'first'] });
  expect(await tree({ grouping: { by: 'tag', key: 'team' } })).toEqual({ red: ['third', 'second'], blue: ['first'] });
});

it('finds a run that the filter leaves out, and one that is gone', async () => {
  const { row } = await run('third');
  expect(await model.locate(row.runId)).toBeInstanceOf(RunNode);
  await tree({ text: 'first' });
  expect(await model.locate(row.runId)).toBe('hidden');
  await engine.connection.request('runs/delete', { runIds: [row.runId] });
  expect(await model.locate(row.runId)).toBe('gone');
});
