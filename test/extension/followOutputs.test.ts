import { describe, expect, it } from 'vitest';
import { errorOf, formOf } from '../../src/extension/notebooks/followOutputs';
import { FollowQueue } from '../../src/extension/notebooks/followQueue';
import { MAX_CELL_OUTPUT_BYTES, MAX_CELL_TEXT } from '../../src/protocol/notebooks';
import { errorOutput, outputOf, STDERR, STDOUT } from './followSupport';

describe('what is recorded of an output', () => {
  it('is the text of a stream, whose pieces are one', () => {
    const pieces = { items: ['a', 'b\n'].map((text) => ({ mime: STDOUT, data: Buffer.from(text) })) };
    expect(formOf(pieces)).toMatchObject({
      kind: 'stream',
      name: 'stdout',
      mime: 'text/plain',
      data: 'ab\n',
      sizeBytes: 3,
    });
    expect(formOf(outputOf({ [STDERR]: 'oh' }))).toMatchObject({ name: 'stderr' });
  });

  it('is the most telling form, with the plain one beside it', () => {
    const table = outputOf({ 'text/plain': 'a b', 'text/html': '<table>' }, { outputType: 'execute_result' });
    expect(formOf(table)).toMatchObject({ kind: 'result', mime: 'text/html', data: '<table>', alternative: 'a b' });
    const figure = formOf(outputOf({ 'text/plain': '<Figure>', 'image/png': new Uint8Array([137, 80]) }));
    expect(figure).toMatchObject({ kind: 'display', data: null, alternative: '<Figure>', isCut: false });
    expect(figure.file).toMatchObject({ ending: 'png' });
    expect(formOf(outputOf({ 'application/vnd.custom+json': '{"a":1}' }))).toMatchObject({ data: '{"a":1}' });
    expect(formOf({ items: [] })).toMatchObject({ data: '', sizeBytes: 0 });
  });

  it('is a file where the text is long, cut between characters above the limit', () => {
    const long = formOf(outputOf({ 'text/plain': 'é'.repeat(MAX_CELL_TEXT + 1) }));
    expect(long).toMatchObject({ data: null, isCut: false, file: { ending: 'txt' } });
    const huge = formOf(outputOf({ [STDOUT]: 'x' + 'é'.repeat(MAX_CELL_OUTPUT_BYTES) }));
    expect(huge).toMatchObject({ isCut: true, sizeBytes: 2 * MAX_CELL_OUTPUT_BYTES + 1 });
    const text = new TextDecoder('utf-8', { fatal: true }).decode(huge.file?.bytes);
    expect(text.length).toBe(MAX_CELL_OUTPUT_BYTES / 2);
  });

  it('is no part of a picture', () => {
    const picture = outputOf({ 'image/png': new Uint8Array(MAX_CELL_OUTPUT_BYTES + 1), 'text/plain': 'a map' });
    expect(formOf(picture)).toMatchObject({ data: null, file: null, isCut: true, alternative: 'a map' });
  });

  it('is the traceback of an error, whatever the kernel has made of it', () => {
    expect(formOf(errorOutput('ValueError'))).toMatchObject({ kind: 'error', data: 'Traceback …' });
    expect(formOf(errorOutput('ValueError', 'bad', ''))).toMatchObject({ data: 'ValueError: bad' });
    expect(errorOf(Buffer.from('no JSON'))).toEqual({ name: 'Error', message: 'no JSON', traceback: '' });
    expect(errorOf(Buffer.from('[1]'))).toEqual({ name: 'Error', message: '', traceback: '' });
  });
});

describe('what waits to be told', () => {
  const execution = (n: number, more: object = {}) =>
    ['execution', 1, { n, cell: null, index: 0, state: 'running', start_ms: 1, ...more }] as const;
  const output = (n: number, i: number, data: string) =>
    ['output', 1, { n, i, kind: 'stream', mime: 'text/plain', data, size: data.length }] as const;

  it('is the latest word on each, with the text of the first', () => {
    const queue = new FollowQueue();
    queue.add([...execution(0, { source: 'x = 1' })]);
    queue.add([...output(0, 0, 'a')]);
    queue.add([...output(0, 0, 'ab')]);
    queue.add([...execution(0, { state: 'ok' })]);
    const batch = queue.take();
    expect(batch?.records.map(([, , body]) => body)).toMatchObject([{ state: 'ok', source: 'x = 1' }, { data: 'ab' }]);
    batch?.isTold();
    expect(queue.take()).toBeNull();
  });

  it('stays where it was not acknowledged, or has changed meanwhile', () => {
    const queue = new FollowQueue();
    queue.add([...output(0, 0, 'a')]);
    expect(queue.take()?.records).toHaveLength(1);
    const again = queue.take();
    queue.add([...output(0, 0, 'ab')]);
    again?.isTold();
    expect(queue.take()?.records.map(([, , body]) => body)).toMatchObject([{ data: 'ab' }]);
  });

  it('goes in messages that are far below 1 MB, however JSON writes the text', () => {
    const queue = new FollowQueue();
    for (let i = 0; i < 300; i++) queue.add([...output(0, i, '\u0001'.repeat(20_000))]);
    let told = 0;
    for (let batch = queue.take(); batch; batch = queue.take()) {
      expect(JSON.stringify(batch.records).length).toBeLessThan(600_000);
      told += batch.records.length;
      batch.isTold();
    }
    expect(told + queue.dropped).toBe(300);
  });

  it('gives up the oldest outputs first where there is no room, and counts them', () => {
    const queue = new FollowQueue(1_000);
    queue.add([...execution(0)]);
    for (let i = 0; i < 5; i++) queue.add([...output(0, i, 'x'.repeat(250))]);
    expect(queue.dropped).toBe(3);
    const kept = queue.take()?.records.map(([kind, , body]) => [kind, 'i' in body ? body.i : null]);
    expect(kept).toEqual([
      ['execution', null],
      ['output', 3],
      ['output', 4],
    ]);
  });
});
