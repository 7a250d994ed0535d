/** From the facts of models and the artifacts to what is said of each model. Pure. */
import * as z from 'zod';
import { type Artifact } from '../../../src/protocol/entities';
import { formatDuration } from '../../../src/protocol/format';
import { countWords, formatSize } from '../words';

/** What the page needs of a value of the section `models`; its key is the path below the artifacts. */
const ModelFacts = z.looseObject({
  class: z.string().optional().catch(undefined),
  bytes: z.number().optional().catch(undefined),
  seconds: z.number().optional().catch(undefined),
  features: z
    .union([z.number(), z.array(z.unknown())])
    .optional()
    .catch(undefined),
  onnx: z.unknown().optional(),
});

export interface ModelRow {
  readonly path: string;
  readonly title: string;
  readonly className: string | null;
  readonly sizeBytes: number | null;
  readonly seconds: number | null;
  readonly featureCount: number | null;
  /** Whether it is there in ONNX's form as well. */
  readonly hasOnnx: boolean;
}

export function collectModels(
  facts: Readonly<Record<string, unknown>>,
  artifacts: readonly Pick<Artifact, 'path' | 'kind' | 'sizeBytes'>[],
): ModelRow[] {
  const known = new Set(artifacts.map(({ path }) => path));
  const told = Object.entries(facts).flatMap(([path, value]) => {
    const parsed = ModelFacts.safeParse(value);
    return parsed.success ? [rowOf(path, parsed.data, known)] : [];
  });
  const isTold = (path: string) => told.some((model) => path === model.path || path.startsWith(`${model.path}/`));
  const others = artifacts
    .filter(({ kind, path }) => kind === 'model' && !isTold(path))
    .map(({ path, sizeBytes }) => rowOf(path, { bytes: sizeBytes > 0 ? sizeBytes : undefined }, known));
  return [...told, ...others];
}

function rowOf(path: string, facts: z.infer<typeof ModelFacts>, artifacts: ReadonlySet<string>): ModelRow {
  const { features, onnx } = facts;
  const onnxPath = `${path}/model.onnx`;
  return {
    path,
    title: path.split('/').at(-1) ?? path,
    className: facts.class ?? null,
    sizeBytes: facts.bytes ?? null,
    seconds: facts.seconds ?? null,
    featureCount: features === undefined ? null : typeof features === 'number' ? features : features.length,
    hasOnnx:
      artifacts.has(onnxPath) || onnx === true || (typeof onnx === 'object' && onnx !== null && !('problem' in onnx)),
  };
}

/** `RandomForestClassifier · 30 features · captured in 0.3s, 1.2 MB · kept as ONNX too`. */
export function modelWords({ className, title, sizeBytes, seconds, featureCount, hasOnnx }: ModelRow): string {
  const size = sizeBytes === null ? null : formatSize(sizeBytes);
  const cost =
    seconds === null ? size : [`captured in ${formatDuration(seconds * 1000)}`, size].filter(Boolean).join(', ');
  return [
    className === title ? null : className,
    featureCount === null
      ? null
      : `${countWords(featureCount, featureCount)} ${featureCount === 1 ? 'feature' : 'features'}`,
    cost,
    hasOnnx ? 'kept as ONNX too' : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}
