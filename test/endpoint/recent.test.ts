/** What an endpoint remembers of its last requests, with or without a log. */
import { describe, expect, it } from 'vitest';
import { type Call, newCall } from '../../src/endpoint/call';
import { RecentRequests } from '../../src/endpoint/recent';

const call = (id: string, rows: number | null): Call => ({
  ...newCall('MLflow', { 'x-request-id': id }),
  model: rows === null ? null : { model: 'fraud', version: '3', file: '/m.onnx', digest: null },
  feeds: rows === null ? null : [{ name: 'x', datatype: 'FP32', shape: [rows, 2], data: new Float32Array(rows * 2) }],
});

describe('the last requests', () => {
  it('are told the newest first, in few words, those that failed with their cause', () => {
    const recent = new RecentRequests();
    expect(recent.list).toEqual([]);
    recent.add(call('one', 2), 200, null);
    recent.add(call('two', null), 413, 'x'.repeat(10_000));
    const [two, one] = recent.list;
    expect(one).toEqual({
      ...{ number: 1, id: 'one', dialect: 'MLflow', version: '3', rows: 2, status: 200, failure: null },
      timeMs: expect.any(Number) as number,
      tookMs: expect.any(Number) as number,
    });
    expect(two).toMatchObject({
      number: 2,
      id: 'two',
      version: null,
      rows: null,
      status: 413,
      failure: 'x'.repeat(500),
    });
  });

  it('are never more than fifty, and what was told does not change by what comes', () => {
    const recent = new RecentRequests();
    for (let at = 1; at <= 120; at++) recent.add(call(String(at), 1), 200, null);
    const told = recent.list;
    expect(told.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, at) => 120 - at));
    recent.add(call('new', 1), 200, null);
    expect(told.map(({ id }) => id)).not.toContain('new');
    expect(recent.list.map(({ id }) => id).slice(0, 2)).toEqual(['new', '120']);
    expect(recent.list).toHaveLength(50);
  });
});
