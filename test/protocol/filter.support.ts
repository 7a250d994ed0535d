/** Expressions at random, the same for the same seed. */
import { ATTRIBUTES, attributeOf, isAttributeName, type Expression, type Test } from '../../src/protocol/filter';

export type Random = (below: number) => number;

export function random(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const TEXTS = [
  '',
  'rf',
  "it's",
  'say "a"',
  '`',
  "''",
  'AND',
  'NULL',
  'a b',
  '名前',
  '%_*[',
  '\\',
  "x' OR '1'='1",
  '\n',
];
const KEYS = [
  'auc',
  'val/auc',
  'a.b',
  'a b',
  'a"b',
  'a`b',
  '"`',
  'not',
  'NULL',
  '1',
  '-1',
  '名',
  "it's",
  '=',
  '(',
  ',',
];
const NUMBERS = [0, -0, 1, -1.5, 1e-300, 1e300, Infinity, -Infinity, 8, 0.1];
const NAMES = Object.keys(ATTRIBUTES).filter(isAttributeName);

export function someExpression(next: Random, depth = 3): Expression {
  const kind = depth === 0 ? 0 : next(5);
  if (kind === 1) return { is: 'not', part: someExpression(next, depth - 1) };
  if (kind === 2 || kind === 3)
    return {
      is: kind === 2 ? 'and' : 'or',
      parts: Array.from({ length: 2 + next(3) }, () => someExpression(next, depth - 1)),
    };
  return someComparison(next);
}

function someComparison(next: Random): Expression {
  const pick = <T>(values: readonly [T, ...T[]] | readonly T[]): T => values[next(values.length)] ?? values[0];
  const sign = pick(['=', '!=', '<', '<=', '>', '>='] as const);
  const not = next(2) === 0;
  const number = (): Test => ({ is: 'number', sign, value: pick(NUMBERS) });
  const text = (): Test =>
    pick<Test>([
      { is: 'text', sign, value: pick(TEXTS) },
      { is: 'like', by: pick(['LIKE', 'ILIKE'] as const), not, value: pick(TEXTS) },
      { is: 'like', by: 'RLIKE', not, value: pick(['^rf', "it's|a{2}", '(?i)x', '\\d+']) },
      { is: 'in', not, values: [pick(TEXTS), pick(TEXTS)].slice(next(2)) },
    ]);
  const isNull: Test = { is: 'null', not };
  const entity = pick(['metric', 'param', 'tag', 'attribute'] as const);
  if (entity === 'attribute') {
    const key = pick(NAMES);
    const { is } = attributeOf(key);
    if (is === 'boolean') return { is: 'comparison', subject: { entity, key }, test: { is: 'boolean', value: not } };
    return { is: 'comparison', subject: { entity, key }, test: pick([is === 'text' ? text() : number(), isNull]) };
  }
  const key = pick(KEYS);
  if (entity === 'metric') return { is: 'comparison', subject: { entity, key }, test: pick([number(), isNull]) };
  const mixed: Test = { is: 'in', not, values: [pick(TEXTS), pick(NUMBERS)] };
  return { is: 'comparison', subject: { entity, key }, test: pick([number(), text(), mixed, isNull]) };
}

const PIECES = [
  ...["'", '"', '`', '(', ')', ',', '=', '!', '<', '>', '.', ' ', '  ', '\n', '\0', ';', '--', '\\', '%', '\ud800'],
  ...['AND', 'OR', 'not', 'IN', 'IS', 'NULL', 'LIKE', 'RLIKE', 'metrics.auc', 'params.', 'tags."a b"', 'status', 'x'],
  ...[
    "'FINISHED'",
    '0.9',
    '-1',
    '1e999',
    'true',
    'start_time',
    "'2026-02-30'",
    "'('",
    'duration',
    "'5m'",
    'dataset.name',
  ],
];

export const someGarbage = (next: Random): string =>
  Array.from({ length: next(14) }, () => `${PIECES[next(PIECES.length)] ?? ''}${next(2) === 0 ? ' ' : ''}`).join('');
