/** What is inserted for a key: VS Code's snippets in the form of YAML. Pure. */
import type { JsonSchema } from '../../protocol/config/jsonSchema';

/**
 * What stands behind a key: on its line, or on lines of their own that begin with two spaces more.
 *
 * @param isInline within braces, where everything stands in one line
 */
export function valueSnippet(schema: JsonSchema, isInline: boolean): string {
  const [snippet] = schema.defaultSnippets ?? [];
  if (snippet)
    return isInline || isFlat(snippet.body) ? ` ${inlineText(snippet.body)}` : `\n${blockText(snippet.body, 1)}`;
  if (schema.const !== undefined) return ` ${JSON.stringify(schema.const)}`;
  if (schema.enum) return ` \${1|${schema.enum.map(String).join(',')}|}`;
  if (schema.type === 'array') return ' [$1]';
  return ' $1';
}

/** The same as a value by itself. */
export function inlineSnippet(schema: JsonSchema): string | null {
  const [snippet] = schema.defaultSnippets ?? [];
  return snippet && isFlat(snippet.body) ? inlineText(snippet.body) : null;
}

/** Without the places to fill in: what people read before they choose it. */
export const readable = (snippet: string): string =>
  snippet.replaceAll(/\$\{\d+:([^}]*)\}/g, '$1').replaceAll(/\$\d/g, '');

/** A name of somebody's in the midst of a snippet, in quotes where YAML would take it for something else. */
export const nameSnippet = (name: string): string => yamlName(name).replaceAll(/[\\$}]/g, '\\$&');

export function yamlName(name: string): string {
  const isPlain = /^[A-Za-z_][\w./-]*( [\w./-]+)*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name);
  return isPlain ? name : JSON.stringify(name);
}

const isMap = (body: unknown): body is Record<string, unknown> => typeof body === 'object' && body !== null;

const isFlat = (body: unknown): boolean => isMap(body) && !Object.values(body).some(isMap) && !hasNamedKey(body);

/** A map whose keys are somebody's own names reads better with each on its line. */
const hasNamedKey = (body: Record<string, unknown>): boolean => Object.keys(body).some((key) => key.startsWith('${'));

function inlineText(body: unknown): string {
  if (!isMap(body)) return String(body);
  return `{ ${Object.entries(body)
    .map(([key, value]) => `${key}: ${inlineText(value)}`)
    .join(', ')} }`;
}

function blockText(body: unknown, depth: number): string {
  if (!isMap(body)) return String(body);
  return Object.entries(body)
    .map(([key, value]) => {
      const start = `${'  '.repeat(depth)}${key}:`;
      return isMap(value) && !isFlat(value)
        ? `${start}\n${blockText(value, depth + 1)}`
        : `${start} ${inlineText(value)}`;
    })
    .join('\n');
}
