import { describe, expect, it } from 'vitest';
import { rowsOf, seedRows } from '../../webview/run/captured/factRows';
import { collectModels, modelWords } from '../../webview/run/captured/modelList';
import { hasCells } from '../../webview/run/captured/notebookWords';
import { collectPackages, filterPackages, requirementsOf } from '../../webview/run/captured/packageList';
import {
  lineageSentence,
  progressOf,
  relativePath,
  shapeWords,
  sizeWords,
  splitPath,
  stillRecorded,
  systemTitle,
  wayWords,
} from '../../webview/run/captured/words';
import { fakeRun, row, START_MS } from './fixtures/build';
import { file } from './fixtures/captured';

describe('a path', () => {
  it.each([
    ['/home/ada/data/a.csv', '/home/ada', 'data/a.csv'],
    ['/home/ada/data/a.csv', '/home/ada/', 'data/a.csv'],
    ['/home/adamant/a.csv', '/home/ada', '/home/adamant/a.csv'],
    ['/home/ada', '/home/ada', '/home/ada'],
    ['C:\\work\\a.csv', 'C:\\work', 'a.csv'],
    ['/a.csv', '/', 'a.csv'],
    ['s3://bucket/a', '/home/ada', 's3://bucket/a'],
    ['/a.csv', null, '/a.csv'],
  ])('%s in %s reads %s', (path, root, shown) => {
    expect(relativePath(path, root)).toBe(shown);
  });

  it.each([
    ['data/a.csv', 'data/', 'a.csv'],
    ['a.csv', '', 'a.csv'],
    ['/data/images/', '/data/', 'images/'],
    ['', '', ''],
  ])('%s is split before its last part', (path, folders, name) => {
    expect(splitPath(path)).toEqual({ folders, name });
  });
});

describe('a file', () => {
  const at = { path: '/a' };
  it('says its size and its shape', () => {
    expect(sizeWords(file({ ...at, sizeBytes: 1500 }))).toBe('1.5 kB');
    expect(sizeWords(file({ ...at, kind: 'folder', fileCount: 1, sizeBytes: null }))).toBe('1 file');
    expect(sizeWords(file({ ...at, sizeBytes: null }))).toBe('');
    expect(shapeWords({ rowCount: 1200, columns: null })).toBe('1\u2009200 rows');
    expect(shapeWords({ rowCount: null, columns: [{ name: 'a', type: 'X' }] })).toBe('? × 1');
    expect(shapeWords({ rowCount: null, columns: null })).toBe('');
  });

  it('says how it was seen, and what that misses', () => {
    for (const via of ['audit', 'inotify', 'inotify?', 'scan', 'pyarrow'])
      expect(wayWords(via).title).toMatch(/not seen|maybe by another/);
  });
});

describe('the sentence about lineage', () => {
  it.each<[Record<string, unknown>, string | null]>([
    [
      { ways: ['audit', 'inotify'], missed: 'remote files' },
      'Observed by: audit hook, inotify. Not seen: remote files.',
    ],
    [
      { ways: ['scan'], missed: ['A is not.', 'Nor is b'], scan: 'Cut at 50,000 files' },
      'Observed by: scan. Not seen: A is not. Nor is b. Cut at 50,000 files.',
    ],
    [{ ways: 7, missed: null }, null],
    [{}, null],
  ])('of %j', (facts, sentence) => {
    expect(lineageSentence(facts)).toBe(sentence);
  });
});

describe('the recording of a part', () => {
  const page = { capture: ['code', 'data'] as ('code' | 'data')[], work: [], isComplete: false };
  const failed = { kind: 'code', state: 'failed', atMs: 1, reason: 'git was not found.' } as const;

  it('is pending, over, failed, or was not asked for', () => {
    expect(progressOf(page, 'code')).toEqual({ state: 'pending' });
    expect(progressOf({ ...page, isComplete: true }, 'code')).toEqual({ state: 'over' });
    expect(progressOf({ ...page, work: [failed] }, 'code')).toEqual({ state: 'failed', reason: 'git was not found.' });
    expect(progressOf(page, 'environment')).toEqual({ state: 'off' });
    expect(progressOf({ ...page, capture: null }, 'code')).toEqual({ state: 'over' });
  });

  it('is told of as a whole once the script has ended', () => {
    const model = { ...fakeRun(), ...page, run: row() } as unknown as Parameters<typeof stillRecorded>[0];
    expect(stillRecorded(model)).toEqual(['code', 'data']);
    expect(stillRecorded({ ...model, work: [failed] })).toEqual(['data']);
    const running = row({ timing: { status: 'RUNNING', startMs: START_MS, endMs: null } });
    expect(stillRecorded({ ...model, run: running })).toEqual([]);
  });
});

