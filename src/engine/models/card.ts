/** The job that looks at what stands beside a model's weights: its `MLmodel` file, the example of its input. */
import { opendirSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { ModelCard } from '../../protocol/modelCard';
import type { ModelPlace } from '../../protocol/requests';
import type { JobContext } from '../jobs';
import { exampleOf } from './example';
import { type Mlmodel, readMlmodel } from './mlmodel';
import { onDisk } from './place';
import { readStart } from './textStart';
import { cut, Problems } from './told';

const MLMODEL = 'MLmodel';
/** MLflow's own is a few kB; one of many columns some hundred. */
const MAX_MLMODEL_BYTES = 2_000_000;
/** Of a folder with more, so many are looked through for the model's file. */
const MAX_ENTRIES = 5000;

const NO_CARD: ModelCard = {
  hasMlmodel: false,
  signature: null,
  example: null,
  flavors: [],
  facts: { items: [], total: 0 },
  modelFile: null,
  problems: [],
};

/** @throws LoopwrightError `not_found`, or `bad_request` for what leads out of the artifacts */
export async function readCard(
  { store, place }: { readonly store: string; readonly place: ModelPlace },
  { progress }: Pick<JobContext, 'progress'>,
): Promise<ModelCard> {
  // The limit on its time begins now, not when it was asked for.
  progress(null);
  const { file, isFolder } = onDisk(store, place);
  if (!isFolder) return Promise.resolve({ ...NO_CARD, modelFile: '' });
  /** A file below the folder; null where it is none, or a link that leads elsewhere. */
  const fileIn = (path: string): string | null => {
    try {
      const found = onDisk(store, { ...place, path: [place.path, path].filter((part) => part !== '').join('/') });
      return found.isFolder ? null : found.file;
    } catch (error) {
      const { code } = LoopwrightError.from(error);
      if (code === 'not_found' || code === 'bad_request') return null;
      throw error;
    }
  };
  return Promise.resolve(cardOf(file, fileIn));
}

function cardOf(folder: string, fileIn: (path: string) => string | null): ModelCard {
  const problems = new Problems();
  const mlmodel = mlmodelIn(fileIn(MLMODEL), problems);
  const named = mlmodel?.files.find((path) => fileIn(path) !== null);
  return {
    ...NO_CARD,
    hasMlmodel: mlmodel !== null,
    signature: mlmodel?.signature ?? null,
    flavors: mlmodel?.flavors ?? [],
    facts: mlmodel?.facts ?? NO_CARD.facts,
    example: exampleIn(mlmodel?.example ?? null, fileIn, problems),
    modelFile: named ?? likelyFile(namesIn(folder)),
    problems: problems.told,
  };
}

function mlmodelIn(file: string | null, problems: Problems): Mlmodel | null {
  if (file === null) return null;
  const { text, isCut } = readStart(file, MAX_MLMODEL_BYTES);
  if (isCut) {
    problems.add(`${MLMODEL} is larger than ${String(MAX_MLMODEL_BYTES / 1_000_000)} MB: it is not read.`);
    return null;
  }
  return readMlmodel(text, problems);
}

function exampleIn(path: string | null, fileIn: (path: string) => string | null, problems: Problems) {
  if (path === null) return null;
  const file = fileIn(path);
  if (file === null) problems.add(`The example of its input, ${cut(path)}, is not there.`);
  return file === null ? null : exampleOf(file, path);
}

/** In the order in which they would be asked for. */
const LIKELY = [/\.onnx$/i, /\.joblib$/i, /\.(pkl|pickle)$/i, /\.(pt|pth)$/i];
const OTHER_MODELS = /\.(h5|keras|ubj|cbm|safetensors|bin|txt|json)$/i;
const NO_MODEL = /(^|[/_.-])(requirements|conda|python_env|input_example|serving_input|registered_model_meta)/i;

/** What a folder without word of its own means by the model; null where nothing looks like one. Pure. */
export function likelyFile(names: readonly string[]): string | null {
  const sorted = names.filter((name) => !NO_MODEL.test(name)).toSorted();
  for (const form of LIKELY) {
    const found = sorted.find((name) => form.test(name));
    if (found !== undefined) return found;
  }
  return sorted.find((name) => OTHER_MODELS.test(name)) ?? null;
}

/** The files of the folder and of those in it. */
function namesIn(folder: string, below = ''): string[] {
  const names: string[] = [];
  const folders: string[] = [];
  const open = opendirSync(join(folder, below));
  try {
    for (let entry = open.readSync(); entry !== null && names.length < MAX_ENTRIES; entry = open.readSync()) {
      const name = `${below}${entry.name}`;
      if (entry.isFile()) names.push(name);
      else if (entry.isDirectory() && below === '') folders.push(`${name}/`);
    }
  } finally {
    open.closeSync();
  }
  return [...names, ...folders.slice(0, 50).flatMap((name) => namesIn(folder, name))];
}
