/**
 * The filter of run lists: comparisons of attributes, metrics, parameters and tags joined by AND, in MLflow's
 * notation (`metrics.auc > 0.9 AND params.model = 'rf' AND status = 'FINISHED'`).
 */
import { LoopwrightError } from '../../protocol/errors';

export interface Condition {
  /** SQL over the alias `r` of `runs`. */
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const ATTRIBUTES: Readonly<Record<string, { column: string; isNumber: boolean }>> = {
  run_id: { column: 'r.run_id', isNumber: false },
  name: { column: 'r.name', isNumber: false },
  run_name: { column: 'r.name', isNumber: false },
  status: { column: 'r.status', isNumber: false },
  user_id: { column: 'r.user', isNumber: false },
  start_time: { column: 'r.start_ms', isNumber: true },
  end_time: { column: 'r.end_ms', isNumber: true },
};

const COMPARISON =
  /^\s*(?:(metrics?|params?|parameters?|tags?|attributes?|attr|run)\.)?("[^"]*"|`[^`]*`|[\w./-]+)\s*(!=|>=|<=|=|>|<|ILIKE\b|LIKE\b)\s*('[^']*'|"[^"]*"|-?[\d.]+(?:e[+-]?\d+)?)\s*/i;
const CONJUNCTION = /^AND\s+/i;

/** @throws LoopwrightError `bad_request` that points at the place that was not understood */
export function parseFilter(filter: string): Condition[] {
  const conditions: Condition[] = [];
  if (filter.trim() === '') return conditions;
  let position = 0;
  for (;;) {
    const match = COMPARISON.exec(filter.slice(position));
    if (!match) throw misunderstood(filter, position, "expected a comparison such as status = 'FINISHED'");
    const [whole, entity = 'attributes', quotedKey = '', operator = '', value = ''] = match;
    conditions.push(
      condition(filter, position, entity.toLowerCase(), unquote(quotedKey), operator.toUpperCase(), value),
    );
    position += whole.length;
    if (position === filter.length) break;
    const conjunction = CONJUNCTION.exec(filter.slice(position));
    if (!conjunction) throw misunderstood(filter, position, 'comparisons are joined by AND');
    position += conjunction[0].length;
  }
  return conditions;
}

function condition(
  filter: string,
  at: number,
  entity: string,
  key: string,
  operator: string,
  value: string,
): Condition {
  const isText = /^['"]/.test(value);
  const isLike = operator.endsWith('LIKE');
  // SQLite's LIKE ignores case in ASCII; GLOB does not, but has other wildcards.
  const compare = (column: string) =>
    operator === 'LIKE'
      ? `${column} LIKE ? AND ${column} GLOB ?`
      : isLike
        ? `${column} LIKE ?`
        : `${column} ${operator} ?`;
  const text = unquote(value);
  const values = operator === 'LIKE' ? [text, globOf(text)] : [text];
  if (entity.startsWith('metric')) {
    if (isText || isLike) throw misunderstood(filter, at, 'metrics are compared with numbers');
    return {
      sql: `EXISTS (SELECT 1 FROM metrics m WHERE m.run_seq = r.run_seq AND m.key = ? AND ${compare('m.last')})`,
      values: [key, Number(value)],
    };
  }
  if (entity.startsWith('param') || entity.startsWith('tag')) {
    if (!isText) throw misunderstood(filter, at, 'parameters and tags are compared with text in quotes');
    const table = entity.startsWith('param') ? 'params' : 'tags';
    return {
      sql: `EXISTS (SELECT 1 FROM ${table} t WHERE t.run_seq = r.run_seq AND t.key = ? AND ${compare('t.value')})`,
      values: [key, ...values],
    };
  }
  const attribute = Object.hasOwn(ATTRIBUTES, key) ? ATTRIBUTES[key] : undefined;
  if (!attribute)
    throw misunderstood(filter, at, `there is no attribute ${key}; there are ${Object.keys(ATTRIBUTES).join(', ')}`);
  if (attribute.isNumber === isText)
    throw misunderstood(
      filter,
      at,
      `${key} is compared with ${attribute.isNumber ? 'a number (Unix milliseconds)' : 'text in quotes'}`,
    );
  return { sql: compare(attribute.column), values: attribute.isNumber ? [Number(value)] : values };
}

const unquote = (text: string): string => (/^['"`]/.test(text) ? text.slice(1, -1) : text);

const globOf = (like: string): string => like.replaceAll(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?');

const misunderstood = (filter: string, position: number, why: string) =>
  new LoopwrightError(
    'bad_request',
    `The filter is not understood at character ${String(position + 1)} ("${filter.slice(position, position + 30)}"): ${why}.`,
  );
