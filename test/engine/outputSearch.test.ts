import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { searchOutput } from '../../src/engine/tracking/outputSearch';
import type { OutputPlace } from '../../src/protocol/requests';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-output-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const START: OutputPlace = { offset: 0, line: 0 };

function search(output: string | Buffer, text: string, { matchCase = false, patienceMs = 10_000 } = {}) {
  writeFileSync(join(folder, 'output.log'), output);
  const hits = [];
  let from: OutputPlace | null = START;
  let answers = 0;
  while (from !== null) {
    const found = searchOutput(folder, { text, matchCase, from }, patienceMs);
    hits.push(...found.hits);
    from = found.next;
    answers++;
  }
  return { hits, answers };
}

describe('a text in the output', () => {
  it('is found in every line, with the place where the line begins', () => {
    const { hits } = search('loss 1\nLoss 2 loss\n\nx\nno end loss', 'loss');
    expect(hits).toEqual([
      { offset: 0, line: 0, nth: 0 },
      { offset: 7, line: 1, nth: 0 },
      { offset: 7, line: 1, nth: 1 },
      { offset: 22, line: 4, nth: 0 },
    ]);
    expect(search('loss\nLoss', 'Loss', { matchCase: true }).hits).toEqual([{ offset: 5, line: 1, nth: 0 }]);
  });

  it('is what one reads: colours and titles are left out, and any script is text', () => {
    const output = '\u001B[1mva\u001B[38;5;208ml/\u001B[0mloss\r\n\u001B]0;val/loss\u0007ДЛИНА 名\n31m';
    expect(search(output, 'VAL/LOSS').hits).toEqual([{ offset: 0, line: 0, nth: 0 }]);
    expect(search(output, 'длина').hits.map(({ line }) => line)).toEqual([1]);
    expect(search(output, '31m').hits.map(({ line }) => line)).toEqual([2]);
    expect(search(output, '[1m').hits).toEqual([]);
    expect(search(output, '.*').hits).toEqual([]);
  });

  it('is found in all of a long output, a piece at a time', () => {
    const lines = Array.from({ length: 12_000 }, (_, line) => `line ${String(line)} ${'x'.repeat(60)}\n`);
    const output = lines.join('');
    expect(output.length).toBeGreaterThan(3 << 18);
    const late = search(output, 'line 11999 ', { patienceMs: 0 });
    expect(late.hits).toEqual([{ offset: output.length - (lines.at(-1)?.length ?? 0), line: 11_999, nth: 0 }]);
    expect(late.answers).toBeGreaterThan(2);
    const all = search(output, 'line');
    expect(all.hits.map(({ line }) => line)).toEqual(lines.map((_, line) => line));
    expect(all.answers).toBeGreaterThanOrEqual(12);
  });

  it('is found behind a line of megabytes and in bytes that are no text', () => {
    const output = Buffer.concat([
      Buffer.alloc(1 << 20, 'a'),
      Buffer.from([0x0a, 0xff, 0xfe, 0x0a]),
      Buffer.from('needle'),
    ]);
    expect(search(output, 'needle').hits).toEqual([{ offset: output.length - 6, line: 2, nth: 0 }]);
  });

  it('is not in a run that printed nothing', () => {
    expect(searchOutput(folder, { text: 'x', matchCase: false, from: START })).toEqual({
      hits: [],
      next: null,
      sizeBytes: 0,
    });
  });
});
