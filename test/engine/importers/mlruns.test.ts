/** Importing MLflow's folder of files, through a real engine. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Importing } from './importing';
import { MadeDatabase, MadeMlruns, runIdOf, START_MS } from './support';

const importing = new Importing();

describe('a folder mlruns', () => {
  it('gives its runs as they are, those in the trash too', async () => {
    const made = new MadeMlruns(importing.path('mlruns'));
    const fraud = made.experiment('472183091273910293', 'fraud: "é" #1');
    const gone = made.experiment('472183091273910294', 'gone', { trash: true });
    const [runId, deleted, trashed] = [runIdOf(1), runIdOf(2), runIdOf(3)];
    const folder = made.run(
      {
        id: runId,
        name: 'it\'s "quoted" # no comment: yes',
        params: { lr: '0.1', 'opt/inner/name': 'adam', text: 'two\nlines\n' },
        tags: { 'mlflow.note.content': '# a note\nof two lines' },
        points: [
          ['sys/gpu', 3, START_MS, 0],
          ['loss', Number.NaN, START_MS, 0],
          ['loss', Number.NEGATIVE_INFINITY, START_MS + 1, 1],
        ],
      },
      fraud,
    );
    made.write(join(folder, 'metrics/old'), `${String(START_MS)} 1.5\n`);
    made.write(join(folder, 'metrics/measured'), `${String(START_MS)} 2.5 7 wine abc\n`);
    made.write(join(folder, 'artifacts/plots/roc.png'), 'picture');
    made.run({ id: deleted, name: 'deleted', stage: 'deleted' }, fraud);
    made.run({ id: trashed, name: 'trashed' }, gone);

    const result = await importing.from(made.path);
    expect(result).toMatchObject({ format: 'mlruns', runs: { imported: 3 }, experiments: 3, problems: [] });
    const { run, ...rest } = await importing.shown(runId);
    expect(run).toMatchObject({ experiment: 'fraud: "é" #1', name: 'it\'s "quoted" # no comment: yes' });
    expect(rest.params).toEqual({ lr: '0.1', 'opt/inner/name': 'adam', text: 'two\nlines\n' });
    expect(rest.metrics).toEqual({
      'sys/gpu': { last: 3, count: 1 },
      loss: { last: '-Infinity', count: 2 },
      old: { last: 1.5, count: 1 },
      measured: { last: 2.5, count: 1 },
    });
    expect(rest.artifacts).toEqual(['plots/roc.png']);
    expect(await importing.names()).toEqual(['it\'s "quoted" # no comment: yes']);
    expect(importing.rows('SELECT name FROM runs WHERE deleted_ms IS NOT NULL ORDER BY name')).toEqual([
      { name: 'deleted' },
      { name: 'trashed' },
    ]);
    expect(importing.rows('SELECT name FROM experiments WHERE deleted_ms IS NOT NULL')).toEqual([{ name: 'gone' }]);
    expect((await importing.from(made.path)).runs).toEqual({ imported: 0, updated: 0, unchanged: 3, unreadable: 0 });
  });

  it('names what is damaged and gives the rest', async () => {
    const made = new MadeMlruns(importing.path('mlruns'));
    const whole = made.run({ id: runIdOf(1), name: 'whole', points: [['x', 1, START_MS, 0]] });
    const broken = made.run({ id: runIdOf(2), name: 'broken' });
    made.write(join(broken, 'meta.yaml'), 'run_id: "abc\nstart_time: [');
    const empty = made.run({ id: runIdOf(3), name: 'empty' });
    made.write(join(empty, 'meta.yaml'), '');
    made.write(join(whole, 'metrics/x'), `garbage\n${String(START_MS)} 0.`, 'a');

    const result = await importing.from(made.path);
    expect(result.runs).toEqual({ imported: 1, updated: 0, unchanged: 0, unreadable: 2 });
    expect(result.problems.toSorted()).toEqual([
      expect.stringMatching(/01\/metrics\/x: 1 of its lines are none of a metric, such as "garbage"\./),
      expect.stringMatching(/01\/metrics\/x: its last line is not whole/),
      expect.stringMatching(/02\/meta\.yaml is no YAML/),
      expect.stringMatching(/03\/meta\.yaml is empty/),
    ]);
    expect((await importing.shown(runIdOf(1))).metrics).toEqual({ x: { last: 1, count: 1 } });
  });

  it('keeps ids that newer YAML takes for numbers', async () => {
    const made = new MadeMlruns(importing.path('mlruns'));
    const id = '12345678901234567890123456789e10';
    made.run({ id, name: '12e3' });
    await importing.from(made.path);
    expect((await importing.shown(id)).run.name).toBe('12e3');
  });

  it('that only holds the artifacts of a database is none', async () => {
    mkdirSync(importing.path(`mlruns/0/${runIdOf(1)}/artifacts`), { recursive: true });
    await expect(importing.from(importing.path('mlruns'))).rejects.toThrow(/nothing that can be imported/);
  });
});

describe('artifacts', () => {
  it('are found where a server keeps them beside its database, and where a store was moved to', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    const [served, moved, far] = [runIdOf(1), runIdOf(2), runIdOf(3)];
    made.run({ id: served, name: 'served', artifactUri: `mlflow-artifacts:/0/${served}/artifacts` });
    made.run({ id: moved, name: 'moved', artifactUri: `/where/it/was/mlruns/0/${moved}/artifacts` });
    made.run({ id: far, name: 'far', artifactUri: `s3://bucket/x/${far}/artifacts` });
    made.close();
    for (const [folder, id] of [
      ['mlartifacts', served],
      ['mlruns', moved],
    ] as const) {
      mkdirSync(importing.path(`${folder}/0/${id}/artifacts/sub`), { recursive: true });
      writeFileSync(importing.path(`${folder}/0/${id}/artifacts/sub/a b%20c.txt`), id);
    }
    const result = await importing.from(made.path);
    expect((await importing.shown(served)).artifacts).toEqual(['sub/a b%20c.txt']);
    expect((await importing.shown(moved)).artifacts).toEqual(['sub/a b%20c.txt']);
    expect((await importing.shown(far)).notes).toEqual([expect.stringContaining(`s3://bucket/x/${far}/artifacts`)]);
    expect(result.problems).toEqual(['The artifacts of 1 run are elsewhere (s3://bucket…) and were not copied.']);
    expect(result.artifacts.count).toBe(2);
  });

  it('do not follow a link out of their folder', async () => {
    const made = new MadeMlruns(importing.path('mlruns'));
    const folder = made.run({ id: runIdOf(1), name: 'r' });
    writeFileSync(importing.path('secret.txt'), 'secret');
    symlinkSync(importing.path('secret.txt'), join(folder, 'artifacts/link.txt'));
    made.write(join(folder, 'artifacts/own.txt'), 'own');
    symlinkSync('own.txt', join(folder, 'artifacts/same.txt'));
    const { problems } = await importing.from(made.path);
    expect((await importing.shown(runIdOf(1))).artifacts).toEqual(['own.txt', 'same.txt']);
    expect(problems).toEqual([expect.stringMatching(/link\.txt is a link that leads out/)]);
  });
});
