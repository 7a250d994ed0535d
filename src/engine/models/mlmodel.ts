/** An `MLmodel` file: YAML that MLflow writes beside a model. Every value of it is read as a text. */
import { parseDocument } from 'yaml';
import type { ModelCard, ModelSignature, SignatureField } from '../../protocol/modelCard';
import { type Field, isRequired, readSignature, typeText } from '../config/signature';
import { cut, type Listed, listed, type Problems } from './told';

export interface Mlmodel {
  readonly signature: ModelSignature | null;
  readonly flavors: ModelCard['flavors'];
  readonly facts: ModelCard['facts'];
  /** Of the example of its input, below the folder. */
  readonly example: string | null;
  /** What may be the file that is the model, likeliest first. */
  readonly files: readonly string[];
}

const MAX_ALIASES = 100;
const MAX_FIELDS = 500;
const MAX_FLAVORS = 20;
const MAX_SETTINGS = 50;
const MAX_FACTS = 50;

/** What has a place of its own, or says nothing to a reader. */
const NO_FACTS = new Set(['flavors', 'signature', 'saved_input_example_info']);
/** In a flavor, by what it means the file that is the model. */
const FILE_KEYS = ['pickled_model', 'data', 'model_data', 'model_path'];
/** Told by another flavor, too, and in its own words. */
const GENERIC = 'python_function';

type Fields = ReadonlyMap<string, unknown>;

/** @returns null for what is no YAML, which is a problem then */
export function readMlmodel(text: string, problems: Problems): Mlmodel | null {
  const root = fieldsIn(text, problems);
  if (root === null) return null;
  const flavors = [...mapOf(root.get('flavors'))].map(([name, value]) => ({ name, fields: mapOf(value) }));
  const example = mapOf(root.get('saved_input_example_info')).get('artifact_path');
  return {
    signature: signatureIn(root.get('signature'), problems),
    flavors: flavors.slice(0, MAX_FLAVORS).map(({ name, fields }) => ({
      name: cut(name),
      settings: pairs([...fields], MAX_SETTINGS),
    })),
    facts: pairs(
      [...root].filter(([key]) => !NO_FACTS.has(key)),
      MAX_FACTS,
    ),
    example: isGiven(example) ? example : null,
    files: filesIn(flavors),
  };
}

function fieldsIn(text: string, problems: Problems): Fields | null {
  try {
    const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', prettyErrors: false });
    const [error] = document.errors;
    if (error) {
      problems.add(`MLmodel is no YAML: ${error.message}`);
      return null;
    }
    return mapOf(document.toJS({ maxAliasCount: MAX_ALIASES, mapAsMap: true }));
  } catch (thrown) {
    // The parser goes as deep as the text does; anchors are counted when they are followed.
    problems.add(
      thrown instanceof RangeError ? 'MLmodel is nested too deep to be read.' : 'MLmodel uses anchors too often.',
    );
    return null;
  }
}

function signatureIn(given: unknown, problems: Problems): ModelSignature | null {
  const parts = mapOf(given);
  if (parts.size === 0) return null;
  const json = JSON.stringify(
    Object.fromEntries([...parts].map(([key, value]) => [key, isGiven(value) ? value : null])),
  );
  const read = readSignature(json);
  if (!read) {
    problems.add('The signature in MLmodel is not of a form that is known.');
    return null;
  }
  const fields = (all: readonly Field[]): Listed<SignatureField> => listed(all, MAX_FIELDS, fieldOf);
  return { inputs: fields(read.inputs), outputs: fields(read.outputs), params: fields(read.params) };
}

function fieldOf(field: Field): SignatureField {
  const { name = '', default: initial } = field;
  return {
    name: cut(name),
    type: cut(tensorText(field['tensor-spec']) ?? typeText(field)),
    isRequired: isRequired(field),
    default: initial === undefined || initial === null ? null : cut(JSON.stringify(initial)),
  };
}

/** `float32 tensor (-1, 28, 28)` */
function tensorText(spec: unknown): string | null {
  if (typeof spec !== 'object' || spec === null || !('dtype' in spec) || !('shape' in spec)) return null;
  const { dtype, shape } = spec;
  if (typeof dtype !== 'string' || !Array.isArray(shape)) return null;
  return `${dtype} tensor (${shape.map(String).join(', ')})`;
}

function filesIn(flavors: readonly { readonly name: string; readonly fields: Fields }[]): string[] {
  const inOrder = [...flavors].sort((one, other) => Number(one.name === GENERIC) - Number(other.name === GENERIC));
  return inOrder.flatMap(({ fields }) => FILE_KEYS.map((key) => fields.get(key)).filter(isGiven));
}

const pairs = (entries: readonly (readonly [string, unknown])[], most: number) =>
  listed(
    entries.flatMap(([key, value]) => {
      const text = plainText(value);
      return text === null ? [] : [{ key, text }];
    }),
    most,
    ({ key, text }) => ({ key: cut(key), value: cut(text, 300) }),
  );

/** What is within is written as JSON; null where nothing is. */
function plainText(value: unknown): string | null {
  if (typeof value === 'string') return isGiven(value) ? value : null;
  const json = JSON.stringify(value, (_, within: unknown) => (within instanceof Map ? objectOf(within) : within));
  return json === '{}' || json === '[]' ? null : json;
}

const objectOf = (map: ReadonlyMap<unknown, unknown>) =>
  Object.fromEntries([...map].map(([key, value]) => [String(key), value]));

/** In plain words `null` is what YAML means by nothing. */
const isGiven = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value !== 'null' && value !== '~';

function mapOf(value: unknown): Fields {
  if (!(value instanceof Map)) return new Map();
  return new Map([...value].filter((entry): entry is [string, unknown] => typeof entry[0] === 'string'));
}
