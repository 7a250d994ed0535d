/** Regular expressions of filters: JavaScript's, by code points; `(?i)` in front ignores upper and lower case. */
const IGNORING_CASE = '(?i)';

/** @throws SyntaxError that says what is wrong with it */
export function patternOf(text: string): RegExp {
  return text.startsWith(IGNORING_CASE) ? new RegExp(text.slice(IGNORING_CASE.length), 'iu') : new RegExp(text, 'u');
}
