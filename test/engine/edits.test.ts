/** What the user changes of runs: kept in their folders, undone exactly, never undone by the script or a rebuild. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rebuildFromRuns } from '../../src/engine/lifecycle/openStore';
import { openForWriting } from '../../src/engine/store';
import { Follower, RunEdits, trackingQueries } from '../../src/engine/tracking';
import type { RunEdit } from '../../src/protocol/lists';
import type { PreparedRun } from '../../src/client/launch';
import { bootId, startOf } from '../../src/protocol/node/processes';
import { requests } from '../../src/protocol/requests';
import { flip, preparedRun, type TestStore, testStore, writeJournal, writeRunner } from './support';

/** The parts of an engine that write, without its processes. */
function writing(store: TestStore) {
  const { paths } = store;
  mkdirSync(paths.active, { recursive: true });
  mkdirSync(paths.runs, { recursive: true });
  const db = openForWriting(paths.database);
  const changed = new Set<string>();
  const follower = new Follower(db, paths, {
    changed: (runId) => changed.add(runId),
    work: () => undefined,
    inputs: () => undefined,
    warn: (message) => {
      throw new Error(message);
    },
  });
  const edits = new RunEdits(db, paths, follower, ({ runIds }) => {
    for (const runId of runIds) changed.add(runId);
  });
  const queries = trackingQueries(db, paths);
  return {
    db,
    edits,
    changed,
    round: () => {
      for (let more = 0; more < 5 || follower.round(Date.now()); more++) follower.round(Date.now());
    },
    list: (deleted = false) =>
      queries['runs/list'](requests['runs/list'].params.parse({ allLevels: true, deleted })).runs,
    of: (runId: string) => {
      const { run, note } = queries['runs/get']({ runId });
      const { tags } = queries['runs/tags'](requests['runs/tags'].params.parse({ runId }));
      const { name, experiment, starred, pinned, deleted } = run;
      return {
        name,
        experiment,
        starred,
        pinned,
        deleted,
        note,
        tags: Object.fromEntries(tags.map((tag) => [tag.key, tag.value])),
      };
    },
  };
}

let store: TestStore;
let engine: ReturnType<typeof writing>;
beforeEach(() => {
  store = testStore();
  engine = writing(store);
});
afterEach(async () => {
  engine.db.close();
  await store.dispose();
});

/** A run of which nothing is captured: nobody here does the work that the follower would wait for. */
function prepared(parentRunId?: string): PreparedRun {
  const run = preparedRun(store, parentRunId === undefined ? {} : { parentRunId });
  const spec = { ...run.spec, capture: { ...run.spec.capture, kinds: [] } };
  writeFileSync(join(run.folder, 'spec.json'), JSON.stringify(spec));
  return run;
}

/** Everything that is known of the runs, made again from their folders. */
function rebuild(): void {
  engine.db.close();
  rebuildFromRuns(store.paths, Date.now());
  engine = writing(store);
  engine.round();
}

function ended(records: readonly unknown[], parentRunId?: string): PreparedRun {
  const run = prepared(parentRunId);
  writeJournal(run.folder, records);
  writeRunner(run.folder, {});
  engine.round();
  return run;
}

const child = (id: string, tags = {}) => [
  'child',
  2,
  { id, name: id, status: 'FINISHED', start_ms: 1, end_ms: 2, tags },
];
const edit = (...edits: RunEdit[]) => engine.edits.edit(edits);
const journalOf = (run: PreparedRun) => join(run.folder, 'journals', 'edits.lwj');

