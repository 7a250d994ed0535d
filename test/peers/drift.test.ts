/** Drift beside Evidently and NannyML: on the same columns the same test, figure, threshold and verdict. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import {
  hellingerSturges,
  jensenShannonSturges,
  kullbackLeiblerSturges,
  psiSturges,
} from '../../src/drift/binning/tests';
import { chiSquaredGoodnessOfFit } from '../../src/drift/categories/chiSquared';
import { pairedCounts } from '../../src/drift/categories/counts';
import { hellinger, jensenShannon } from '../../src/drift/categories/distances';
import { kullbackLeiblerEvidently, psiEvidently } from '../../src/drift/categories/divergences';
import { totalVariation } from '../../src/drift/categories/totalVariation';
import { twoProportions } from '../../src/drift/categories/twoProportions';
import { andersonDarling } from '../../src/drift/numbers/andersonDarling';
import { cramerVonMises } from '../../src/drift/numbers/cramerVonMises';
import { kolmogorovSmirnov } from '../../src/drift/numbers/kolmogorovSmirnov';
import { mannWhitney } from '../../src/drift/numbers/mannWhitney';
import { energyDistance, normedWasserstein } from '../../src/drift/numbers/wasserstein';
import { evidentlyCategories, evidentlyNumbers, evidentlyTest } from '../../src/drift/presets/evidently';
import { nannymlCategories, nannymlChunks, nannymlNumbers } from '../../src/drift/presets/nannyml';
import {
  type CategoriesMethod,
  NANNYML_CATEGORIES,
  NANNYML_NUMBERS,
  type NumbersMethod,
} from '../../src/drift/presets/nannymlMethods';
import {
  paired,
  type PairedCategories,
  type PairedNumbers,
  type TestOptions,
  type TestResult,
} from '../../src/drift/samples';
import { here, run } from './servingModels';

const folder = mkdtempSync(join(tmpdir(), 'lw-drift-'));
const options = { seed: 7, permutations: 1000 };

type Cell = number | string | boolean | null;
interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: 'number' | 'category';
  readonly reference: readonly Cell[];
  readonly current: readonly Cell[];
}

let evidently: readonly EvidentlyColumn[] = [];
let nannyml: readonly NannymlColumn[] = [];

beforeAll(async () => {
  // Neither is to tell its makers of these runs.
  Object.assign(process.env, { DO_NOT_TRACK: '1', NML_DISABLE_USAGE_LOGGING: '1' });
  const pythons = { nannyml: '', evidently: '' };
  pythons.nannyml = await ensureVenv('venv-nannyml', join(here, 'nannyml.txt'));
  pythons.evidently = await ensureVenv('venv-evidently', join(here, 'evidently.txt'));
  for (const peer of ['nannyml', 'evidently'] as const)
    await run(pythons[peer], ['-W', 'ignore', join(here, `drift_${peer}.py`), folder]);
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  evidently = read('evidently.json') as typeof evidently;
  nannyml = read('nannyml.json') as typeof nannyml;
}, 900_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const numbersIn = (cells: readonly Cell[]): Float64Array =>
  Float64Array.from(
    cells.filter((cell) => cell !== null),
    Number,
  );
const pairOf = (reference: readonly Cell[], current: readonly Cell[]): PairedNumbers =>
  paired(numbersIn(reference).sort(), numbersIn(current).sort());

/** How often each of the values is there, in their order. */
function countsIn(cells: readonly Cell[], values: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const cell of cells) if (cell !== null) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  return values.map((value) => counts.get(value) ?? 0);
}

const valuesIn = ({ reference, current }: Column): string[] =>
  [...new Set([...reference, ...current].filter((cell) => cell !== null).map(String))].toSorted();

function categoriesOf(column: Column): PairedCategories {
  const values = valuesIn(column);
  return { values, ...pairedCounts(countsIn(column.reference, values), countsIn(column.current, values)) };
}

const near = (own: number | null, other: number | null, least = 1e-9): boolean =>
  own !== null && other !== null && Math.abs(own - other) <= 1e-6 * Math.abs(other) + least;

// Of equal shares scipy's Jensen-Shannon distance is the root of a rounding, or the root of less than nothing.
const ROUNDED_ROOT = 3e-8;

interface EvidentlySaid {
  readonly score: number | null;
  readonly threshold: number;
  readonly drift: boolean;
}
interface EvidentlyColumn extends Column {
  readonly integers: boolean;
  readonly chosen: EvidentlySaid & { readonly test: string };
  readonly tests: Readonly<Record<string, EvidentlySaid | { readonly error: string }>>;
}

