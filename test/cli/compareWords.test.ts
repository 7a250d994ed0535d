import { expect, it } from 'vitest';
import { type ComparedLists, compareDocument, compareLines } from '../../src/cli/compareWords';
import type { RunRow } from '../../src/protocol/entities';

const run = (runId: string, name: string): RunRow => ({
  runId,
  experimentId: 1,
  experiment: 'fraud',
  parentRunId: null,
  childCount: 0,
  name,
  kind: 'script',
  timing: { status: 'FINISHED', startMs: 0, endMs: 1000 },
  exitCode: 0,
  signal: null,
  reason: null,
  stoppedAt: null,
  headline: null,
  starred: false,
  pinned: false,
  deleted: false,
  values: [],
});
const runs = [run('a', 'first'), run('b', 'sec\u001b[31mond')];
const lists: ComparedLists = [
  ['run', [{ key: 'duration', values: [134_000, null], differs: true }]],
  ['param', [{ key: 'lr', values: ['0.1', null], differs: true }]],
  ['metric', [{ key: 'auc', values: ['NaN', 0.123456], differs: true }]],
  ['tag', []],
];

it('runs beside each other are tables of what there is, harmless in a terminal', () => {
  const lines = compareLines(runs, lists, { paint: (_, text) => text, width: null });
  expect(lines).toEqual([
    'Run',
    '          first   sec�[31mond',
    'duration  2m 14s  -',
    '',
    'Parameters',
    '    first  sec�[31mond',
    'lr  0.1    -',
    '',
    'Metrics',
    '     first  sec�[31mond',
    'auc  NaN    0.1235',
  ]);
});

it('runs beside each other are one document with exact values', () => {
  expect(compareDocument(runs, lists)).toMatchObject({
    runs: [{ run_id: 'a' }, { run_id: 'b' }],
    params: [{ key: 'lr', values: ['0.1', null], differs: true }],
    metrics: [{ key: 'auc', values: ['NaN', 0.123456], differs: true }],
    tags: [],
  });
});
