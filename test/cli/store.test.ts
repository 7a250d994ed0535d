/** Stores that are damaged, newer, somebody else's or read-only: each is told, and none keeps a script from running. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cliFile,
  documentIn,
  Failure,
  Finished,
  Repaired,
  RunDocument,
  RunList,
  LOG_SCRIPT,
  workplace,
  type Workplace,
} from './support';
import { rare } from '../support/rare';

let at: Workplace;
beforeEach(() => {
  at = workplace({ capture: false });
  at.write('log.py', LOG_SCRIPT);
});
afterEach(() => at.dispose());

const database = () => join(at.store, 'store.db');

/** What the last engine left in the write-ahead log goes to the database itself, where the damage will be done. */
function foldLog(): void {
  const db = new Database(database());
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

describe('a damaged database', () => {
  const before = async () => {
    for (const n of ['3', '200']) await at.call(['run', '--experiment', `n${n}`, '-P', `n=${n}`, 'log.py', n]);
    const runs = await at.json(RunList, ['runs', 'list']);
    await at.call(['engine', 'stop']);
    foldLog();
    return runs;
  };

  const isToldAndMended = async (damage: (file: string) => void) => {
    const known = await before();
    damage(database());
    const told = await at.refusal(['runs', 'list']);
    expect(told).toMatchObject({ exitCode: 2, code: 'store_corrupt' });
    expect(told.message).toMatch(/store\.db is damaged.*Run "loopwright engine repair"/);
    const repaired = await at.json(Repaired, ['engine', 'repair']);
    expect(repaired).toMatchObject({ complete: true, store: { state: 'ready' } });
    expect(statSync(repaired.kept_as ?? '').size).toBeGreaterThan(0);
    expect(await at.json(RunList, ['runs', 'list'])).toEqual(known);
    const [last] = known.runs;
    const shown = await at.json(RunDocument, ['runs', 'show', last?.run_id ?? '']);
    expect(shown).toMatchObject({ params: { n: '200' }, metrics: { x: { count: 200, last: 199 } } });
  };

  it('that is no database any more is told, and made again by repair', () =>
    isToldAndMended((file) => {
      writeFileSync(file, 'x'.repeat(50_000));
    }));

  rare('that is cut short is told, and made again by repair', () =>
    isToldAndMended((file) => {
      writeFileSync(file, readFileSync(file).subarray(0, 9000));
    }),
  );

  rare('with broken pages behind a sound beginning is told, and made again by repair', () =>
    isToldAndMended((file) => {
      const descriptor = openSync(file, 'r+');
      for (let offset = 4096; offset < statSync(file).size; offset += 4096)
        writeSync(descriptor, Buffer.alloc(2000, 0xab), 0, 2000, offset);
      closeSync(descriptor);
    }),
  );

  it('does not keep a script from running', async () => {
    await before();
    writeFileSync(database(), 'x'.repeat(50_000));
    const { code, stdout, stderr } = await at.call(['--json', 'run', 'log.py', '4']);
    expect(code).toBe(0);
    expect(documentIn({ stdout, stderr }, Finished)).toMatchObject({ status: 'FINISHED', exit_code: 0, metrics: {} });
    expect(stderr).toMatch(/done\n.*✔ finished in.*\n! .*is damaged.*engine repair.* Nothing is lost: the run is in /s);
    await at.call(['engine', 'repair']);
    expect(await at.json(RunDocument, ['runs', 'show', 'latest'])).toMatchObject({ metrics: { x: { count: 4 } } });
  });

  it('is the only thing that repair mends', async () => {
    await before();
    const { code, stderr } = await at.call(['engine', 'repair']);
    expect([code, stderr]).toEqual([2, 'loopwright: The database is not damaged: there is nothing to repair.\n']);
  });
});

rare('a store of a newer version is left alone, and says so', async () => {
  await at.call(['run', 'log.py', '3']);
  await at.call(['engine', 'stop']);
  const db = new Database(database());
  db.pragma('user_version = 999');
  db.close();
  const told = await at.refusal(['runs', 'list']);
  expect(told).toMatchObject({ exitCode: 2, code: 'store_newer' });
  expect(told.message).toMatch(/newer version of Loopwright.*Update Loopwright/);
  // A run is not lost to the newer version, and the script does not suffer.
  const { code, stderr } = await at.call(['run', 'log.py', '3']);
  expect(code).toBe(0);
  expect(stderr).toMatch(/! .*newer version.* Nothing is lost/);
  const after = new Database(database(), { readonly: true });
  expect(after.pragma('user_version', { simple: true })).toBe(999);
  expect(after.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(1);
  after.close();
});

it('a store that came from elsewhere can be read, and is changed after a run in it', async () => {
  await at.call(['run', 'log.py', '3']);
  // On a busy machine the database may only just be being made, and half of one is copied.
  expect((await at.json(RunList, ['runs', 'list'])).runs).toHaveLength(1);
  await at.call(['engine', 'stop']);
  const clone = join(at.folder, 'clone');
  mkdirSync(clone);
  cpSync(at.store, join(clone, '.loopwright'), { recursive: true });
  copyFileSync(join(at.folder, 'log.py'), join(clone, 'log.py'));
  expect((await at.json(RunList, ['runs', 'list'], { cwd: clone })).runs).toHaveLength(1);
  expect((await at.refusal(['runs', 'delete', 'latest'], { cwd: clone })).code).toBe('not_adopted');
  expect((await at.call(['run', 'log.py', '1'], { cwd: clone })).code).toBe(0);
  expect((await at.call(['runs', 'delete', 'latest'], { cwd: clone })).code).toBe(0);
  await at.call(['engine', 'stop'], { cwd: clone });
});

const mayMount = process.platform === 'linux' && spawnSync('unshare', ['-m', 'true']).status === 0;

describe.skipIf(!mayMount)('on a read-only file system (needs leave to mount)', () => {
  /** Calls in a mount namespace of its own, where the folder is read-only. */
  const readOnly = (...words: string[]) => {
    const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && shift && exec "$@"';
    const {
      status: code,
      stdout,
      stderr,
    } = spawnSync('unshare', ['-m', 'sh', '-c', script, 'sh', at.folder, process.execPath, cliFile, ...words], {
      env: at.environment(),
      encoding: 'utf8',
    });
    return { code, stdout, stderr };
  };

  it('nothing can be run where there is no store yet', () => {
    const { code, stderr } = readOnly('run', 'log.py', '1');
    expect(code).toBe(125);
    expect(stderr).toMatch(
      /^loopwright: The store .* can't be written \(.*\)\. Choose another place with --store DIR\.\n$/,
    );
  });

  it('a store can be read, and not written', async () => {
    await at.call(['run', 'log.py', '3']);
    await at.call(['engine', 'stop']);
    const { code, stdout, stderr } = readOnly('--json', 'runs', 'list');
    expect(code).toBe(0);
    expect(documentIn({ stdout, stderr }, RunList).runs.map(({ name }) => name)).toEqual(['log']);
    const shown = readOnly('--json', 'runs', 'show', 'latest');
    expect(documentIn(shown, RunDocument).metrics.x?.count).toBe(3);
    const refused = readOnly('--json', 'runs', 'delete', 'latest');
    expect(refused.code).toBe(1);
    expect(documentIn(refused, Failure).error.code).toBe('read_only');
    const run = readOnly('run', 'log.py', '1');
    expect(run.code).toBe(125);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(/can't be written/);
    readOnly('engine', 'stop');
  });

  rare('a run goes to another store', async () => {
    const elsewhere = join(dirname(at.folder), 'elsewhere');
    const { code, stdout, stderr } = readOnly('--json', 'run', '--store', elsewhere, 'log.py', '1');
    expect(code).toBe(0);
    expect(documentIn({ stdout, stderr }, Finished).store).toBe(elsewhere);
    await at.call(['engine', 'stop', '--store', elsewhere]);
  });
});
