/**
 * Importing a `mlruns/` of 1,000 runs and a `mlflow.db` of 10,000, each run with 20 metrics and 20 parameters, until all of
 * them can be read. The store lies in memory where the system has such a folder: some file systems take a millisecond for
 * the two folders of a run. MLflow has nothing beside it that reads both into another store, so the figures are plain
 * seconds, with those of importing the same again. `LOOPWRIGHT_BENCH_PART=10` takes a tenth.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { report } from './stats.mjs';
import { loadClient, memoryFolder, temporaryStore } from './store.mjs';

const PART = Number(process.env.LOOPWRIGHT_BENCH_PART ?? 1);
const RUNS = { mlruns: Math.ceil(1000 / PART), database: Math.ceil(10_000 / PART) };
const VALUES = 20;
const START_MS = 1_700_000_000_000;
const LIMITS = { 'mlruns, seconds': 5, 'mlflow.db, seconds': 10 };

/** Spread over all ids as random ones are, and always the same. @param {number} number @param {string} kind */
const idOf = (number, kind) =>
  `${((number * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}${kind}${number.toString(16).padStart(23, '0')}`;
const valueOf = (/** @type {number} */ run, /** @type {number} */ key) =>
  ((run * 7919 + key * 104_729) % 100_003) / 100_003;

/** @param {string} path */
function makeDatabase(path) {
  const db = new Database(path);
  db.pragma('synchronous = OFF');
  db.exec(`
    CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT, artifact_location TEXT, lifecycle_stage TEXT,
      creation_time BIGINT, last_update_time BIGINT);
    CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name TEXT, user_id TEXT, status TEXT, start_time BIGINT,
      end_time BIGINT, lifecycle_stage TEXT, artifact_uri TEXT, experiment_id INTEGER);
    CREATE TABLE tags (key TEXT, value TEXT, run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
    CREATE TABLE params (key TEXT, value TEXT, run_uuid VARCHAR(32), PRIMARY KEY (key, run_uuid));
    CREATE TABLE metrics (key TEXT, value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32), step BIGINT, is_nan BOOLEAN,
      PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
    CREATE INDEX index_tags_run_uuid ON tags (run_uuid);
    CREATE INDEX index_params_run_uuid ON params (run_uuid);
    CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
    INSERT INTO experiments VALUES (1, 'bench', './mlruns/1', 'active', ${START_MS}, ${START_MS})`);
  const addRun = db.prepare(`INSERT INTO runs VALUES (?, ?, 'me', 'FINISHED', ?, ?, 'active', ?, 1)`);
  const addTag = db.prepare('INSERT INTO tags VALUES (?, ?, ?)');
  const addParam = db.prepare('INSERT INTO params VALUES (?, ?, ?)');
  const addMetric = db.prepare('INSERT INTO metrics VALUES (?, ?, ?, ?, 0, 0)');
  db.transaction(() => {
    for (let run = 0; run < RUNS.database; run++) {
      const id = idOf(run, 'd');
      const startMs = START_MS + run * 1000;
      addRun.run(id, `run-${run}`, startMs, startMs + 500, `./mlruns/1/${id}/artifacts`);
      addTag.run('mlflow.runName', `run-${run}`, id);
      addTag.run('mlflow.source.name', 'train.py', id);
      for (let key = 0; key < VALUES; key++) {
        addParam.run(`param_${key}`, String(valueOf(run, key)), id);
        addMetric.run(`metric_${key}`, valueOf(run, key), startMs, id);
      }
    }
  })();
  db.close();
}

/** @param {string} path */
function makeMlruns(path) {
  const experiment = join(path, '1');
  mkdirSync(experiment, { recursive: true });
  writeFileSync(
    join(experiment, 'meta.yaml'),
    `artifact_location: file://${experiment}\nexperiment_id: '1'\nlifecycle_stage: active\nname: bench of files\n`,
  );
  for (let run = 0; run < RUNS.mlruns; run++) {
    const id = idOf(run, 'f');
    const folder = join(experiment, id);
    const startMs = START_MS + run * 1000;
    for (const name of ['params', 'metrics', 'tags', 'artifacts']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(
      join(folder, 'meta.yaml'),
      `artifact_uri: file://${folder}/artifacts\nend_time: ${startMs + 500}\nentry_point_name: ''\nexperiment_id: '1'
lifecycle_stage: active\nrun_id: ${id}\nrun_name: run-${run}\nrun_uuid: ${id}\nsource_name: ''\nsource_type: 4
source_version: ''\nstart_time: ${startMs}\nstatus: 3\ntags: []\nuser_id: me\n`,
    );
    writeFileSync(join(folder, 'tags/mlflow.runName'), `run-${run}`);
    for (let key = 0; key < VALUES; key++) {
      writeFileSync(join(folder, `params/param_${key}`), String(valueOf(run, key)));
      writeFileSync(join(folder, `metrics/metric_${key}`), `${startMs} ${valueOf(run, key)} 0\n`);
    }
  }
}

const client = await loadClient();
const store = temporaryStore(client, memoryFolder());
const { connection } = await store.open();
try {
  const places = { mlruns: join(store.folder, 'mlruns'), database: join(store.folder, 'mlflow.db') };
  makeMlruns(places.mlruns);
  makeDatabase(places.database);
  /** @param {string} path */
  const timed = async (path) => {
    const began = performance.now();
    const { runs } = await connection.request('import/start', { path });
    return { seconds: (performance.now() - began) / 1000, ...runs };
  };
  report('import', {
    'mlruns, seconds': await timed(places.mlruns),
    'mlruns again': await timed(places.mlruns),
    'mlflow.db, seconds': await timed(places.database),
    'mlflow.db again': await timed(places.database),
    'values of a run': { metrics: VALUES, params: VALUES },
    limits: LIMITS,
  });
} finally {
  await store.dispose(connection);
}
