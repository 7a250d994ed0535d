/** Texts of a model's as they can stand in code: whoever made the model chose them. Pure. */
import type { EmbeddingLanguage } from '../../../protocol/requests/endpoints';
import type { EmbeddedModel } from './model';

/** What can't be seen, or turns the direction of what stands beside it. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const LINE = 90;

export function quoted(text: string, language: EmbeddingLanguage): string {
  let written = '';
  for (const char of text) {
    if (char === '"' || char === '\\') written += `\\${char}`;
    else if (char === '\n') written += String.raw`\n`;
    else written += HIDDEN.test(char) ? escaped(char, language) : char;
  }
  return `"${written}"`;
}

function escaped(char: string, language: EmbeddingLanguage): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  // C++ has no names for these before C++23.
  if (language === 'cpp' && code < 0xa0)
    return [...Buffer.from(char)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  if (code <= 0xffff) return `\\u${hex.padStart(4, '0')}`;
  return language === 'node' ? `\\u{${hex}}` : `\\U${hex.padStart(8, '0')}`;
}

/** In a line of comment, which it can't leave. */
const inComment = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/** @param mark `#` or `//` @param needs what has to be installed */
export function head(mark: string, { label, digest }: EmbeddedModel, needs: string, isRun: boolean): string {
  const lines = [
    `${inComment(label)}${digest === null ? '' : ` (${inComment(digest)})`}: a row through the model, in this process.`,
    needs,
    ...(isRun ? [] : ['This code was not run by Loopwright, which has no compiler for it.']),
  ];
  return lines.map((line) => `${mark} ${line}`).join('\n');
}

/** What an input takes and what it is given here. */
export const inputComment = (mark: string, { words, cells }: EmbeddedModel['inputs'][number]): string =>
  `${mark} ${inComment(words)}: ${cells === null ? 'zeros' : 'a row of the input example'}.`;

/** In lines that can be read. @param indent of the line that it stands in */
export function listed(values: readonly string[], indent: string): string {
  const line = values.join(', ');
  if (line.length <= LINE) return line;
  const lines: string[] = [];
  for (const value of values) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + value.length + 2 <= LINE) lines[lines.length - 1] = `${last}, ${value}`;
    else lines.push(value);
  }
  const inner = `${indent}    `;
  return `\n${inner}${lines.join(`,\n${inner}`)},\n${indent}`;
}

export const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const unread = (mark: string, { name, type }: { name: string; type: string }, by: string): string =>
  `${mark} ${inComment(JSON.stringify(name))} is ${inComment(type)}, which ${by}.`;
