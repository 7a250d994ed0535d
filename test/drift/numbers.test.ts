/** Tests of numbers, and the distributions behind them, against scipy. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberTest } from '../../src/drift/catalogue';
import { randomFrom } from '../../src/drift/random';
import { paired } from '../../src/drift/samples';
import { sortNumbers } from '../../src/drift/sort';
import { kolmogorovTail } from '../../src/drift/special/kolmogorov';
import { chiSquaredTail, normalTail, studentTail } from '../../src/drift/special/tails';
import type { DriftTestName } from '../../src/protocol/drift';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';
const NAMES = [
  ...(['ks', 'wasserstein', 'wasserstein_normed', 'energy', 'mann_whitney', 'welch_t', 'kuiper'] as const),
  ...(['cramer_von_mises', 'anderson_darling'] as const),
];

/** The one is interpolated from a table, of the other scipy leaves out terms below 1e-7. */
const TABLES = new Set<DriftTestName>(['anderson_darling', 'cramer_von_mises']);

const random = randomFrom(23);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const some = (count: number, of: () => number): Float64Array => Float64Array.from({ length: count }, of);

const PAIRS: Readonly<Record<string, readonly [Float64Array, Float64Array]>> = {
  'two and three values': [Float64Array.of(1, 2), Float64Array.of(1.5, 2.5, 7)],
  'one value each': [Float64Array.of(1), Float64Array.of(2)],
  'equal samples': [Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 2, 3, 4)],
  constants: [new Float64Array(30).fill(5), new Float64Array(20).fill(5)],
  'constants that differ': [new Float64Array(30).fill(5), new Float64Array(20).fill(6)],
  'disjoint samples': [some(50, random), some(40, () => 2 + random())],
  'seven and nine, without ties': [some(7, normal), some(9, () => normal() + 0.5)],
  'twenty and eighteen': [some(20, normal), some(18, () => normal() * 2)],
  'twelve each': [some(12, normal), some(12, normal)],
  ties: [some(300, () => Math.floor(random() * 7)), some(200, () => Math.floor(random() * 8))],
  'two hundred each': [some(200, normal), some(200, () => normal() + 0.1)],
  'very unequal sizes': [some(20_000, normal), some(23, () => normal() * 1.5)],
  'a thousand and 999': [some(1000, normal), some(999, () => normal() + 0.08)],
  'ten thousand and a few less': [some(10_000, normal), some(9_973, () => normal() + 0.02)],
  'a hundred thousand, and a little shift': [some(100_000, normal), some(120_000, () => normal() + 0.01)],
  'a hundred thousand, and a large one': [some(100_000, normal), some(100_000, () => normal() + 0.5)],
  'huge numbers': [some(500, () => normal() * 1e150), some(400, () => normal() * 1.2e150)],
  'tiny numbers': [some(500, () => normal() * 1e-150), some(400, () => normal() * 1.2e-150)],
  'a small spread far from 0': [some(3000, () => 1e9 + normal()), some(2500, () => 1e9 + 0.1 + normal())],
};

/** n and x from all over the regimes of the distribution. */
const KSTWO = [
  1, 2, 5, 20, 100, 139, 140, 141, 500, 2500, 5001, 50_000, 99_999, 100_001, 1_000_000, 10_000_000,
].flatMap((n) =>
  [0.2, 0.3, 0.5, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 2, 2.5, 4].flatMap((z): [number, number][] => {
    const x = z / Math.sqrt(n);
    return x < 1 ? [[n, x]] : [];
  }),
);

const TAILS: readonly (readonly ['chi' | 'normal' | 't', number, number])[] = [
  ...[0.5, 1, 2, 3, 20, 999, 20_000, 2e6].flatMap((df) =>
    [0.001, 0.5, 0.9, 1, 1.1, 1.5, 3].map((part) => ['chi', df * part, df] as const),
  ),
  ...[0, 1e-8, 0.3, 1, 2, 5, 10, 37, -1, -5].map((z) => ['normal', z, 0] as const),
  ...[0.7, 1, 3.3, 99.5, 1e4, 1e6, 1e9].flatMap((df) => [1e-6, 0.1, 2, 10, 38, -3].map((t) => ['t', t, df] as const)),
];

