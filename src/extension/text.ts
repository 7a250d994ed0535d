/** Making text from runs harmless where it is shown: names, commands and reasons may come from a stranger's store. */

/** Control characters, and those that turn the direction of text or hide in it. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** One line without anything invisible, not longer than `limit` characters. */
export function plain(text: string, limit = 200): string {
  const line = text.replaceAll(INVISIBLE, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

/** Where scripts that are written from right to left have their letters. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LEFT_TO_RIGHT_ISOLATE = '\u2066';
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/** A name in the midst of other text: one that is written from right to left does not take along what stands beside it. */
export function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? FIRST_STRONG_ISOLATE + text + POP_ISOLATE : text;
}

/** What stands behind a name in a row: without this, the number that it begins with would move in front of the name. */
export function behind(name: string, text: string): string {
  return RIGHT_TO_LEFT.test(name) && text !== '' ? LEFT_TO_RIGHT_ISOLATE + text + POP_ISOLATE : text;
}

/** For labels in which VS Code would draw `$(name)` as an icon. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '\\$(');
}

/** For Markdown: whatever it holds is shown as it is written. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');
}
