/**
 * Filters of registered models: what MLflow's clients search them and their versions by, in the grammar of the Runs view. Each
 * version is asked, with its model behind it; metrics and parameters are those of its run. Pure.
 */
import { Stage, VersionStatus } from '../registry';
import type { Attribute, Vocabulary } from './attributes';
import { type Dialect, parse, type WrittenValue } from './grammar';
import { dialectOf } from './loopwright';
import { quotedText } from './print';
import { type Expression, isNumber } from './syntax';
import { tokensOf } from './tokens';

const ATTRIBUTES = {
  name: { is: 'text' },
  version: { is: 'number' },
  stage: { is: 'text', values: Stage.options },
  alias: { is: 'text', isOptional: true },
  status: { is: 'text', values: VersionStatus.options },
  run_id: { is: 'text', isOptional: true },
  run_name: { is: 'text', isOptional: true },
  source_path: { is: 'text' },
  description: { is: 'text' },
  user_id: { is: 'text' },
  created: { is: 'time' },
  last_updated: { is: 'time' },
} as const satisfies Readonly<Record<string, Attribute>>;
export type ModelAttribute = keyof typeof ATTRIBUTES;

/** MLflow's other names of the same. */
const ALIASES: ReadonlyMap<string, ModelAttribute> = new Map([
  ['version_number', 'version'],
  ['current_stage', 'stage'],
  ['creation_timestamp', 'created'],
  ['creation_time', 'created'],
  ['last_updated_timestamp', 'last_updated'],
  ['timestamp', 'last_updated'],
]);

const isOne = (name: string): name is ModelAttribute => Object.hasOwn(ATTRIBUTES, name);
const modelAttribute = (name: string): ModelAttribute | null => (isOne(name) ? name : (ALIASES.get(name) ?? null));

export const MODELS: Vocabulary = { attributes: ATTRIBUTES, named: modelAttribute };

const STRICT = dialectOf(MODELS);

/** Bare words are text: `stage = Production`. A tag that has to be 3 is written so; only what is smaller is a number. */
const DIALECT: Dialect = {
  ...STRICT,
  comparisonOf: (written) => {
    const kind = written.entity === null ? MODELS.attributes[modelAttribute(written.key) ?? '']?.is : undefined;
    const isText =
      kind === 'text' || kind === 'time' || (written.entity !== null && !/^metrics?$/i.test(written.entity));
    const isOrder = /^[<>]/.test(written.operator);
    const quoted = (value: WrittenValue): WrittenValue =>
      value.quote !== null || !isText || (isNumber(value.text) && (isOrder || kind === 'time'))
        ? value
        : { ...value, quote: "'" };
    return STRICT.comparisonOf({ ...written, values: written.values.map(quoted) });
  },
};

/**
 * Words alone are looked for in the name.
 *
 * @returns null for a text without any comparison: it chooses all
 * @throws LoopwrightError `bad_request` that points at the place that was not understood
 */
export function readModelFilter(text: string): Expression | null {
  const tokens = tokensOf(text, 'doubled').filter(({ kind }) => kind !== 'end');
  const isWords = tokens.every(({ kind, text: word }) => kind === 'word' && !OPERATOR.test(word));
  if (!isWords) return parse(text, DIALECT);
  return parse(tokens.map(({ text: word }) => `name ILIKE ${quotedText(`%${word}%`)}`).join(' AND '), DIALECT);
}

const OPERATOR = /^(?:AND|OR|NOT|IN|IS|NULL|I?LIKE|RLIKE|REGEXP)$/;