describe('an edit', () => {
  it('is undone by what it answers with, tags that were not there and marks too', () => {
    const { run_id: runId } = ended([['tag', 1, { stage: 'dev' }]]).spec;
    const before = engine.of(runId);
    const undo = edit(
      {
        runId,
        name: 'x',
        note: '**y**',
        starred: true,
        pinned: true,
        experiment: 'other',
        tags: { stage: 'prod', new: '1' },
      },
      { runId, name: 'z', tags: { stage: null } },
    );
    expect(engine.of(runId)).toMatchObject({ name: 'z', note: '**y**', experiment: 'other', tags: { new: '1' } });
    expect(undo).toEqual([
      {
        runId,
        name: before.name,
        note: '',
        starred: false,
        pinned: false,
        experiment: 'Default',
        tags: { stage: 'dev', new: null },
      },
    ]);
    edit(...undo);
    expect(engine.of(runId)).toEqual(before);
  });

  it('outlives the database, and what the script says later or in another journal', () => {
    const run = ended([['tag', 1, { stage: 'dev', gone: '1', own: '1' }], child('kid', { a: '1' })]);
    const { run_id: runId } = run.spec;
    edit(
      { runId, name: 'mine', note: 'n', starred: true, tags: { stage: 'prod', gone: null } },
      { runId: 'kid', name: 'my kid', pinned: true, tags: { a: null } },
    );
    writeJournal(run.folder, [['tag', 9, { stage: 'again', gone: '2', late: '2' }]], '1-1-zz.lwj');
    writeJournal(run.folder, [['tag', 9, { stage: 'first', gone: '0' }]], '1-1-aa.lwj');
    writeFileSync(join(store.paths.active, runId), '');
    engine.round();
    const [known, kid] = [engine.of(runId), engine.of('kid')];
    expect(known).toMatchObject({
      name: 'mine',
      note: 'n',
      starred: true,
      tags: { stage: 'prod', own: '1', late: '2' },
    });
    expect(kid).toMatchObject({ name: 'my kid', pinned: true, tags: {} });
    rebuild();
    expect(engine.of(runId)).toEqual(known);
    expect(engine.of('kid')).toEqual(kid);
  });

  it('takes children to another experiment, and back to where each was', () => {
    const { run_id: runId } = ended([child('kid'), child('stray')]).spec;
    const { run_id: below } = ended([], runId).spec;
    edit({ runId: 'stray', experiment: 'elsewhere' });
    const experiments = () => [runId, 'kid', 'stray', below].map((id) => engine.of(id).experiment);
    engine.changed.clear();
    const undo = edit({ runId, experiment: 'new' });
    expect(experiments()).toEqual(['new', 'new', 'new', 'new']);
    expect([...engine.changed].sort()).toEqual([runId, 'kid', 'stray', below].sort());
    edit({ runId: 'kid', experiment: 'last' });
    rebuild();
    expect(experiments()).toEqual(['new', 'last', 'new', 'new']);
    edit(...undo);
    expect(experiments()).toEqual(['Default', 'Default', 'elsewhere', 'Default']);
  });

  it('is refused as a whole where one of its runs is unknown or deleted', () => {
    const first = ended([]);
    const { run_id: runId } = first.spec;
    const second = ended([]).spec.run_id;
    engine.edits.delete([second]);
    expect(() => edit({ runId, name: 'x' }, { runId: 'nobody', name: 'y' })).toThrow(/no run nobody/);
    expect(() => edit({ runId, name: 'x' }, { runId: second, name: 'y' })).toThrow(/is deleted. Restore it first/);
    expect(engine.of(runId).name).toBe('train');
    expect(existsSync(journalOf(first))).toBe(false);
  });

  it('is taken back from the folders if the database does not take it', () => {
    const first = ended([]);
    const { run_id: runId } = first.spec;
    edit({ runId, name: 'kept' });
    const sizeBytes = statSync(journalOf(first)).size;
    engine.db.exec("CREATE TRIGGER full BEFORE UPDATE OF note ON runs BEGIN SELECT RAISE(ABORT, 'no room'); END");
    expect(() => edit({ runId, name: 'lost', note: 'x' })).toThrow(/no room/);
    expect(statSync(journalOf(first)).size).toBe(sizeBytes);
    expect(engine.of(runId).name).toBe('kept');
    expect(readdirSync(store.paths.active)).toEqual([]);
  });

  it('goes on behind what was torn when an engine was killed, and behind damage', () => {
    const run = ended([]);
    const { run_id: runId } = run.spec;
    edit({ runId, name: 'one' });
    appendFileSync(journalOf(run), Buffer.from([200, 0, 0, 0, 1, 2]));
    edit({ runId, note: 'two' });
    edit({ runId, starred: true });
    rebuild();
    expect(engine.of(runId)).toMatchObject({ name: 'one', note: 'two', starred: true });
    const whole = readFileSync(journalOf(run));
    flip(whole, whole.length - 3);
    writeFileSync(journalOf(run), whole);
    rebuild();
    expect(engine.of(runId)).toMatchObject({ name: 'one', note: 'two', starred: false });
    edit({ runId, pinned: true });
    rebuild();
    expect(engine.of(runId)).toMatchObject({ note: 'two', pinned: true });
  });

  it('that an engine wrote down without coming to its row is there with the next', () => {
    const run = ended([]);
    const { run_id: runId } = run.spec;
    edit({ runId, name: 'one' });
    const bytes = readFileSync(journalOf(run));
    edit({ runId, name: 'two' });
    // As if it had been killed before its transaction: the row says one, the folder two, the marker stands.
    engine.db.prepare("UPDATE runs SET name = 'one'").run();
    engine.db.prepare("UPDATE journals SET taken = ? WHERE file = 'edits.lwj'").run(bytes.length);
    writeFileSync(join(store.paths.active, runId), '');
    engine.round();
    expect(engine.of(runId).name).toBe('two');
    expect(readdirSync(store.paths.active)).toEqual([]);
  });

  it('of a run that is followed is taken once', () => {
    const run = prepared();
    const keeper = { pid: process.pid, start: startOf(process.pid) ?? '' };
    writeRunner(run.folder, { state: 'running', keeper, boot_id: bootId() });
    engine.round();
    const { run_id: runId } = run.spec;
    edit({ runId, name: 'one' });
    engine.changed.clear();
    engine.round();
    expect([...engine.changed]).toEqual([]);
    expect(existsSync(join(store.paths.active, runId))).toBe(true);
    edit({ runId, name: 'two' });
    engine.round();
    expect(engine.of(runId).name).toBe('two');
  });
});

