/**
 * How a model's signature differs from another's. The form is MLflow's (`mlflow/models/signature.py`): `inputs`, `outputs` and
 * `params`, each a list, or the JSON of one as text, as it stands in an `MLmodel` file.
 */
import * as z from 'zod';

const Field = z.looseObject({
  name: z.string().optional(),
  type: z.unknown().optional(),
  'tensor-spec': z.unknown().optional(),
  /** MLflow 2.6 and later; before that `optional`. */
  required: z.boolean().optional(),
  optional: z.boolean().optional(),
  default: z.unknown().optional(),
});
export type Field = z.output<typeof Field>;

const listed = z.preprocess((value) => {
  if (value === null || value === undefined || value === '') return [];
  return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
}, z.array(Field));
const Signature = z.object({ inputs: listed, outputs: listed, params: listed });
export type Signature = z.output<typeof Signature>;

const PARTS = [
  ['inputs', 'input'],
  ['outputs', 'output'],
  ['params', 'parameter'],
] as const;

/** At most so many differences are named: who has changed everything knows that. */
const MAX_NAMED = 3;

/** @returns in words, null where nothing differs */
export function signatureChange(candidate: string | null, incumbent: string | null): string | null {
  if (candidate === null && incumbent === null) return null;
  if (candidate === null) return 'it has no signature any more';
  if (incumbent === null) return 'it has a signature, where there was none';
  const now = readSignature(candidate);
  const before = readSignature(incumbent);
  if (!now) return "its signature can't be read";
  if (!before) return "the signature can't be read that it should keep";
  const found = PARTS.flatMap(([part, word]) => changes(word, now[part], before[part]));
  const more = found.length > MAX_NAMED ? [`${String(found.length - MAX_NAMED)} more differences`] : [];
  return found.length === 0 ? null : [...found.slice(0, MAX_NAMED), ...more].join('; ');
}

/** Null where it is of no such form. */
export function readSignature(json: string): Signature | null {
  try {
    return Signature.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null; // no JSON, or a part of it is none
  }
}

function changes(word: string, now: readonly Field[], before: readonly Field[]): string[] {
  const named = (fields: readonly Field[]) =>
    new Map(fields.map((field, index) => [field.name ?? `number ${String(index + 1)}`, field]));
  const [after, former] = [named(now), named(before)];
  const added = [...after.keys()].filter((name) => !former.has(name));
  const gone = [...former.keys()].filter((name) => !after.has(name));
  const changed = [...after].flatMap(([name, field]) => {
    const old = former.get(name);
    return old ? fieldChange(`the ${word} ${name}`, field, old) : [];
  });
  const found = [
    ...(added.length > 0 ? [`the signature has ${count(added.length, 'more', word)}: ${added.join(', ')}`] : []),
    ...(gone.length > 0 ? [`the signature has ${count(gone.length, 'less', word)}: ${gone.join(', ')}`] : []),
    ...changed,
  ];
  const hasOtherOrder = [...after.keys()].join('\n') !== [...former.keys()].join('\n');
  // Parameters are given by name.
  if (found.length === 0 && hasOtherOrder && word !== 'parameter') return [`the ${word}s are in another order`];
  return found;
}

const count = (n: number, than: string, word: string): string =>
  n === 1 ? `one ${than} ${word}` : `${String(n)} ${than === 'less' ? 'fewer' : than} ${word}s`;

function fieldChange(what: string, now: Field, before: Field): string[] {
  const [type, former] = [typeText(now), typeText(before)];
  if (type !== former) return [`${what} is ${type}, was ${former}`];
  if (isRequired(now) !== isRequired(before)) return [`${what} is ${isRequired(now) ? 'required' : 'optional'} now`];
  if (JSON.stringify(now.default) !== JSON.stringify(before.default))
    return [`${what} has the default ${JSON.stringify(now.default)}, had ${JSON.stringify(before.default)}`];
  return [];
}

export const isRequired = ({ required, optional }: Field): boolean => required ?? optional !== true;

/** Of columns their type; of tensors, arrays and objects all that describes them. */
export function typeText({ name, required, optional, default: initial, ...type }: Field): string {
  const keys = Object.keys(type);
  if (typeof type.type === 'string' && keys.every((key) => key === 'type' || type[key] === null)) return type.type;
  return stable(type);
}

/** JSON with its keys in order. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, within: unknown) =>
    typeof within === 'object' && within !== null && !Array.isArray(within)
      ? Object.fromEntries(Object.entries(within).sort(([a], [b]) => (a < b ? -1 : 1)))
      : within,
  );
}
