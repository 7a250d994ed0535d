/** Splitting what people type behind a script's name, as a shell would, without a shell. Pure. */

export type Split = { readonly arguments: readonly string[] } | { readonly problem: 'quote' | 'backslash' };

/**
 * Words are separated by blanks. Within single quotes everything stands for itself; within double quotes a backslash
 * protects `"` and itself; outside it protects whatever follows. Nothing is expanded: no variables, no wildcards.
 *
 * @param isWindows there a backslash separates folders: it protects nothing but a double quote
 */
export function splitArguments(text: string, isWindows: boolean): Split {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== null && char === quote) {
      quote = null;
    } else if (quote === "'") {
      word = (word ?? '') + char;
    } else if (char === '\\') {
      const next = text.charAt(at + 1);
      if (protects(next, quote !== null, isWindows)) {
        if (next === '') return { problem: 'backslash' };
        word = (word ?? '') + next;
        at++;
      } else {
        word = (word ?? '') + char;
      }
    } else if (quote === null && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (quote === null && /\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (quote !== null) return { problem: 'quote' };
  if (word !== null) words.push(word);
  return { arguments: words };
}

function protects(next: string, isQuoted: boolean, isWindows: boolean): boolean {
  if (isWindows) return next === '"';
  return isQuoted ? next === '"' || next === '\\' : true;
}

/**
 * The same way back: what `splitArguments` takes apart into these words. Within single quotes everything stands for
 * itself on every system, so nothing else is used but for a single quote.
 */
export function joinArguments(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ');
}

const quoted = (word: string): string => `'${word.split("'").join(`'"'"'`)}'`;
