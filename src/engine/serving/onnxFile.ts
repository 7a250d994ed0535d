/** The ONNX file of a registered version, after its files were compared with what was registered. */
import { LoopwrightError } from '../../protocol/errors';
import type { ModelCard } from '../../protocol/modelCard';
import type { Verified } from '../../protocol/registry';
import type { ModelPlace, Result } from '../../protocol/requests';
import type { Jobs } from '../jobs';
import { cardInJob, fileAt } from '../models';

export interface OnnxParts {
  readonly store: string;
  readonly jobs: Pick<Jobs, 'run'>;
  readonly version: (of: { name: string; which: number | string }) => Promise<Result<'registry/version'>>;
  readonly verify: (of: { name: string; which: number }) => Promise<{ versions: Verified[] }>;
}

export interface FoundOnnx {
  readonly name: string;
  readonly version: number;
  readonly digest: string | null;
  readonly place: ModelPlace;
  readonly card: ModelCard;
  /** Null where it is no ONNX model. */
  readonly file: string | null;
  /** Which of its files is the model; null where none is known. */
  readonly modelFile: string | null;
}

/** @throws LoopwrightError `not_found`, `bad_request` for files that are not here, or not what was registered */
export async function findOnnx(parts: OnnxParts, of: { name: string; which: number | string }): Promise<FoundOnnx> {
  const { version: row, place } = await parts.version(of);
  const { name, version, digest } = row;
  const named = `${name}/${String(version)}`;
  if (!place)
    throw new LoopwrightError(
      'bad_request',
      `The files of ${named} are not in this store (${row.source}): no model is run from there.`,
    );
  if (digest !== null) {
    const [verified] = (await parts.verify({ name, which: version })).versions;
    if (verified?.state !== 'whole')
      throw new LoopwrightError(
        'bad_request',
        `The files of ${named} are not what was registered: ${verified?.problems.slice(0, 3).join('; ') ?? ''}`,
      );
  }
  const card = await cardInJob(parts.jobs, parts.store, place);
  const path = [place.path, card.modelFile ?? ''].filter((part) => part !== '').join('/');
  const isOnnx = card.modelFile !== null && /\.onnx$/i.test(path);
  return {
    ...{ name, version, digest, place, card },
    file: isOnnx ? fileAt(parts.store, { ...place, path } satisfies ModelPlace) : null,
    modelFile: card.modelFile === null ? null : path,
  };
}