type Told = Record<string, readonly [number, number | null] | null>;
let expected: {
  readonly samples: readonly Told[];
  readonly kstwo: readonly number[];
  readonly tails: readonly number[];
};

const folder = mkdtempSync(join(tmpdir(), 'lw-drift-numbers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(PYTHON === '')('as scipy has it', () => {
  beforeAll(() => {
    const samples = Object.values(PAIRS).map((pair, at) => ({
      seed: true,
      files: pair.map((values, side) => {
        const path = join(folder, `${String(at)}-${String(side)}`);
        writeFileSync(path, new Uint8Array(values.buffer));
        return path;
      }),
    }));
    const input = JSON.stringify({ samples, kstwo: KSTWO, tails: TAILS });
    const script = join(import.meta.dirname, 'numbers_expected.py');
    // Python writes NaN and Infinity, which are no JSON.
    const said = execFileSync(PYTHON, [script], { input, maxBuffer: 1e8 })
      .toString()
      .replaceAll(/-?(NaN|Infinity)/g, 'null');
    expected = JSON.parse(said) as typeof expected;
  }, 120_000);

  describe.each(Object.keys(PAIRS).map((name, at) => [name, at] as const))('%s', (name, at) => {
    it.each(NAMES)('%s', (test: DriftTestName) => {
      const [one, other] = PAIRS[name] ?? [new Float64Array(0), new Float64Array(0)];
      const found = numberTest(test)?.(paired(sortNumbers(one.slice()), sortNumbers(other.slice())), {
        seed: 1,
        permutations: 99,
      });
      const told = expected.samples[at]?.[test];
      if (!found) throw new Error(`There is no ${test}.`);
      if (!told) return; // scipy refuses to
      const [statistic, pValue] = told;
      if (typeof statistic === 'number')
        near(found.statistic, statistic, 1e-9, Math.max(1e-9 * Math.abs(statistic), 1e-300));
      // Squares of squares overflow in scipy, and it goes on with one degree of freedom.
      const isBeyond = test === 'welch_t' && /huge|tiny/.test(name);
      if (typeof pValue === 'number' && !isBeyond) near(found.pValue ?? NaN, pValue, TABLES.has(test) ? 1e-6 : 1e-9, 0);
    });
  });

  it('the distribution of the Kolmogorov-Smirnov statistic, for few values and for millions', () => {
    for (const [at, [n, x]] of KSTWO.entries())
      near(kolmogorovTail(n, x), expected.kstwo[at] ?? NaN, 1e-10, 0, `${String(n)} ${String(x)}`);
  });

  it('tails, to twelve digits, however small they are', () => {
    const of = { chi: chiSquaredTail, normal: normalTail, t: studentTail };
    for (const [at, [kind, x, df]] of TAILS.entries()) {
      const value = expected.tails[at] ?? NaN;
      near(of[kind](x, df), value, 1e-12 * value, 1e-300, `${kind} ${String(x)} ${String(df)}`);
    }
  });
});

function near(found: number, wanted: number, absolute: number, relative: number, what = ''): void {
  const off = Math.abs(found - wanted);
  expect(off <= Math.max(absolute, relative), `${what}: ${String(found)} is ${String(off)} off ${String(wanted)}`).toBe(
    true,
  );
}

it('means without any spread are the same, or are not', () => {
  const welch = numberTest('welch_t');
  const options = { seed: 1, permutations: 99 };
  const [five, six] = [Float64Array.of(5, 5, 5), Float64Array.of(6, 6)];
  expect(welch?.(paired(five, Float64Array.of(5, 5)), options)).toEqual({ statistic: 0, pValue: 1 });
  expect(welch?.(paired(five, six), options)).toEqual({ statistic: -Infinity, pValue: 0 });
});
