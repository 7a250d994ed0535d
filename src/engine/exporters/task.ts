/** The job that writes runs out. It changes nothing of the store; a job that is killed leaves no file that is not whole. */
import { LoopwrightError } from '../../protocol/errors';
import type { ExportOrder, ExportResult } from '../../protocol/exports';
import { pathsOf } from '../../protocol/node/storeFolder';
import { ExportFiles, targetOf } from './files';
import { formats } from './formats';
import { Pace } from './pace';
import { Told } from './problems';
import { ExportSource } from './source';

interface Context {
  readonly signal: AbortSignal;
  readonly progress: (value: unknown) => void;
}

export async function writeExport(
  { store, order }: { readonly store: string; readonly order: ExportOrder },
  { signal, progress }: Context,
): Promise<ExportResult> {
  const { format: name, main } = targetOf(order.path, order.format, store);
  const format = formats[name];
  const problems = new Told();
  let files: ExportFiles | null = null;
  let source: ExportSource | null = null;
  try {
    files = new ExportFiles(main, order.overwrite);
    source = ExportSource.open(pathsOf(store), { ...order, deleted: order.deleted ?? format.holdsDeleted });
    const { runCount, pointCount } = source;
    const pace = new Pace(signal, progress);
    const { folders, artifacts, artifactBytes } = await format.write({
      source,
      files,
      pace,
      mlflow: order.mlflow,
      problem: (text) => {
        problems.add(text);
      },
    });
    const written = files.publish();
    return {
      format: name,
      files: [...written, ...folders],
      runs: runCount,
      points: pointCount,
      artifacts,
      artifactBytes,
      problems: problems.texts,
    };
  } catch (thrown) {
    files?.discard();
    throw asExportError(main, thrown);
  } finally {
    source?.close();
  }
}

/** What a system's code means for whoever waits for these files. */
function asExportError(main: string, thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const cause = { cause: thrown };
  const isDiskFull = /^(ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR.*)$/.test(code) || /No space left/i.test(String(thrown));
  if (isDiskFull)
    return new LoopwrightError(
      'read_only',
      `The export to ${main} can't be written: the disk is full. Free some space and export again; artifacts that were copied are not copied twice.`,
      cause,
    );
  if (['EACCES', 'EPERM', 'EROFS', 'SQLITE_CANTOPEN', 'SQLITE_READONLY'].includes(code))
    return new LoopwrightError('read_only', `${main} can't be written (${code}). Choose another place.`, cause);
  if (['ENOTDIR', 'EEXIST', 'ENOENT', 'ENAMETOOLONG', 'EISDIR'].includes(code))
    return new LoopwrightError('bad_request', `${main} can't be made (${code}). Choose another place.`, cause);
  return thrown;
}
