/**
 * From the text of a filter to what it says, by recursive descent:
 *
 *     filter     = [ or ]
 *     or         = and { "OR" and }
 *     and        = not { "AND" not }
 *     not        = "NOT" not | "(" or ")" | comparison
 *     comparison = subject operator [ value | "(" value { "," value } ")" ]
 *     subject    = [ entity "." ] key
 *
 * What may be compared with what is the dialect's to say. Pure.
 */
import type { LoopwrightError } from '../errors';
import type { Comparison, Expression } from './syntax';
import { type Quote, type Quoting, type Token, tokensOf, unquoted } from './tokens';

/** SQLite takes expressions of a limited depth. */
const MAX_COMPARISONS = 400;
const MAX_DEPTH = 50;

export interface WrittenValue {
  /** null for a bare word. */
  readonly quote: Quote | null;
  readonly text: string;
  /** With its quotes. */
  readonly written: string;
}

/** A comparison of which only the form is known to be right. */
export interface Written {
  readonly entity: string | null;
  readonly key: string;
  readonly isKeyQuoted: boolean;
  /** In capitals, with single blanks. */
  readonly operator: string;
  /** None behind IS NULL. */
  readonly values: readonly WrittenValue[];
  readonly isList: boolean;
}

/** What is wrong with a comparison; where it stands is known to whoever catches it. */
export class Refusal extends Error {
  constructor(
    why: string,
    readonly of: 'form' | 'meaning' = 'meaning',
  ) {
    super(why);
  }
}

export interface Dialect {
  readonly quoting: Quoting;
  /** `and`: comparisons in a row, whether AND stands between them or not. */
  readonly joining: 'and' | 'logic';
  /** @throws Refusal */
  readonly comparisonOf: (written: Written) => Comparison;
  /** `of`: whether something has no meaning here though its form is right. */
  readonly error: (text: string, position: number, why: string, of: 'form' | 'meaning') => LoopwrightError;
}

/**
 * @returns null for a text without any comparison
 * @throws LoopwrightError `bad_request` that names the place that was not understood
 */
export function parse(text: string, dialect: Dialect): Expression | null {
  const parser = new Parser(text, dialect);
  return dialect.joining === 'and' ? parser.inARow() : parser.whole();
}

/** A subject alone, as something to sort by begins with one. */
export function subjectIn(text: string, quoting: Quoting): { subject: WrittenSubject; rest: readonly Token[] } | null {
  const tokens = tokensOf(text, quoting);
  const found = subjectAt(tokens, 0, quoting);
  return found && { subject: found.subject, rest: tokens.slice(found.next, -1) };
}

