/** What scipy and numpy say, of `numbers_expected.py`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

export const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? '';

export type Pair = readonly [Float64Array, Float64Array];

export interface ToldMoments {
  readonly mean: number;
  readonly populationDeviation: number;
  readonly sampleDeviation: number | null;
  readonly least: number;
  readonly most: number;
}

export interface Told {
  /** Null: scipy refuses to. A null of the two: NaN, or that there is no p-value. */
  readonly tests: Readonly<Record<string, readonly [number | null, number | null] | null>>;
  readonly moments: readonly [ToldMoments, ToldMoments];
  readonly quantiles: readonly [readonly number[], readonly number[]];
}

/** The values, and what the distribution is of: degrees of freedom, or n. */
export type AskedPoint = readonly [name: string, x: number, of: number];

export const toldOfPoints = (points: readonly AskedPoint[]): readonly number[] => told({ points }).points;

export function toldOfSamples(pairs: readonly Pair[], shares: readonly number[]): readonly Told[] {
  const folder = mkdtempSync(join(tmpdir(), 'lw-drift-numbers-'));
  try {
    const samples = pairs.map((pair, at) =>
      pair.map((values, side) => {
        const path = join(folder, `${String(at)}-${String(side)}`);
        writeFileSync(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        return path;
      }),
    );
    return told({ samples, shares }).samples;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function told(asked: object): { readonly points: readonly number[]; readonly samples: readonly Told[] } {
  const script = join(import.meta.dirname, 'numbers_expected.py');
  const said = execFileSync(PYTHON, [script], { input: JSON.stringify(asked), maxBuffer: 1e9 }).toString();
  return JSON.parse(said) as ReturnType<typeof told>;
}

/** @param relative, absolute whichever allows more */
export function expectNear(found: number, wanted: number, relative: number, absolute: number, what: string): void {
  const off = found === wanted ? 0 : Math.abs(found - wanted);
  const isNear = off <= Math.max(relative * Math.abs(wanted), absolute);
  expect(isNear, `${what}: ${String(found)} is ${String(off)} off ${String(wanted)}`).toBe(true);
}
