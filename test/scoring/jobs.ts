/** Starting scoring jobs, as a run does: `score.js` with an order. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll } from 'vitest';
import { type BadRow, jobFolderName, type ScoreFormat, type ScoreOrder } from '../../src/protocol/score';
import { classifier, columns } from '../endpoint/models';
import { repository } from '../engine/support';

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

export function useFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'lw-score-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  const put = (name: string, content: string | Buffer): string => {
    writeFileSync(at(name), content);
    return at(name);
  };
  put('classifier.onnx', classifier());
  put('columns.onnx', columns());
  return { folder, at, put };
}

export function orderFor(model: string, input: string, output: string, wishes: Partial<ScoreOrder> = {}): ScoreOrder {
  return {
    ...{
      input,
      output,
      format: extname(output).slice(1) as ScoreFormat,
      keep: 'rest',
      columns: null,
      training: null,
      against: null,
    },
    ...{
      isNumbered: false,
      withVersion: false,
      withDigest: false,
      partitionBy: [],
      replaces: false,
      errors: { share: 0.1 },
    },
    ...{ delimiter: null, hasHeader: null, encoding: 'utf-8', chunkRows: 1000, batchRows: null, threads: 1 },
    model: { label: basename(model), file: model, version: null, columns: [], python: null },
    ...wishes,
  };
}

export async function sql(text: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(text)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export type How = 'new' | 'resume' | 'anew';

export function begin(order: ScoreOrder, how: How = 'new', runFolder?: string) {
  const child = spawn(process.execPath, [join(repository, 'dist/score.js'), JSON.stringify(order), how], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LOOPWRIGHT_RUN_DIR: runFolder },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += String(text)));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, said })));
  return { child, ended };
}

export const run = (order: ScoreOrder, how: How = 'new'): Promise<Ended> => begin(order, how).ended;

export const isBegun = ({ output }: ScoreOrder): boolean =>
  existsSync(join(dirname(output), jobFolderName(basename(output)), 'job.json'));

export const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
export const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');
export const badIn = ({ output }: ScoreOrder): BadRow[] =>
  linesOf(`${output}.errors.jsonl`).map((line) => JSON.parse(line) as BadRow);

/** `id`, and three numbers of which the largest says the class. */
export const rowsOf = (count: number): string[] =>
  Array.from(
    { length: count },
    (_, row) => `r${String(row)},${[0, 1, 2].map((place) => (place === row % 3 ? 2.5 : 0)).join(',')}`,
  );
export const table = (count: number): string => `id,a,b,c\n${rowsOf(count).join('\n')}\n`;
