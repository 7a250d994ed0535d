/** MLflow's dialect against what MLflow itself makes of the same filters and orders. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Expression, readMlflowFilter, readMlflowOrder, type Test } from '../../src/protocol/filter';

const Value = z.union([z.string(), z.number(), z.array(z.string()), z.null()]);
const Golden = z.object({
  source: z.string(),
  filters: z.array(
    z.tuple([z.string(), z.union([z.string(), z.array(z.tuple([z.string(), z.string(), z.string(), Value]))])]),
  ),
  orders: z.array(z.tuple([z.string(), z.union([z.string(), z.tuple([z.string(), z.string(), z.boolean()])])])),
});
const golden = Golden.parse(JSON.parse(readFileSync(join(import.meta.dirname, 'mlflowFilters.golden.json'), 'utf8')));

/** Oddities of its tokenizer, which nobody means: refused here. */
const ONLY_THERE = new Set([
  "run_id IN ('a' 'b')",
  "run_id = ('a')",
  'params.a."b c" = \'x\'',
  "params. a = 'x'",
  'params.a = "x"."y"',
  'metrics."a".b > 1',
  '"metrics.a" DESC',
  'dataset.name',
]);
/** What its tokenizer takes for words of SQL, or for two comparisons. */
const ONLY_HERE = new Set([
  'params.a is not  null',
  "params.from = 'x'",
  "run_id IN ('a') run_id IN ('b')",
  'metrics.`a"b`',
]);

/** Refused by both, here with another reason of the same list. */
const OTHERWISE = new Set([
  '"metrics".a > 1',
  'metrics.a > +1',
  'metrics.a > 0x10',
  'metrics.a < - 1',
  'run_id IN (a)',
  'metrics.a > 1metrics.b > 2',
  '1 = 1',
  "params .a = 'x'",
  "order = 'x'",
  'metrics.a = 1.0.0',
]);

const WORDS = { metric: 'metric', param: 'parameter', tag: 'tag', attribute: 'attribute', dataset: 'dataset' } as const;
const itsName = (key: string) => (key === 'name' ? 'run_name' : key);

function asMlflow(expression: Expression | null): unknown[] {
  if (expression === null) return [];
  if (expression.is === 'and') return expression.parts.flatMap(asMlflow);
  if (expression.is !== 'comparison') throw new Error(expression.is);
  const { subject, test } = expression;
  const key = subject.entity === 'attribute' ? itsName(subject.key) : subject.key;
  return [[WORDS[subject.entity], key, ...asOperator(test)]];
}

function asOperator(test: Test): unknown[] {
  switch (test.is) {
    case 'number':
    case 'text':
      return [test.sign, test.value];
    case 'like':
      return [test.by, test.value];
    case 'in':
      return [test.not ? 'NOT IN' : 'IN', test.values];
    case 'null':
      return [test.not ? 'IS NOT NULL' : 'IS NULL', null];
    case 'boolean':
      return [test.value];
  }
}

/** Two beginnings of the same: that the form is not understood. */
const MISSHAPEN = ['Invalid clause(s)', 'Invalid comparison clause', 'Search filter contained multiple expression'];

function beginsAs(theirs: string, text: string): string {
  if (OTHERWISE.has(text)) return '';
  return MISSHAPEN.includes(theirs) ? 'Invalid clause(s)' : theirs;
}

describe("MLflow's dialect", () => {
  it.each(golden.filters.filter(([text]) => !ONLY_THERE.has(text) && !ONLY_HERE.has(text)))('%s', (text, theirs) => {
    if (typeof theirs !== 'string') expect(asMlflow(readMlflowFilter(text))).toEqual(theirs);
    else
      expect(() => readMlflowFilter(text)).toThrow(
        expect.objectContaining({
          code: 'bad_request',
          message: expect.stringContaining(beginsAs(theirs, text)) as string,
        }),
      );
  });

  it.each([...ONLY_THERE].filter((text) => golden.filters.some(([one]) => one === text)))('refuses %s', (text) => {
    expect(() => readMlflowFilter(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
  });

  it('points at the place', () => {
    expect(() => readMlflowFilter("status = 'a' AND foo.x = 'y'")).toThrow(
      /^Invalid entity type 'foo'.* character 18 /,
    );
    expect(() => readMlflowFilter("status = 'a' OR status = 'b'")).toThrow(/'OR status = 'b'' at character 14: /);
  });
});

describe("an item of MLflow's order_by", () => {
  it.each(golden.orders.filter(([text]) => !ONLY_THERE.has(text) && !ONLY_HERE.has(text)))('"%s"', (text, theirs) => {
    if (typeof theirs === 'string')
      expect(() => readMlflowOrder(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    else {
      const { subject, descending } = readMlflowOrder(text);
      const key = theirs[1].toLowerCase() === 'created' ? 'start_time' : theirs[1];
      expect([WORDS[subject.entity], itsName(subject.key), !descending]).toEqual([theirs[0], key, theirs[2]]);
    }
  });
});
