/**
 * What a filter of runs says, once it is understood: comparisons, joined by AND, OR and NOT. Whether an attribute exists
 * and a value suits it was found out before; nothing of how it was written is left.
 */
export type Entity = 'metric' | 'param' | 'tag' | 'attribute' | 'dataset';

/** What stands in front of the dot. */
export const ENTITY_WORDS: ReadonlyMap<string, Entity> = new Map([
  ['metric', 'metric'],
  ['metrics', 'metric'],
  ['param', 'param'],
  ['params', 'param'],
  ['parameter', 'param'],
  ['parameters', 'param'],
  ['tag', 'tag'],
  ['tags', 'tag'],
  ['attribute', 'attribute'],
  ['attributes', 'attribute'],
  ['attr', 'attribute'],
  ['run', 'attribute'],
  ['dataset', 'dataset'],
  ['datasets', 'dataset'],
]);

export interface Subject {
  readonly entity: Entity;
  /** Of an attribute its own name, never an alias. */
  readonly key: string;
}

export const SIGNS = ['=', '!=', '<', '<=', '>', '>='] as const;
export type Sign = (typeof SIGNS)[number];

export type Test =
  /** Times are Unix milliseconds, durations are seconds. */
  | { readonly is: 'number'; readonly sign: Sign; readonly value: number }
  | { readonly is: 'text'; readonly sign: Sign; readonly value: string }
  | { readonly is: 'like'; readonly by: 'LIKE' | 'ILIKE' | 'RLIKE'; readonly not: boolean; readonly value: string }
  | { readonly is: 'in'; readonly not: boolean; readonly values: readonly (string | number)[] }
  | { readonly is: 'boolean'; readonly value: boolean }
  | { readonly is: 'null'; readonly not: boolean };

export interface Comparison {
  readonly is: 'comparison';
  readonly subject: Subject;
  readonly test: Test;
}

export type Expression =
  | { readonly is: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly is: 'not'; readonly part: Expression }
  | Comparison;

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
export const isNumber = (text: string): boolean => NUMBER.test(text);
