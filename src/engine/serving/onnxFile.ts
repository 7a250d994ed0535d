/** The ONNX file of a registered version, after its files were compared with what was registered. */
import { LoopwrightError } from '../../protocol/errors';
import type { ModelCard } from '../../protocol/modelCard';
import type { Verified } from '../../protocol/registry';
import type { ModelPlace, Result } from '../../protocol/requests';
import type { Jobs } from '../jobs';
import { cardInJob, fileAt } from '../models';

const KEPT_WITHIN_MS = 30_000;
const LOOK_MS = 200;

type FoundVersion = Pick<Result<'registry/version'>, 'version' | 'place'>;

export interface OnnxParts {
  readonly store: string;
  readonly jobs: Pick<Jobs, 'run'>;
  readonly version: (of: { name: string; which: number | string }) => Promise<FoundVersion>;
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
  const { version: row, place } = await settled(parts, of);
  const { name, version, digest } = row;
  const named = namedAs(row);
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

/** Once its files are kept, or could not be: what was registered a moment ago is waited for. */
async function settled(parts: OnnxParts, of: { name: string; which: number | string }): Promise<FoundVersion> {
  for (const began = performance.now(); ; await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
    const found = await parts.version(of);
    if (found.version.status !== 'PENDING_REGISTRATION') return found;
    if (performance.now() - began > KEPT_WITHIN_MS)
      throw new LoopwrightError(
        'bad_request',
        `The files of ${namedAs(found.version)} are still being kept. Try again in a moment.`,
      );
  }
}

const namedAs = ({ name, version }: { readonly name: string; readonly version: number }): string =>
  `${name}/${String(version)}`;

/** Of a signature that was cut not all are known: it says nothing. */
export function columnsOf({ card }: Pick<FoundOnnx, 'card'>): string[] {
  const inputs = card.signature?.inputs;
  if (!inputs || inputs.items.length < inputs.total) return [];
  const names = inputs.items.map(({ name }) => name);
  return names.includes('') ? [] : names;
}
