import { describe, expect, it } from 'vitest';
import { formatDuration, formatNumber, formatRelative } from '../../src/protocol/format';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [40, '0s'],
    [420, '0.4s'],
    [3_000, '3s'],
    [3_240, '3.2s'],
    [9_960, '10s'],
    [42_400, '42s'],
    [59_600, '1m'],
    [134_000, '2m 14s'],
    [HOUR - 400, '1h'],
    [3 * HOUR + 5 * MINUTE + 20 * SECOND, '3h 5m'],
    [DAY - 20 * SECOND, '1d'],
    [2 * DAY + 4 * HOUR, '2d 4h'],
    [Number.NaN, '0s'],
  ])('%d ms reads %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [0.941, '0.941'],
    [0.94126, '0.9413'],
    [0.5, '0.5'],
    [8, '8'],
    [99.995, '100'],
    [123.456, '123.5'],
    [999.96, '1\u2009000'],
    [1234.5678, '1\u2009235'],
    [-12_345.6, '-12\u2009346'],
    [212_690, '212\u2009690'],
    [123_456_789, '123\u2009456\u2009789'],
    [1_234_567_890, '1.235e9'],
    [0.000_123_45, '0.0001234'],
    [0.000_032, '3.2e-5'],
    [-1e-20, '-1e-20'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NEGATIVE_INFINITY, '-∞'],
  ])('%d reads %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('formatRelative', () => {
  const now = Date.UTC(2026, 0, 31, 12);
  it.each([
    [-5 * MINUTE, 'just now'],
    [59 * SECOND, 'just now'],
    [MINUTE, '1 min ago'],
    [59 * MINUTE, '59 min ago'],
    [HOUR, '1 h ago'],
    [23 * HOUR + 59 * MINUTE, '23 h ago'],
    [DAY, 'yesterday'],
    [6 * DAY, '6 days ago'],
    [21 * DAY, '3 weeks ago'],
    [70 * DAY, '2 months ago'],
    [800 * DAY, '2 years ago'],
  ])('an age of %d ms reads %s', (age, text) => {
    expect(formatRelative(now - age, now)).toBe(text);
  });
});
