/** Making text from runs harmless where it is shown: names, commands and reasons may come from a stranger's store. */

/** Control characters, and those that turn the direction of text or hide in it. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** One line without anything invisible, not longer than `limit` characters. */
export function plain(text: string, limit = 200): string {
  const line = text.replaceAll(INVISIBLE, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

/** For labels in which VS Code would draw `$(name)` as an icon. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '\\$(');
}

/** For Markdown: whatever it holds is shown as it is written. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&');
}