type WrittenSubject = Pick<Written, 'entity' | 'key' | 'isKeyQuoted'>;

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private comparisons = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly dialect: Dialect,
  ) {
    this.tokens = tokensOf(text, dialect.quoting);
  }

  whole(): Expression | null {
    if (this.peek().kind === 'end') return null;
    const expression = this.or();
    if (this.peek().kind === 'end') return expression;
    throw this.refused(
      this.peek().kind === 'close'
        ? 'there is no parenthesis that this one closes'
        : 'comparisons are joined by AND or OR',
    );
  }

  inARow(): Expression | null {
    const parts: Expression[] = [];
    for (;;) {
      while (this.isWord('AND')) this.at++;
      if (this.peek().kind === 'end') break;
      parts.push(this.comparison());
    }
    return joined('and', parts);
  }

  private or(): Expression {
    return this.chain('or', 'OR', () => this.chain('and', 'AND', () => this.not()));
  }

  private chain(is: 'and' | 'or', word: string, part: () => Expression): Expression {
    const first = part();
    const others: Expression[] = [];
    while (this.takeWord(word)) others.push(part());
    return joined(is, [first, ...others]) ?? first;
  }

  private not(): Expression {
    if (!this.isWord('NOT') && this.peek().kind !== 'open') return this.comparison();
    if (++this.depth > MAX_DEPTH) throw this.refused(`parentheses and NOT go ${String(MAX_DEPTH)} deep at most`);
    const expression = this.takeWord('NOT') ? ({ is: 'not', part: this.not() } as const) : this.group();
    this.depth--;
    return expression;
  }

  private group(): Expression {
    const open = this.take();
    const expression = this.or();
    if (this.peek().kind === 'close') {
      this.take();
      return expression;
    }
    if (this.peek().kind === 'end') throw this.refused('this parenthesis is not closed', open);
    throw this.refused('AND, OR or a closing parenthesis belongs here');
  }

  private comparison(): Comparison {
    const first = this.peek();
    try {
      if (++this.comparisons > MAX_COMPARISONS)
        throw new Refusal(`a filter has ${String(MAX_COMPARISONS)} comparisons at most`);
      return this.dialect.comparisonOf(this.written());
    } catch (error) {
      throw error instanceof Refusal ? this.dialect.error(this.text, first.start, error.message, error.of) : error;
    }
  }

  private written(): Written {
    const found = subjectAt(this.tokens, this.at, this.dialect.quoting);
    if (!found) throw this.misshapen(EXPECTED);
    this.at = found.next;
    const operator = this.operator();
    if (operator === null) throw this.misshapen(EXPECTED);
    const isList = !operator.endsWith('NULL') && this.peek().kind === 'open';
    const values = operator.endsWith('NULL') ? [] : isList ? this.list(operator) : [this.value(operator)];
    return { ...found.subject, operator, values, isList };
  }

  private operator(): string | null {
    if (this.peek().kind === 'sign') return this.take().text;
    if (this.peek().kind !== 'word') return null;
    const words = WORD_OPERATORS.find((sequence) => sequence.every((word, index) => this.isWord(word, index)));
    if (!words) return null;
    this.at += words.length;
    return words.join(' ');
  }

  private list(operator: string): WrittenValue[] {
    this.take();
    const values: WrittenValue[] = [];
    while (this.peek().kind !== 'close') {
      values.push(this.value(operator));
      if (this.peek().kind === 'comma') this.take();
      else if (this.peek().kind !== 'close')
        throw this.misshapen("a list has commas between its values and a parenthesis at its end: ('a', 'b')");
    }
    this.take();
    return values;
  }

  private value(operator: string): WrittenValue {
    const token = this.peek();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.misshapen(`a value is missing behind ${operator}`);
    this.take();
    if (token.kind === 'word') return { quote: null, text: token.text, written: token.text };
    // A quoted token begins with its quote.
    const quote = token.text.charAt(0) as Quote;
    return { quote, text: unquoted(token, this.dialect.quoting), written: token.text };
  }

  private peek(): Token {
    return this.tokens[this.at] ?? END;
  }

  private take(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  private isWord(word: string, ahead = 0): boolean {
    const token = this.tokens[this.at + ahead];
    return token?.kind === 'word' && token.text.toUpperCase() === word;
  }

  private takeWord(word: string): boolean {
    const isThere = this.isWord(word);
    if (isThere) this.at++;
    return isThere;
  }

  /** A comparison is refused where it begins, a quote that is not closed where it stands. */
  private misshapen(why: string): Error {
    return this.peek().kind === 'unclosed' ? this.refused(why) : new Refusal(why, 'form');
  }

  private refused(why: string, token = this.peek()): LoopwrightError {
    const reason = token.kind === 'unclosed' ? 'this quote is not closed' : why;
    return this.dialect.error(this.text, token.start, reason, 'form');
  }
}

const EXPECTED = "expected a comparison such as status = 'FINISHED'";
const END: Token = { kind: 'end', text: '', start: 0, end: 0 };

/** The longer before the shorter that they begin with. */
const WORD_OPERATORS = [
  ...['LIKE', 'ILIKE', 'RLIKE', 'REGEXP', 'IN'].flatMap((word) => [[word], ['NOT', word]]),
  ['IS', 'NOT', 'NULL'],
  ['IS', 'NULL'],
];

/** `key`, `entity.key`, `entity."a key"`, `` `entity`.key ``, `"a key"`: what belongs together has no blanks between. */
function subjectAt(
  tokens: readonly Token[],
  at: number,
  quoting: Quoting,
): { subject: WrittenSubject; next: number } | null {
  const [first, second] = [tokens[at], tokens[at + 1]];
  if (first?.kind !== 'word' && first?.kind !== 'quoted') return null;
  const adjacent = second?.start === first.end ? second : undefined;
  if (first.kind === 'quoted') {
    if (first.text.startsWith('`') && adjacent?.kind === 'word' && adjacent.text.startsWith('.'))
      return {
        subject: { entity: unquoted(first, quoting), key: adjacent.text.slice(1), isKeyQuoted: false },
        next: at + 2,
      };
    if (first.text.startsWith("'")) return null;
    return { subject: { entity: null, key: unquoted(first, quoting), isKeyQuoted: true }, next: at + 1 };
  }
  const dot = first.text.indexOf('.');
  if (dot < 0) return { subject: { entity: null, key: first.text, isKeyQuoted: false }, next: at + 1 };
  const entity = first.text.slice(0, dot);
  if (dot === first.text.length - 1 && adjacent?.kind === 'quoted')
    return { subject: { entity, key: unquoted(adjacent, quoting), isKeyQuoted: true }, next: at + 2 };
  return { subject: { entity, key: first.text.slice(dot + 1), isKeyQuoted: false }, next: at + 1 };
}

function joined(is: 'and' | 'or', parts: readonly Expression[]): Expression | null {
  return parts.length > 1 ? { is, parts } : (parts[0] ?? null);
}
