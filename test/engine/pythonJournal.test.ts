/** What the hook writes, as the engine reads it: the two sides of the format held together by real bytes. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRecord, splitJournal } from '../../src/protocol/journal';
import type { JournalRecord } from '../../src/protocol/records';
import { pythonPath, repository } from './support';

let folder: string;
let expected: Record<string, { records: unknown[]; left_bytes: number }>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-journals-'));
  execFileSync(pythonPath(), [join(repository, 'test/python/make_journal.py'), folder]);
  expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as typeof expected;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const read = (name: string) => {
  const bytes = readFileSync(join(folder, name));
  return { bytes, ...splitJournal(bytes, true, (data) => crc32(data)) };
};

describe('a journal that Python wrote', () => {
  it.each(['all-kinds.lwj', 'torn.lwj', 'corrupt.lwj', 'empty.lwj'])('%s is read to the same place', (name) => {
    const { bytes, payloads, consumed } = read(name);
    expect(payloads).toHaveLength(expected[name]?.records.length ?? -1);
    expect(bytes.length - consumed).toBe(expected[name]?.left_bytes);
  });

  it('has only records that the engine understands', () => {
    const records = read('all-kinds.lwj').payloads.map((payload) => parseRecord(payload));
    expect(records).not.toContain(null);
    const kinds = new Set(records.map((record) => record?.[0]));
    expect(kinds).toEqual(new Set<JournalRecord[0]>(['open', 'param', 'metric', 'tag', 'note', 'artifact']));
  });

  it('says its process in the first record, and marks the script itself', () => {
    const [first] = read('all-kinds.lwj').payloads;
    expect(first && parseRecord(first)).toMatchObject(['open', expect.any(Number), { main: expect.any(Boolean) }]);
  });
});
