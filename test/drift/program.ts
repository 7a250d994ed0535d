/** `drift.js` as a run starts it, for tests: from files to a report. */
import { execFile, type ExecFileException } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect } from 'vitest';
import {
  DEFAULT_FALSE_ALARMS,
  DEFAULT_LEAST_EFFECT,
  type DriftOrder,
  DriftPage,
  DriftReport,
} from '../../src/protocol/drift';
import { repository } from '../engine/support';

export async function sql(text: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(text);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export const orderFor = (reference: string, current: string, wishes: Partial<DriftOrder> = {}): DriftOrder => ({
  reference: { label: 'reference', path: reference },
  current: { label: 'current', path: current },
  ...{ columns: null, ignored: [], prediction: null, label: null, rules: 'loopwright', tests: {}, types: {} },
  ...{ falseAlarms: DEFAULT_FALSE_ALARMS, leastEffect: DEFAULT_LEAST_EFFECT, share: null, multivariate: false },
  ...{ importances: {}, seed: 7, threads: 2, needs: {}, given: {}, fromFile: [] },
  ...wishes,
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** With a folder of its own, for the file of tests that asks for it: modules are those of other files, too. */
export function driftProgram() {
  const folder = mkdtempSync(join(tmpdir(), 'lw-drift-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  const put = (name: string, content: string | Buffer): string => {
    writeFileSync(at(name), content);
    return at(name);
  };
  let runs = 0;
  const run = (order: DriftOrder, more: NodeJS.ProcessEnv = {}): Promise<Ended & { readonly runFolder: string }> => {
    const runFolder = at(`run-${String(++runs)}`);
    mkdirSync(runFolder);
    return new Promise((resolve) => {
      const env = { ...process.env, LOOPWRIGHT_RUN_DIR: runFolder, ...more };
      const done = (failed: ExecFileException | null, out: string, error: string) =>
        resolve({ code: failed ? Number(failed.code ?? -1) : 0, out, error, runFolder });
      execFile(process.execPath, [join(repository, 'dist/drift.js'), JSON.stringify(order)], { env }, done);
    });
  };
  const reported = async (order: DriftOrder): Promise<DriftReport> => {
    const { code, error, runFolder } = await run(order);
    expect([code, error]).toEqual([0, '']);
    const read = (name: string): unknown => JSON.parse(readFileSync(join(runFolder, 'artifacts', name), 'utf8'));
    expect(DriftPage.parse(read('drift.page.json')).omitted).toBe(0);
    return DriftReport.parse(read('drift.json'));
  };
  return { at, put, run, reported };
}

export const featureOf = ({ features }: DriftReport, name: string) => {
  const feature = features.find((one) => one.name === name);
  if (!feature) throw new Error(`There is no ${name}.`);
  return feature;
};
