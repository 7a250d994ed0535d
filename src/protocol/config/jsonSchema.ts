/** Finding one's way in the JSON schema of `loopwright.yaml`: what may stand at a path. Pure. */

/** What is used of JSON schema, and of what editors add to it. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly defaultSnippets?: readonly { readonly label: string; readonly body: unknown }[];
  /** Of what kind the names are that belong here: our own word. */
  readonly suggest?: string;
}

/** Stands for any entry of a list. */
export const ITEM = 0;
export type Path = readonly (string | number)[];

/** All that a value at this path may be; empty where nothing is known of it. */
export function schemasAt(root: JsonSchema, path: Path): JsonSchema[] {
  let found = alternatives(root);
  for (const step of path) found = found.flatMap((schema) => below(schema, step)).flatMap(alternatives);
  return found;
}

/** The keys that are known at this path, with what each says of itself. */
export function keysAt(root: JsonSchema, path: Path): Map<string, JsonSchema> {
  const all = schemasAt(root, path).flatMap(({ properties = {} }) => Object.entries(properties));
  return new Map(all);
}

/** The schema of the value at a path as it stands there: where it may be several things, that which says so. */
export function schemaOf(root: JsonSchema, path: Path): JsonSchema | null {
  const last = path.at(-1);
  if (last === undefined) return root;
  const [found] = schemasAt(root, path.slice(0, -1)).flatMap((schema) => below(schema, last));
  return found ?? null;
}

const alternatives = (schema: JsonSchema): JsonSchema[] =>
  schema.anyOf ? schema.anyOf.flatMap(alternatives) : [schema];

function below({ properties, additionalProperties, items }: JsonSchema, step: string | number): JsonSchema[] {
  if (typeof step === 'number') return items ? [items] : [];
  if (properties && Object.hasOwn(properties, step)) return [properties[step] ?? {}];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
