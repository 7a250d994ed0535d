/**
 * A loaded model. `run` of ONNX Runtime holds up its thread, and a crash of it ends its process: only a process that has
 * nothing else to do opens one (`endpoint/model.ts`).
 */
import { basename } from 'node:path';
import { statSync } from 'node:fs';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { LoopwrightError } from '../protocol/errors';
import { DATATYPES, datatypeOf, type NamedTensor, type Port, type Signature, type Values } from './datatype';
import { isElementType, type ModelFile, readModelFile } from './modelFile';
import { listed, Refused, shown } from './refused';
import { withoutZipMaps } from './zipMap';

/** Of a larger file no copy is made in memory. */
const MAX_REWRITTEN_BYTES = 1_000_000_000;
const ERRORS_ONLY = 3;

export interface Model {
  readonly signature: Signature;
  /** @throws Refused for what the model can't be run with */
  run(feeds: readonly NamedTensor[]): Promise<NamedTensor[]>;
  /** Gives its memory back. */
  release(): Promise<void>;
}

type Metadata = InferenceSession.ValueMetadata;

/** @throws LoopwrightError `bad_request` for a file that can't be served */
export async function openModel(path: string, { threads }: { readonly threads: number }): Promise<Model> {
  const file = readModelFile(path);
  const isRewritten = file.zipMaps.length > 0 && !file.hasExternalData && statSync(path).size <= MAX_REWRITTEN_BYTES;
  const options: InferenceSession.SessionOptions = {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: ERRORS_ONLY,
    // Without it threads go on turning for a while after each run, and take a core each.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  };
  const session = await opened(path, file, () =>
    isRewritten ? InferenceSession.create(withoutZipMaps(path, file), options) : InferenceSession.create(path, options),
  );
  const inputs = session.inputMetadata.map((metadata) => inputOf(metadata, basename(path), file));
  const { outputs, unreadable } = outputsOf(session.outputMetadata, file);
  if (outputs.length === 0)
    throw new LoopwrightError(
      'bad_request',
      `${basename(path)} has no output that is a tensor: ${unreadable.map(({ name, what }) => `${name} is ${what}`).join(', ')}.`,
    );
  const labels = isRewritten ? file.zipMaps.map(({ output, labels: names }) => [output, names] as const) : [];
  const wanted = outputs.map(({ name }) => name);
  return {
    signature: { inputs, outputs, unreadable, labels: Object.fromEntries(labels) },
    run: async (feeds) => {
      const given = Object.create(null) as Record<string, RuntimeTensor>;
      for (const { name, datatype, shape, data } of feeds) given[name] = runtimeTensor(datatype, data, shape);
      let results: InferenceSession.OnnxValueMapType;
      try {
        results = await session.run(given, wanted);
      } catch (thrown) {
        throw new Refused(
          `The model can't be run with this: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        );
      }
      return wanted.map((name) => namedTensor(name, results[name]));
    },
    release: () => session.release(),
  };
}

async function opened(
  path: string,
  { kinds }: ModelFile,
  open: () => Promise<InferenceSession>,
): Promise<InferenceSession> {
  try {
    return await open();
  } catch (thrown) {
    if (thrown instanceof LoopwrightError) throw thrown;
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const told = why.startsWith('Unsupported data type') ? unservedWords(kinds) : why;
    throw new LoopwrightError('bad_request', `${basename(path)} can't be loaded: ${told}`, { cause: thrown });
  }
}

/** ONNX Runtime says not whose type it is, and that by a number of its own, which is not always ONNX's. */
function unservedWords(kinds: ModelFile['kinds']): string {
  const ports = [...kinds].filter(([, kind]) => isElementType(kind));
  const words = ports.slice(0, 5).map(([name, kind]) => `${shown(name)} is ${kind}`);
  return `${words.join(', ') || 'an input or output is of a type'}, which is not served`;
}

function inputOf(metadata: Metadata, file: string, { kinds }: ModelFile): Port {
  const port = portOf(metadata);
  if (port) return port;
  throw new LoopwrightError(
    'bad_request',
    `${file} can't be served: its input ${metadata.name} is ${unservedKind(metadata, kinds)}.`,
  );
}

const unservedKind = (metadata: Metadata, kinds: ModelFile['kinds']): string =>
  metadata.isTensor ? metadata.type : (kinds.get(metadata.name) ?? 'no tensor');

function portOf(metadata: Metadata): Port | null {
  if (!metadata.isTensor) return null;
  const datatype = datatypeOf(metadata.type);
  return datatype && { name: metadata.name, datatype, shape: [...metadata.shape] };
}

function outputsOf(all: readonly Metadata[], { kinds }: ModelFile): Pick<Signature, 'outputs' | 'unreadable'> {
  const outputs: Port[] = [];
  const unreadable: { name: string; what: string }[] = [];
  for (const metadata of all) {
    const port = portOf(metadata);
    if (port) outputs.push(port);
    else unreadable.push({ name: metadata.name, what: unservedKind(metadata, kinds) });
  }
  return { outputs, unreadable };
}

function runtimeTensor(datatype: NamedTensor['datatype'], data: Values, shape: readonly number[]): RuntimeTensor {
  const type = DATATYPES[datatype].runtime;
  // The types of its constructor are a list of pairs, of which this is one by how values are made.
  return new RuntimeTensor(type as 'float32', data as Float32Array, shape);
}

function namedTensor(name: string, value: InferenceSession.OnnxValueMapType[string] | undefined): NamedTensor {
  const datatype = value === undefined ? null : datatypeOf(value.type);
  if (value === undefined || datatype === null) throw new Refused(`The model gave no ${listed([name])}.`);
  return { name, datatype, shape: [...value.dims], data: value.data };
}
