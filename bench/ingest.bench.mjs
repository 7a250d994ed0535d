/**
 * A million points of a run that has just ended: until they are in the store, while pages of the tree are asked for.
 * The peer is the `sqlite3` module of Python inserting the same points, already parsed, in one transaction: what the
 * database itself costs.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { interleave, ratios, report, spread } from './stats.mjs';
import { loadClient, root, temporaryStore, until } from './store.mjs';

const ROUNDS = 3;
const POINTS = 1_000_000;
const LIMITS = { seconds: 10, pageMs: 50 };

const client = await loadClient();
const store = temporaryStore(client);
const { connection, hello } = await store.open();
// The tree is there before the points come, as in a window.
await connection.request('runs/list', { limit: 100 });
/** @type {number[]} */
const pages = [];
let peakBytes = 0;

async function ingest() {
  const run = client.prepareRun(
    store.paths.root,
    { target: { kind: 'script', file: 'x.py', args: [] }, python: 'python3', cwd: store.folder },
    { folder: join(root, 'python') },
  );
  writeFileSync(join(run.folder, 'journals', '999999-1-bench.lwj'), journal(POINTS));
  writeFileSync(join(run.folder, 'runner.json'), endedRunner());
  const began = performance.now();
  const { run_id: runId } = run.spec;
  await until(async () => {
    const asked = performance.now();
    await connection.request('runs/list', { limit: 100 });
    pages.push(performance.now() - asked);
    peakBytes = Math.max(peakBytes, residentBytes(hello.engine.pid));
    const { runs } = await connection.request('runs/rows', { runIds: [runId] });
    return runs[0]?.timing.status === 'FINISHED';
  }, 20);
  return (performance.now() - began) / 1000;
}

async function sqlite() {
  const script = `
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA journal_mode=WAL"); db.execute("PRAGMA synchronous=NORMAL")
db.execute("CREATE TABLE IF NOT EXISTS p (m INTEGER, o INTEGER, s INTEGER, t INTEGER, v REAL, PRIMARY KEY (m, o)) WITHOUT ROWID")
m = int(time.time() * 1000)
began = time.perf_counter()
db.executemany("INSERT INTO p VALUES (?,?,?,?,?)", ((m, i, i, 1000 + i, i / 3) for i in range(${POINTS})))
db.commit()
print(time.perf_counter() - began)`;
  return Number(execFileSync('python3', ['-c', script, join(store.folder, 'peer.db')], { encoding: 'utf8' }));
}

try {
  const figures = await interleave(ROUNDS, { loopwright: ingest, sqlite });
  pages.sort((left, right) => left - right);
  report('ingest', {
    rounds: ROUNDS,
    points: POINTS,
    'seconds until readable': spread(figures.loopwright),
    'seconds of bare inserts': spread(figures.sqlite),
    'ratio to bare inserts': ratios(figures.loopwright, figures.sqlite),
    'page of the tree meanwhile, ms': {
      ...spread(pages),
      p99: pages[Math.floor(pages.length * 0.99)],
      pages: pages.length,
    },
    'engine peak resident MB': Math.round(peakBytes / 1e6),
    limits: LIMITS,
  });
} finally {
  await store.dispose(connection);
}

function journal(/** @type {number} */ count) {
  const parts = [Buffer.from('LWJRNL1\n')];
  for (let step = 0; step < count; step++) {
    const payload = Buffer.from(
      JSON.stringify(['metric', 1_700_000_000_000 + step, step, { loss: Math.sin(step / 1000) }]),
    );
    const header = Buffer.alloc(8);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(crc32(payload), 4);
    parts.push(header, payload);
  }
  return Buffer.concat(parts);
}

function endedRunner() {
  const gone = { pid: 999_999, start: '1' };
  const state = {
    state: 'exited',
    keeper: gone,
    runner: gone,
    child: gone,
    boot_id: 'x',
    started_ms: Date.now(),
    ended_ms: Date.now(),
  };
  const rest = {
    exit_code: 0,
    signal: null,
    stop_requested: false,
    tty: false,
    error: null,
    output_lost: null,
    hook: 'loaded',
  };
  return JSON.stringify({ ...state, ...rest }).padEnd(4096);
}

/** Linux only; 0 elsewhere. */
function residentBytes(/** @type {number} */ pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
