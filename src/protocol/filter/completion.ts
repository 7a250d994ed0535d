/** What may stand where the cursor is in a filter that is being typed, which may have other words in it, too. Pure. */
import { type Attribute, RUNS, type Vocabulary } from './attributes';
import { entityOf } from './loopwright';
import { quotedKey, quotedText } from './print';
import { type Token, tokensOf } from './tokens';

export interface KnownKey {
  readonly kind: 'metric' | 'param' | 'tag';
  readonly key: string;
}

export interface Suggestion {
  readonly kind: 'attribute' | KnownKey['kind'] | 'operator' | 'value' | 'word';
  /** To be shown: the bare key, the bare value. */
  readonly label: string;
  /** To be put in place of what stands from `start` to `end`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A comparison that is begun: what is compared, as it is written. */
interface Compared {
  readonly kind: KnownKey['kind'] | Attribute['is'];
  readonly attribute: Attribute | null;
}

export interface Place {
  readonly expects: 'subject' | 'operator' | 'value' | 'list' | 'conjunction' | 'nothing';
  readonly compared: Compared | null;
  /** Parentheses that are still to be closed. */
  readonly depth: number;
  /** What is typed of it up to the cursor, and the whole that it is a part of. */
  readonly fragment: string;
  readonly start: number;
  readonly end: number;
}

export function completeFilter(
  text: string,
  position: number,
  keys: readonly KnownKey[],
  vocabulary: Vocabulary = RUNS,
): Suggestion[] {
  const place = placeAt(text, position, vocabulary);
  const { start, end } = place;
  return candidates(place, keys, vocabulary).map((one) => ({ ...one, start, end }));
}

type Candidate = Omit<Suggestion, 'start' | 'end'>;

function candidates(place: Place, keys: readonly KnownKey[], vocabulary: Vocabulary): Candidate[] {
  const { expects, compared, fragment } = place;
  const starting = (candidate: Candidate) => isBeginning(fragment, candidate.label);
  switch (expects) {
    case 'subject':
      return subjects(fragment, keys, vocabulary);
    case 'operator': {
      const fitting = (compared ? operatorsOf(compared) : []).map(operator).filter(starting);
      // None of these: a word, and what is typed now is the next.
      return fitting.length > 0 ? fitting : subjects(fragment, keys, vocabulary);
    }
    case 'value':
      return (compared?.attribute?.values ?? []).map((value) => valueOf(compared, value)).filter(starting);
    case 'list':
      return (compared?.attribute?.values ?? [])
        .map((value) => valueOf(compared, value))
        .filter(starting)
        .map((one) => ({ ...one, text: place.depth > 0 ? one.text : `(${one.text}` }));
    case 'conjunction': {
      const words = ['AND', 'OR', ...(place.depth > 0 ? [')'] : [])].map(word).filter(starting);
      return words.length > 0 ? words : subjects(fragment, keys, vocabulary);
    }
    case 'nothing':
      return [];
  }
}

const operator = (label: string): Candidate => ({ kind: 'operator', label, text: label });
const word = (label: string): Candidate => ({ kind: 'word', label, text: label });
const valueOf = (compared: Compared | null, label: string): Candidate => ({
  kind: 'value',
  label,
  text: compared?.kind === 'boolean' ? label : quotedText(label),
});

const isBeginning = (fragment: string, of: string): boolean =>
  of.toLowerCase().startsWith(fragment.replace(/^['"`]/, '').toLowerCase());

const PREFIXES = { metric: 'metrics', param: 'params', tag: 'tags' } as const;

function subjects(fragment: string, keys: readonly KnownKey[], vocabulary: Vocabulary): Candidate[] {
  const { entity, key } = partsOf(fragment);
  const typed = key.toLowerCase();
  const attributes = entity === null || entity === 'attribute' ? Object.keys(vocabulary.attributes) : [];
  const prefix = entity === null ? '' : 'attributes.';
  const found = [
    ...keys
      .filter(({ kind }) => entity === null || kind === entity)
      .map(({ kind, key: known }) => ({ kind, label: known, text: `${PREFIXES[kind]}.${quotedKey(known)}` })),
    ...attributes.map((name) => ({ kind: 'attribute' as const, label: name, text: `${prefix}${name}` })),
  ].filter(({ label }) => label.toLowerCase().includes(typed));
  // Those that begin so before those that have it somewhere.
  const rank = ({ label }: Candidate) => (label.toLowerCase().startsWith(typed) ? 0 : 1);
  return [
    ...found.sort((a, b) => rank(a) - rank(b)),
    ...(entity === null && 'not'.startsWith(typed) ? [word('NOT')] : []),
  ];
}

/** The entity in front of a key that is typed, and the key without its quotes. */
export function partsOf(fragment: string): { entity: ReturnType<typeof entityOf>; key: string } {
  const dot = fragment.indexOf('.');
  const entity = dot < 0 ? null : entityOf(fragment.slice(0, dot));
  const key = entity === null ? fragment : fragment.slice(dot + 1);
  return { entity, key: key.replace(/^["'`]/, '').replace(/["'`]$/, '') };
}

const COMPARING = ['=', '!=', '<', '<=', '>', '>='];
const MATCHING = ['LIKE', 'ILIKE', 'RLIKE', 'IN', 'NOT LIKE', 'NOT ILIKE', 'NOT RLIKE', 'NOT IN'];
const BEING = ['IS NULL', 'IS NOT NULL'];

function operatorsOf({ kind, attribute }: Compared): string[] {
  switch (kind) {
    case 'metric':
      return ['>', '>=', '<', '<=', '=', '!=', ...BEING];
    case 'param':
    case 'tag':
      return [...COMPARING, ...MATCHING, ...BEING];
    case 'text':
      return ['=', '!=', ...MATCHING, ...(attribute?.isOptional === true ? BEING : [])];
    case 'time':
    case 'seconds':
    case 'number':
      return ['>', '>=', '<', '<=', ...(attribute?.isOptional === true ? BEING : [])];
    case 'boolean':
      return ['=', '!='];
  }
}

export function placeAt(text: string, position: number, vocabulary: Vocabulary = RUNS): Place {
  const tokens = tokensOf(text, 'doubled').filter(({ kind, start }) => kind !== 'end' && start < position);
  const last = tokens.at(-1);
  const isTouched = last !== undefined && last.end >= position && !['open', 'close', 'comma'].includes(last.kind);
  const touched = isTouched ? fragmentOf(tokens) : [];
  const walk = new Walk(vocabulary);
  for (const token of tokens.slice(0, tokens.length - touched.length)) walk.over(token);
  const start = touched[0]?.start ?? position;
  const end = last !== undefined && isTouched && last.kind !== 'unclosed' ? last.end : position;
  const { expects, compared, depth } = walk;
  return { expects, compared, depth, fragment: text.slice(start, position), start, end };
}

/** The tokens that are typed on: `params."a b` is one thing. */
function fragmentOf(tokens: readonly Token[]): Token[] {
  const [before, last] = [tokens.at(-2), tokens.at(-1)];
  if (!last) return [];
  const isKey = (last.kind === 'quoted' || last.kind === 'unclosed') && before?.kind === 'word';
  return isKey && before.text.endsWith('.') && before.end === last.start ? [before, last] : [last];
}

/** Goes over the tokens in front of the cursor. What is no comparison is a word. */
class Walk {
  expects: Place['expects'] = 'subject';
  compared: Compared | null = null;
  depth = 0;
  /** That of `params."a b"`, as long as its key is to come. */
  private prefix = '';

  constructor(private readonly vocabulary: Vocabulary) {}

  over(token: Token): void {
    const upper = token.text.toUpperCase();
    if (token.kind === 'open') this.opens();
    else if (token.kind === 'close') this.closes();
    else if (this.expects === 'operator' && (token.kind === 'sign' || isOperatorWord(upper))) this.operator(upper);
    else if (this.expects === 'value') this.expects = 'conjunction';
    else if (this.expects === 'list') this.expects = 'nothing';
    else if (this.expects === 'nothing') this.expects = token.kind === 'comma' ? 'list' : 'nothing';
    else if (upper === 'AND' || upper === 'OR' || upper === 'NOT') this.expects = 'subject';
    else this.subject(token);
  }

  private opens(): void {
    this.depth++;
    if (this.expects !== 'list') this.expects = 'subject';
  }

  private closes(): void {
    this.depth = Math.max(0, this.depth - 1);
    this.expects = 'conjunction';
  }

  private operator(upper: string): void {
    if (upper === 'NULL') this.expects = 'conjunction';
    else if (upper === 'IN') this.expects = 'list';
    else if (upper !== 'NOT' && upper !== 'IS') this.expects = 'value';
  }

  private subject(token: Token): void {
    const written = `${this.prefix}${token.text}`;
    this.prefix = token.kind === 'word' && token.text.endsWith('.') ? token.text : '';
    this.expects = 'operator';
    this.compared = comparedBy(written, this.vocabulary);
  }
}

const isOperatorWord = (upper: string): boolean => /^(?:NOT|IN|IS|NULL|I?LIKE|RLIKE|REGEXP)$/.test(upper);

function comparedBy(written: string, { attributes, named }: Vocabulary): Compared | null {
  const { entity, key } = partsOf(written);
  if (entity === 'metric' || entity === 'param' || entity === 'tag') return { kind: entity, attribute: null };
  const attribute = attributes[named(key) ?? ''];
  return attribute ? { kind: attribute.is, attribute } : null;
}
