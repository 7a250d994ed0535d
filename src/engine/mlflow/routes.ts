/** Which endpoint a path is of. Pure. */
import { endpoints } from './endpoints';

interface Pattern {
  readonly endpoint: string;
  readonly parts: readonly string[];
}

const exact = new Set(Object.keys(endpoints));
const patterns: readonly Pattern[] = Object.keys(endpoints)
  .filter((endpoint) => endpoint.includes('{'))
  .map((endpoint) => ({ endpoint, parts: endpoint.split('/') }));

export interface Route {
  readonly endpoint: string;
  readonly params: Readonly<Record<string, string>>;
}

export function routeOf(method: string, path: string): Route | null {
  const wanted = `${method} ${path.replace(/\/$/, '')}`;
  if (exact.has(wanted)) return { endpoint: wanted, params: {} };
  const parts = wanted.split('/');
  for (const pattern of patterns) {
    const params = paramsOf(pattern.parts, parts);
    if (params) return { endpoint: pattern.endpoint, params };
  }
  return null;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const given = parts[index] ?? '';
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
    if (name === undefined) {
      if (part !== given) return null;
      continue;
    }
    try {
      params[name] = decodeURIComponent(given);
    } catch {
      return null; // not encoded rightly: it names nothing
    }
  }
  return params;
}