const CALLED: Readonly<Record<string, string>> = {
  'K-S p_value': 'ks',
  'Wasserstein distance (normed)': 'wasserstein_normed',
  'Jensen-Shannon distance': 'jensen_shannon',
  'chi-square p_value': 'chi_squared_fit',
  'Z-test p_value': 'two_proportions',
};

describe('Evidently', () => {
  it('chooses the same test and threshold, reaches the same figure, and says the same', () => {
    const off: unknown[] = [];
    for (const column of evidently) {
      const { table, column: name, type, integers: areIntegers, chosen } = column;
      const counts = categoriesOf(column);
      const verdict =
        type === 'number'
          ? evidentlyNumbers(pairOf(column.reference, column.current), { ...options, areIntegers })
          : evidentlyCategories(counts);
      const distinct = counts.values.length;
      expect([verdict.rule]).toEqual(evidentlyTest({ type, referenceRows: counts.referenceCount, distinct }));
      const isSame =
        verdict.rule.test === CALLED[chosen.test] &&
        verdict.rule.threshold === chosen.threshold &&
        near(verdict.figure, chosen.score, ROUNDED_ROOT) &&
        verdict.drift === chosen.drift;
      if (!isSame) off.push({ table, name, ...verdict, chosen });
    }
    expect(off).toEqual([]);
    // So many of each that it means something.
    const drifting = evidently.filter(({ chosen }) => chosen.drift).length;
    expect(Math.min(drifting, evidently.length - drifting)).toBeGreaterThan(50);
    expect(new Set(evidently.map(({ chosen }) => chosen.test)).size).toBe(5);
  });

  type Test<Samples> = (samples: Samples, options: TestOptions & { readonly areIntegers: boolean }) => TestResult;
  // Not among them: its t test is Student's, where ours is Welch's.
  const NUMBERS: Readonly<Record<string, Test<PairedNumbers>>> = {
    psi: psiSturges,
    jensenshannon: jensenShannonSturges,
    kl_div: kullbackLeiblerSturges,
    hellinger: hellingerSturges,
    wasserstein: normedWasserstein,
    ks: kolmogorovSmirnov,
    anderson: andersonDarling,
    cramer_von_mises: cramerVonMises,
    ed: energyDistance,
  };
  const CATEGORIES: Readonly<Record<string, Test<PairedCategories>>> = {
    psi: psiEvidently,
    jensenshannon: jensenShannon,
    kl_div: kullbackLeiblerEvidently,
    hellinger,
    chisquare: chiSquaredGoodnessOfFit,
    z: twoProportions,
  };

  it.each([...Object.keys(NUMBERS), ...Object.keys(CATEGORIES)].filter((name, at, all) => all.indexOf(name) === at))(
    'has the same figures by the name of %s',
    (name) => {
      let compared = 0;
      const off: unknown[] = [];
      for (const column of evidently) {
        const said = column.tests[name];
        const { integers: areIntegers, type, table } = column;
        // What it can not do with a column is no figure.
        if (!said || 'error' in said || said.score === null) continue;
        const all = { ...options, areIntegers };
        const own =
          type === 'number'
            ? NUMBERS[name]?.(pairOf(column.reference, column.current), all)
            : CATEGORIES[name]?.(categoriesOf(column), all);
        if (!own) continue;
        compared++;
        // Its series of Cramér and von Mises ends at terms of 1e-7.
        const least = name === 'cramer_von_mises' ? 1e-6 : ROUNDED_ROOT;
        if (!near(own.pValue ?? own.statistic, said.score, least)) off.push({ table, name: column.column, own, said });
      }
      expect(off).toEqual([]);
      expect(compared).toBeGreaterThan(50);
    },
  );

  it('has half of the p-value of Mann and Whitney: it asks for numbers that grow alone, and misses those that shrink', () => {
    const off: unknown[] = [];
    let missed = 0;
    for (const column of evidently) {
      const said = column.tests.mannw;
      if (!said || 'error' in said || said.score === null) continue;
      const own = mannWhitney(pairOf(column.reference, column.current), options).pValue ?? NaN;
      if (said.score > 0.5) missed += own < 0.05 ? 1 : 0;
      else if (!near(own, 2 * said.score)) off.push({ table: column.table, name: column.column, own, said });
    }
    expect(off).toEqual([]);
    expect(missed).toBeGreaterThan(10);
  });

  it('has no G test of samples that differ in size, and one without the chance of the reference else', () => {
    for (const { reference, current, tests } of evidently.filter(({ table }) => table.includes('rows, shift'))) {
      const has = (cells: readonly Cell[]): number => cells.filter((cell) => cell !== null).length;
      const said = tests.g_test;
      if (said) expect('error' in said).toBe(has(reference) !== has(current));
    }
  });

  it('has the same permuted p-value of the total variation, within what chance does', () => {
    const off: unknown[] = [];
    for (const column of evidently) {
      const said = column.tests.TVD;
      if (!said || 'error' in said || said.score === null) continue;
      const own = totalVariation(categoriesOf(column), options).pValue ?? NaN;
      const error = Math.sqrt((2 * own * (1 - own)) / options.permutations) + 1 / options.permutations;
      if (Math.abs(own - said.score) > 4 * error) off.push({ table: column.table, name: column.column, own, said });
    }
    expect(off).toEqual([]);
  });
});