describe('deletions', () => {
  it('outlive the database, children as they went', () => {
    const { run_id: runId } = ended([child('kid'), child('gone')]).spec;
    const { run_id: below } = ended([], runId).spec;
    const shown = (deleted: boolean) =>
      engine
        .list(deleted)
        .map((run) => run.runId)
        .sort();
    expect(engine.edits.delete(['gone'])).toEqual(['gone']);
    expect(engine.edits.delete([below, runId])).toEqual([below, runId]);
    expect(engine.edits.delete([runId])).toEqual([]);
    rebuild();
    expect(shown(false)).toEqual([]);
    expect(shown(true)).toEqual([runId, below, 'kid', 'gone'].sort());
    expect(engine.edits.restore([below, runId])).toEqual([below, runId]);
    expect(shown(false)).toEqual([runId, below, 'kid'].sort());
    rebuild();
    expect(shown(true)).toEqual(['gone']);
    expect(() => engine.edits.delete([runId, 'nobody'])).toThrow(/no run nobody/);
    expect(shown(true)).toEqual(['gone']);
  });
});

it('a run has the branch of its code, and the strongest of its parameters', () => {
  const { run_id: runId } = ended([
    ['param', 1, 'api', { lr: '3' }],
    ['param', 2, 'argparse', { lr: '2' }],
    ['facts', 3, 'code', { repository: { branch: 'main', commit: 'x' } }],
    ['artifact', 4, { path: 'a.png', size: 1, kind: 'figure', name: 'a', step: 1 }],
    ['artifact', 5, { path: 'a.png', size: 1, kind: 'figure', name: 'b', step: 2 }],
  ]).spec;
  const queries = trackingQueries(engine.db, store.paths);
  const ids = (filter: string) => queries['runs/list'](requests['runs/list'].params.parse({ filter })).runs;
  expect(ids("branch = 'main' AND params.lr = '3'")).toMatchObject([{ runId }]);
  expect(ids("params.lr = '2'")).toEqual([]);
  const { artifacts } = queries['runs/artifacts'](requests['runs/artifacts'].params.parse({ runId }));
  expect(artifacts).toMatchObject([{ path: 'a.png', name: 'b', step: 2 }]);
});
