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
  features: z.number().nullable().optional().catch(undefined),
});

/** Behind a model's own key: what became of its conversion. */
const ONNX = '/onnx';
const OnnxFacts = z.looseObject({ state: z.string(), reason: z.string().optional().catch(undefined) });

export interface ModelRow {
  readonly path: string;
  readonly title: string;
  readonly className: string | null;
  readonly sizeBytes: number | null;
  readonly seconds: number | null;
  readonly featureCount: number | null;
  /** Whether it is there in ONNX's form as well. */
  readonly hasOnnx: boolean;
  /** Why it is not. */
  readonly onnxProblem: string | null;
}

/** Those that were kept of themselves, each with what became of its ONNX form. */
export function collectModels(
  facts: Readonly<Record<string, unknown>>,
  artifacts: readonly Pick<Artifact, 'path'>[],
): ModelRow[] {
  const known = new Set(artifacts.map(({ path }) => path));
  return Object.entries(facts).flatMap(([path, value]) => {
    if (path.endsWith(ONNX)) return [];
    const parsed = ModelFacts.safeParse(value);
    if (!parsed.success) return [];
    const { features, class: className, bytes, seconds } = parsed.data;
    const onnx = OnnxFacts.safeParse(facts[`${path}${ONNX}`]);
    return [
      {
        path,
        title: path.split('/').at(-1) ?? path,
        className: className ?? null,
        sizeBytes: bytes ?? null,
        seconds: seconds ?? null,
        featureCount: features ?? null,
        hasOnnx: known.has(`${path}/model.onnx`) || (onnx.success && onnx.data.state === 'converted'),
        onnxProblem: onnx.success && onnx.data.state !== 'converted' ? (onnx.data.reason ?? onnx.data.state) : null,
      },
    ];
  });
}

/** `RandomForestClassifier · 30 features · captured in 0.3s, 1.2 MB · kept as ONNX too`. */
export function modelWords({
  className,
  title,
  sizeBytes,
  seconds,
  featureCount,
  hasOnnx,
  onnxProblem,
}: ModelRow): string {
  const size = sizeBytes === null ? null : formatSize(sizeBytes);
  const cost =
    seconds === null ? size : [`captured in ${formatDuration(seconds * 1000)}`, size].filter(Boolean).join(', ');
  return [
    className === title ? null : className,
    featureCount === null
      ? null
      : `${countWords(featureCount, featureCount)} ${featureCount === 1 ? 'feature' : 'features'}`,
    cost,
    hasOnnx ? 'kept as ONNX too' : onnxProblem === null ? null : `not kept as ONNX: ${onnxProblem}`,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

export const hasModels = (artifacts: readonly Artifact[]): boolean => artifacts.some(({ kind }) => kind === 'model');
