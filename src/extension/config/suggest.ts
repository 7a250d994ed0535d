/** What may stand at a position of `loopwright.yaml`, and what a key means. Pure: the editor's types come later. */
import type { JsonSchema, Path } from '../../protocol/config/jsonSchema';
import { ITEM, keysAt, schemaOf, schemasAt } from '../../protocol/config/jsonSchema';
import { ANY_MODEL } from '../../protocol/config/file';
import { keyAt, placeAt } from './place';
import { inlineSnippet, nameSnippet, readable, valueSnippet } from './snippets';

/** The names that the store knows, of each kind that the schema asks for. */
export interface KnownNames {
  readonly model: readonly string[];
  readonly alias: readonly string[];
  readonly metric: readonly string[];
  readonly tag: readonly string[];
  readonly feature: readonly string[];
}

export interface Suggestion {
  readonly label: string;
  readonly kind: 'key' | 'name' | 'value';
  /** Of what kind a name is. */
  readonly detail: string;
  /** Markdown of ours. */
  readonly description: string;
  readonly snippet: string;
  /** What is compared with what was typed. */
  readonly filter: string;
  readonly from: number;
  readonly to: number;
}

/** Where nobody has an alias yet, the words of the field. */
const USUAL_ALIASES = ['champion', 'challenger'];

export function suggestionsAt(
  form: JsonSchema,
  lines: readonly string[],
  row: number,
  column: number,
  names: KnownNames,
): Suggestion[] {
  const place = placeAt(lines, row, column);
  if (!place) return [];
  const { path, key, word, from, to, isKey, others, isInline } = place;
  const quote = /^["']/.exec(word)?.[0] ?? '';
  const at = { from, to };
  const gap = lines[row]?.[from - 1] === ':' ? ' ' : '';
  const made = (label: string, rest: Omit<Suggestion, 'label' | 'filter' | 'from' | 'to'>) => ({
    label,
    filter: quote + label,
    ...at,
    ...rest,
  });
  if (key !== null) {
    const schema = schemaOf(form, [...path, key]);
    return schema
      ? valuesOf(schema, names).map(({ label, ...rest }) => made(label, { ...rest, snippet: gap + rest.snippet }))
      : [];
  }
  const value = (schema: JsonSchema | null) => (isKey || !schema ? '' : `:${valueSnippet(schema, isInline)}`);
  const keys = [...keysAt(form, path)].map(([name, schema]) =>
    made(name, {
      kind: 'key',
      detail: '',
      description: schema.description ?? '',
      snippet: isKey ? name : name + value(schema),
    }),
  );
  const named = schemasAt(form, path).flatMap(({ suggest, additionalProperties: of }) =>
    namesOf(suggest, names).map((name) =>
      made(name, {
        kind: 'name',
        detail: suggest ?? '',
        description: (typeof of === 'object' ? of.description : null) ?? '',
        snippet: isKey ? nameSnippet(name) : nameSnippet(name) + value(typeof of === 'object' ? of : null),
      }),
    ),
  );
  return [
    ...[...keys, ...named].filter(({ label }) => !others.includes(label)),
    ...entriesOf(form, path, names).map((name) =>
      made(name, { kind: 'name', detail: '', description: '', snippet: nameSnippet(name) }),
    ),
  ];
}

/** What a key means, for whoever points at it. */
export function hoverAt(
  form: JsonSchema,
  lines: readonly string[],
  row: number,
  column: number,
): { readonly from: number; readonly to: number; readonly description: string } | null {
  const key = keyAt(lines, row, column);
  const description = key && schemaOf(form, key.path)?.description;
  return description ? { from: key.from, to: key.to, description } : null;
}

/** Names that may be the entry of a list. */
function entriesOf(form: JsonSchema, path: Path, names: KnownNames): string[] {
  if (path.at(-1) !== ITEM) return [];
  return schemasAt(form, path.slice(0, -1)).flatMap(({ type, suggest }) =>
    type === 'array' ? namesOf(suggest, names) : [],
  );
}

type Value = Pick<Suggestion, 'label' | 'kind' | 'detail' | 'description' | 'snippet'>;

function valuesOf(schema: JsonSchema, names: KnownNames): Value[] {
  const value = (label: string, snippet = label): Value => ({
    label,
    kind: 'value',
    detail: '',
    description: '',
    snippet,
  });
  const words = [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])].map(String);
  const inline = inlineSnippet(schema);
  // A map of names has its names on the lines below.
  const of = schema.type === 'string' ? namesOf(schema.suggest, names) : [];
  return [
    ...words.map((word) => value(word)),
    ...(inline === null ? [] : [value(readable(inline), inline)]),
    ...of.map((name): Value => ({ ...value(name, nameSnippet(name)), kind: 'name', detail: schema.suggest ?? '' })),
  ];
}

function namesOf(kind: string | undefined, names: KnownNames): readonly string[] {
  if (kind === 'model') return [...names.model, ANY_MODEL];
  if (kind === 'alias') return [...new Set([...names.alias, ...USUAL_ALIASES])];
  if (kind === 'metric') return names.metric;
  if (kind === 'feature') return names.feature;
  return kind === 'tag' ? names.tag : [];
}
