/** The tokens of a filter and where they stand. Every text has some: what makes no sense is a token, too. Pure. */
export type Quote = "'" | '"' | '`';

export interface Token {
  readonly kind: 'word' | 'quoted' | 'sign' | 'open' | 'close' | 'comma' | 'unclosed' | 'end';
  /** As it is written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * `doubled`: a quote within a text is written twice. `raw`: as MLflow has it, whose texts go on behind a doubled quote
 * and behind a backslash with a quote, and keep both as they are.
 */
export type Quoting = 'doubled' | 'raw';

const PUNCTUATION = { '(': 'open', ')': 'close', ',': 'comma' } as const;
const BLANKS = /\s*/y;
const SIGN = /[=<>!]+/y;
const WORD = /[^\s'"`(),=<>!]+/y;
const QUOTED = {
  doubled: /'(?:''|[^'])*'|"(?:""|[^"])*"|`(?:``|[^`])*`/y,
  raw: /'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*"|`(?:``|[^`])*`/y,
} as const;

export function tokensOf(text: string, quoting: Quoting): Token[] {
  const tokens: Token[] = [];
  let at = matchedBy(BLANKS, text, 0).length;
  while (at < text.length) {
    const token = tokenAt(text, at, quoting);
    tokens.push(token);
    at = token.end + matchedBy(BLANKS, text, token.end).length;
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

function tokenAt(text: string, start: number, quoting: Quoting): Token {
  const token = (kind: Token['kind'], written: string): Token => {
    return { kind, text: written, start, end: start + written.length };
  };
  const character = text.charAt(start);
  if (character === '(' || character === ')' || character === ',') return token(PUNCTUATION[character], character);
  if (isQuote(character)) {
    const quoted = matchedBy(QUOTED[quoting], text, start);
    return quoted === '' ? token('unclosed', text.slice(start)) : token('quoted', quoted);
  }
  const sign = matchedBy(SIGN, text, start);
  return sign === '' ? token('word', matchedBy(WORD, text, start)) : token('sign', sign);
}

function matchedBy(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

export const isQuote = (character: string): character is Quote => /^['"`]$/.test(character);

/** What stands between the quotes. */
export function unquoted({ text }: Token, quoting: Quoting): string {
  const [quote = ''] = text;
  const within = text.slice(1, -1);
  return quoting === 'raw' ? within : within.replaceAll(quote + quote, quote);
}