interface NannymlSaid {
  readonly reference: readonly (number | null)[];
  readonly current: readonly (number | null)[];
  readonly threshold: number;
  readonly drift: readonly boolean[];
}
interface NannymlColumn extends Column {
  readonly methods: Readonly<Record<string, NannymlSaid>>;
}

describe('NannyML', () => {
  const chunksOf = (cells: readonly Cell[]): (readonly Cell[])[] =>
    nannymlChunks(cells.length).map(({ from, to }) => cells.slice(from, to));

  interface Found {
    readonly reference: readonly number[];
    readonly current: readonly number[];
    readonly threshold: number;
    readonly drift: readonly boolean[];
  }

  function ofNumbers({ reference, current }: Column, method: NumbersMethod): Found {
    const { test } = NANNYML_NUMBERS[method];
    const sorted = numbersIn(reference).sort();
    const figure = (chunk: readonly Cell[]): number => test(paired(sorted, numbersIn(chunk).sort()), options).statistic;
    const own = chunksOf(reference);
    const verdicts = chunksOf(current).map((chunk) =>
      nannymlNumbers(numbersIn(reference), numbersIn(chunk), own.map(numbersIn), options, method),
    );
    return {
      reference: own.map(figure),
      current: verdicts.map(({ figure: value }) => value),
      threshold: verdicts[0]?.rule.threshold ?? NaN,
      drift: verdicts.map(({ drift }) => drift),
    };
  }

  function ofCategories(column: Column, method: CategoriesMethod): Found {
    const values = valuesIn(column);
    const { test } = NANNYML_CATEGORIES[method];
    const all = countsIn(column.reference, values);
    const own = chunksOf(column.reference).map((chunk) => countsIn(chunk, values));
    const verdicts = chunksOf(column.current).map((chunk) =>
      nannymlCategories(pairedCounts(all, countsIn(chunk, values)), own, method),
    );
    return {
      reference: own.map((chunk) => test(pairedCounts(all, chunk)).statistic),
      current: verdicts.map(({ result }) => result.statistic),
      threshold: verdicts[0]?.rule.threshold ?? NaN,
      drift: verdicts.map(({ drift }) => drift),
    };
  }

  it.each([...new Set([...Object.keys(NANNYML_NUMBERS), ...Object.keys(NANNYML_CATEGORIES)])])(
    'has the same figures of chunks, threshold and alerts by %s',
    (method) => {
      let [compared, alerts] = [0, 0];
      const off: unknown[] = [];
      for (const column of nannyml) {
        const said = column.methods[method];
        if (!said) continue;
        const own =
          column.type === 'number'
            ? ofNumbers(column, method as NumbersMethod)
            : ofCategories(column, method as CategoriesMethod);
        const isSame =
          own.reference.length === said.reference.length &&
          own.current.length === said.current.length &&
          own.reference.every((value, at) => near(value, said.reference[at] ?? null, ROUNDED_ROOT)) &&
          own.current.every((value, at) => near(value, said.current[at] ?? null, ROUNDED_ROOT)) &&
          (method === 'chi2' || near(own.threshold, said.threshold, ROUNDED_ROOT)) &&
          own.drift.join() === said.drift.join();
        if (!isSame) off.push({ table: column.table, name: column.column, own, said });
        compared++;
        alerts += own.drift.filter(Boolean).length;
      }
      expect(off).toEqual([]);
      expect(compared).toBeGreaterThan(10);
      expect(alerts).toBeGreaterThan(10);
    },
  );
});
