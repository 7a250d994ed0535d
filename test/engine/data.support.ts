/** Runs whose journals tell of real files, and what became of them. */
import { type BigIntStats, statSync } from 'node:fs';
import type { EngineConnection } from '../../src/client/connection';
import type { LineageFile } from '../../src/protocol/capture';
import { preparedRun, type TestStore, until, writeJournal, writeRunner } from './support';

/** A record as the hook writes it for a file that was opened now. */
export function opened(path: string, mode: 'r' | 'w' | 'rw' = 'r', atMs = Date.now()): unknown[] {
  const stat: BigIntStats | undefined = statSync(path, { bigint: true, throwIfNoEntry: false });
  return [
    'file',
    atMs,
    {
      path,
      mode,
      via: 'audit',
      ...(stat && mode !== 'w' ? { size: Number(stat.size), mtime_ns: String(stat.mtimeNs) } : {}),
    },
  ];
}

export interface EndedRun {
  readonly runId: string;
  readonly folder: string;
}

/** A run that is over, with everything done beside it. */
export async function ended(
  store: TestStore,
  connection: EngineConnection,
  records: readonly unknown[],
  overrides: Parameters<typeof preparedRun>[1] & { endMs?: number } = {},
): Promise<EndedRun> {
  const run = preparedRun(store, overrides);
  if (records.length > 0) writeJournal(run.folder, records);
  writeRunner(run.folder, { ended_ms: overrides.endMs ?? Date.now() });
  const { run_id: runId } = run.spec;
  await connection.request('runs/announce', { runId });
  await until('the run is complete', async () => (await connection.request('runs/get', { runId })).isComplete);
  return { runId, folder: run.folder };
}

/** A run's files of one direction by their path. */
export async function filesOf(
  connection: EngineConnection,
  runId: string,
  direction: 'in' | 'out',
): Promise<Map<string, LineageFile>> {
  const { files } = await connection.request('runs/files', { runId, direction });
  return new Map(files.map((file) => [file.path, file]));
}