describe('metrics of the machine', () => {
  it.each([
    ['system/cpu_percent', 'CPU (%)'],
    ['system/memory_mb', 'Memory (MB)'],
    ['system/gpu0_memory_mb', 'GPU 0 memory (MB)'],
    ['system/disk_read_mb', 'Disk read (MB)'],
    ['system/processes', 'Processes'],
    ['system/', ''],
  ])('%s is titled %s', (key, title) => {
    expect(systemTitle(key)).toBe(title);
  });
});

describe('packages', () => {
  const packages = collectPackages({
    numpy: { version: '2.0', imported: true, origin: null },
    local: { version: '0.1', imported: false, origin: 'editable /home/ada/local' },
    odd: { version: '3', imported: false, origin: 'a wheel on a stick' },
    tool: { version: '1', imported: false, origin: 'git+https://git.example.org/tool@abc' },
    nameless: { version: '', imported: false, origin: null },
    broken: 'x',
  });

  it('are sorted, without what is of another form', () => {
    expect(packages.map(({ name }) => name)).toEqual(['local', 'nameless', 'numpy', 'odd', 'tool']);
  });

  it('are found by name, version and origin', () => {
    expect(filterPackages(packages, 'GIT tool').map(({ name }) => name)).toEqual(['tool']);
    expect(filterPackages(packages, '')).toHaveLength(5);
  });

  it('are requirements for pip', () => {
    expect(requirementsOf(packages)).toBe(
      '-e /home/ada/local\nnameless\nnumpy==2.0\n# odd 3 came from a wheel on a stick\ntool @ git+https://git.example.org/tool@abc\n',
    );
  });
});

describe('facts of any form', () => {
  it('are rows, named by the way to them', () => {
    expect(
      rowsOf({
        cpu: { model: 'X', logicalCores: 8, flags: ['avx', 'fma'] },
        memory_mb: 65_536,
        memoryLimitBytes: 8_000_000_000,
        gpus: [{ name: 'A' }, { name: 'B', ok: true }],
        none: null,
        empty: [],
      }),
    ).toEqual([
      { key: 'CPU model', value: 'X' },
      { key: 'CPU logical cores', value: '8' },
      { key: 'CPU flags', value: 'avx, fma' },
      { key: 'Memory', value: '65\u2009536 MB' },
      { key: 'Memory limit', value: '8.0 GB' },
      { key: 'GPU 1 name', value: 'A' },
      { key: 'GPU 2 name', value: 'B' },
      { key: 'GPU 2 ok', value: 'yes' },
    ]);
  });

  it('are never more than can be read', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${String(index)}`, index]));
    expect(rowsOf(many)).toHaveLength(200);
  });

  it('of seeds are as they were given', () => {
    expect(seedRows({ 'random.seed': 1, numpy: [2, 3] })).toEqual([
      { key: 'random.seed', value: '1' },
      { key: 'numpy', value: '[2,3]' },
    ]);
  });
});

describe('models', () => {
  const artifacts = [{ path: 'models/rf/model.joblib' }, { path: 'models/old/model.onnx' }];

  it('say what they are, what keeping them has cost, and whether ONNX can have them', () => {
    const facts = {
      'models/old': { class: 'sklearn.linear_model.Ridge', features: 1 },
      'models/rf': { class: 'RandomForest', bytes: 1_200_000, seconds: 0.3, features: 2 },
      'models/rf/onnx': { state: 'converted', seconds: 1 },
      'models/svc': { class: 'SVC', bytes: 10, seconds: 0, features: null },
      'models/svc/onnx': { state: 'failed', reason: 'it took longer than 120 seconds' },
    };
    expect(collectModels(facts, artifacts).map((model) => `${model.title}: ${modelWords(model)}`)).toEqual([
      'old: sklearn.linear_model.Ridge · 1 feature · kept as ONNX too',
      'rf: RandomForest · 2 features · captured in 0.3s, 1.2 MB · kept as ONNX too',
      'svc: SVC · captured in 0s, 10 B · not kept as ONNX: it took longer than 120 seconds',
    ]);
  });

  it('say no more than is known', () => {
    expect(collectModels({ m: { class: 7, bytes: 'x' }, broken: 3 }, []).map(modelWords)).toEqual(['']);
  });
});

describe('the section of cells', () => {
  const none = { executions: 0 };

  it('is there for a notebook, also before its first cell', () => {
    expect(hasCells({ run: row({ kind: 'notebook' }), totals: none })).toBe(true);
    expect(hasCells({ run: row({ kind: 'script' }), totals: none })).toBe(false);
  });

  it('is not there for one that is run for several values: its children have the cells', () => {
    expect(hasCells({ run: row({ kind: 'notebook', childCount: 4 }), totals: none })).toBe(false);
  });
});
