import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { gcPlanLines } from '../../src/cli/gcRendering';
import { parseAge, parseSize } from '../../src/cli/gcWords';
import { addressesOf } from '../../src/protocol/node/addresses';
import { StoreFile } from '../../src/protocol/runFolder';
import { completed, Finished, Marked, workplace, type Workplace } from './support';
import { rare } from '../support/rare';

const Part = z.strictObject({ count: z.number(), size: z.number().nullable() });
const Parts = z.partialRecord(z.enum(['runs', 'models', 'data', 'code', 'database', 'other']), Part);
const GcDocument = z.strictObject({
  plan: z.strictObject({
    id: z.string(),
    total: z.number(),
    store_size: z.number(),
    parts: Parts,
    run_count: z.number(),
    reasons: z.record(z.string(), z.number()),
    kept: z.record(z.string(), z.number()),
    runs: z.array(
      z.strictObject({
        run_id: z.string(),
        name: z.string(),
        experiment: z.string(),
        start_time: z.string(),
        size: z.number(),
        reason: z.string(),
      }),
    ),
  }),
  removed: z.strictObject({ total: z.number(), parts: Parts }).nullable(),
  problems: z.array(z.string()),
});

const History = z.strictObject({
  retention: z
    .strictObject({
      older_than_days: z.number().nullable(),
      keep: z.number().nullable(),
      max_size: z.number().nullable(),
      applied: z.iso.datetime().nullable(),
    })
    .nullable(),
  removals: z.array(
    z.strictObject({
      time: z.iso.datetime(),
      by: z.enum(['user', 'retention']),
      runs: z.number(),
      size: z.number(),
      problems: z.number(),
    }),
  ),
});

describe('gc', () => {
  let place: Workplace;
  beforeEach(() => {
    place = workplace({ capture: false });
    place.write('train.py', 'print(1)');
  });
  afterEach(() => place.dispose());

  /** A run that is complete: one that is still being recorded stays whatever the rules say. */
  const run = async () => {
    const { run_id: runId } = await place.json(Finished, ['run', 'train.py']);
    await completed(place, runId);
    return runId;
  };
  const runFolders = () => readdirSync(join(place.store, 'runs')).filter((name) => !name.startsWith('.'));

  it('shows what it would do, asks for a word where nobody can be asked, and does it', async () => {
    const [first, second] = [await run(), await run()];
    await place.json(Marked, ['runs', 'delete', first]);
    const nothing = await place.call(['gc']);
    expect(nothing).toMatchObject({ code: 0 });
    expect(nothing.stdout).toMatch(/^Nothing to remove\. The store takes /);

    const rule = ['gc', '--deleted-older-than', '0d'];
    const shown = await place.call([...rule, '--dry-run']);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toMatch(/^Would be removed for good: /);
    expect(shown.stdout).toContain(first.slice(0, 12));
    expect(await place.refusal(rule)).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect((await place.call(rule)).code).toBe(2);
    expect(runFolders()).toHaveLength(2);

    const done = await place.json(GcDocument, [...rule, '--yes']);
    expect(done.plan).toMatchObject({ run_count: 1, reasons: { deleted: 1 }, runs: [{ run_id: first }] });
    expect(done.removed?.parts.runs?.count).toBe(1);
    expect(runFolders()).toEqual([second]);
    expect(existsSync(join(place.store, 'runs', first))).toBe(false);
    expect((await place.refusal(['runs', 'show', first])).code).toBe('not_found');
  });

  it('applies no rules that nobody has confirmed', async () => {
    await run();
    expect(await place.refusal(['gc', '--apply-retention'])).toMatchObject({ exitCode: 2, code: 'not_found' });
    expect(await place.refusal(['gc', '--apply-retention', '--keep', '1'])).toMatchObject({ exitCode: 2 });
    expect(await place.refusal(['gc', '--history', '--older-than', '1d'])).toMatchObject({ exitCode: 2 });
    expect((await place.call(['gc', '--history'])).stdout).toMatch(/^Nothing is removed by itself/);
  });

  rare('applies the rules that were confirmed, and remembers that', async () => {
    await run();
    // As the editor does when its user has said so; runs of today would stay otherwise.
    await place.call(['engine', 'stop']);
    const { folder } = addressesOf(place.store, place.environment());
    const { id } = StoreFile.parse(JSON.parse(readFileSync(join(place.store, 'store.json'), 'utf8')));
    const rules = { olderThanMs: 0, includeRecent: true, deletedOlderThanMs: 0 };
    const appliedMs = Date.now(); // it is not the engine's turn
    writeFileSync(join(folder, 'retention.json'), JSON.stringify({ storeId: id, rules, appliedMs, history: [] }));
    expect((await place.json(GcDocument, ['gc', '--apply-retention'])).removed?.parts.runs?.count).toBe(1);
    expect(runFolders()).toEqual([]);
    const history = await place.json(History, ['gc', '--history']);
    expect(history).toMatchObject({
      retention: { older_than_days: 0, keep: null },
      removals: [{ by: 'user', runs: 1 }],
    });
    const shown = (await place.call(['gc', '--history'])).stdout;
    expect(shown).toMatch(/^Removed by itself once a day: runs older than 0 days, last just now\.\n/);
  });

  it('keeps what is young unless it is told otherwise', async () => {
    await run();
    const rules = ['gc', '--older-than', '0d', '--yes'];
    expect((await place.json(GcDocument, rules)).plan).toMatchObject({ run_count: 0, kept: { recent: 1 } });
    expect(runFolders()).toHaveLength(1);
    const all = await place.call([...rules, '--include-recent']);
    expect(all.stdout).toMatch(/✔ .* freed/);
    expect(runFolders()).toEqual([]);
  });

  it.each([
    ['--older-than', 'soon', /such as 90d/],
    ['--max-size', '10', /such as 10GB/],
    ['--keep', '-1', /--keep/],
    ['--deleted-only', '--keep=1', /no room for/],
  ])('refuses %s %s', async (option, value, message) => {
    const refused = await place.refusal(['gc', option, value]);
    expect(refused).toMatchObject({ exitCode: 2, code: 'bad_request' });
    expect(refused.message).toMatch(message);
  });
});

describe('ages and sizes', () => {
  it('are read as people write them', () => {
    expect(['90d', '1.5h', '2w', '10M'].map(parseAge)).toEqual([7_776_000_000, 5_400_000, 1_209_600_000, 600_000]);
    expect(['10GB', '500 mb', '1KiB', '7b'].map(parseSize)).toEqual([1e10, 5e8, 1024, 7]);
  });

  it.each(['', 'd', '-1d', '1y', 'Infinityd'])('refuse the age "%s"', (text) => {
    expect(() => parseAge(text)).toThrow(/such as 90d/);
  });
});

it("does not let a run's name steer the terminal", () => {
  const lines = gcPlanLines(
    {
      planId: 'x',
      parts: [{ part: 'runs', count: 1, sizeBytes: 5 }],
      totalBytes: 5,
      storeBytes: 10,
      reasons: [],
      kept: [],
      runs: [{ runId: 'a'.repeat(32), name: '\u001b[2J', experiment: 'e\n', startMs: 0, sizeBytes: 5, reason: 'age' }],
      runCount: 3,
      problems: ['\u001b[31m'],
    },
    { paint: (_, text) => text, width: null, nowMs: 1e12 },
  );
  expect(lines.join('')).not.toContain('\u001b');
  expect(lines).toContain('and 2 more');
});
