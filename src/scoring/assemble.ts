/** The output, made of its parts: beside, synced, renamed. It has its name when it is whole. */
import { createReadStream, createWriteStream, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { errorsFileOf, type ScoreCommit, type ScorePlan } from '../protocol/score';
import { quoted } from './duck';
import type { JobFolder } from './folder';
import { COPY_OPTIONS, ENDINGS } from './write';

export interface Assembled {
  readonly bytes: number;
  readonly errors: string | null;
}

export async function assemble(
  connection: DuckDBConnection,
  plan: ScorePlan,
  folder: JobFolder,
  commits: readonly ScoreCommit[],
): Promise<Assembled> {
  const { output, format } = plan.order;
  const errors = errorsFileOf(output);
  if (folder.hasPlaced(output)) return { bytes: statSync(output).size, errors: existsSync(errors) ? errors : null };
  const withErrors = commits.filter(({ errors: told }) => told !== null).map(({ chunk }) => folder.errors(chunk));
  if (withErrors.length > 0) {
    const draft = folder.at('errors.partial');
    await joined(withErrors, '', draft);
    folder.place(draft, errors);
  } else if (existsSync(errors) && plan.order.replaces) rmSync(errors); // of the output that is replaced
  const draft = folder.at('output.partial');
  const parts = commits.map(({ chunk }) => folder.part(chunk, ENDINGS[format]));
  if (format === 'parquet') {
    rmSync(draft, { force: true });
    const list = parts.map(quoted).join(', ');
    await connection.run(
      `COPY (SELECT * FROM read_parquet([${list}], hive_partitioning = false)) TO ${quoted(draft)} (${COPY_OPTIONS.parquet})`,
    );
  } else await joined(parts, format === 'csv' ? headerOf(plan) : '', draft);
  folder.place(draft, output);
  return { bytes: statSync(output).size, errors: withErrors.length > 0 ? errors : null };
}

async function joined(parts: readonly string[], header: string, path: string): Promise<void> {
  writeFileSync(path, header);
  for (const part of parts)
    await pipeline(createReadStream(part, { highWaterMark: 1 << 20 }), createWriteStream(path, { flags: 'a' }));
}

function headerOf({ kept, columns, outputs, order }: ScorePlan): string {
  const names = [
    ...kept.map((at) => columns[at]?.name ?? ''),
    ...(order.isNumbered ? ['row'] : []),
    ...outputs.flatMap((output) => output.columns),
    ...(order.withVersion ? ['model_version'] : []),
  ];
  return `${names.map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')}\n`;
}
