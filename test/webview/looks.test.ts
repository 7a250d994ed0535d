/** Names that nothing checks at run time: a wrong one only looks wrong. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ICONS } from '../../webview/ui/icons';

const ROOT = join(import.meta.dirname, '..', '..');
const THEMES = join(import.meta.dirname, 'themes');

const sources = readdirSync(join(ROOT, 'webview'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|css)$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(ROOT, 'webview', file), 'utf8') }));

describe('icons', () => {
  const css = readFileSync(join(ROOT, 'node_modules/@vscode/codicons/dist/codicon.css'), 'utf8');

  it.each(Object.entries(ICONS))('%s is in the font', (name, character) => {
    const code = new RegExp(`\\.codicon-${name}:before \\{ content: "\\\\([0-9a-f]+)"`).exec(css)?.[1];
    expect(character.codePointAt(0)?.toString(16)).toBe(code);
  });
});

describe('icons by name in the pages', () => {
  // The compiler checks bound names only; those that stand in a template are text to it.
  const named = sources.flatMap(({ text }) => [
    ...text.matchAll(/<lw-icon\s[^>$]*?name="([\w-]+)"|\sicon="([\w-]+)"/g),
  ]);
  const names = new Set(named.map(([, name, icon]) => name ?? icon ?? ''));

  it.each([...names])('%s is known', (name) => {
    expect(Object.keys(ICONS)).toContain(name);
  });
});

describe('variables of the theme', () => {
  /** Only defined where the user or a theme sets them; the style sheets say what holds otherwise. */
  const OPTIONAL = new Set(['--vscode-terminal-background', '--vscode-editor-findMatchForeground']);
  /** The colour is put in at run time. */
  const isTemplate = (name: string) => /-ansi(Bright)?$|^--vscode-charts$/.test(name);
  const themes = readdirSync(THEMES).map((file) => readFileSync(join(THEMES, file), 'utf8'));
  const used = new Set(sources.flatMap(({ text }) => text.match(/--vscode-[\w-]*\w/g) ?? []));

  it.each([...used].filter((name) => !OPTIONAL.has(name) && !isTemplate(name)))(
    '%s is one that VS Code has',
    (name) => {
      expect(themes.some((theme) => theme.includes(`${name}:`))).toBe(true);
    },
  );
});

describe('the sources of the pages', () => {
  it.each(sources)('$file writes no markup from text and no style attribute', ({ text }) => {
    expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|document\.write|styleMap|\sstyle=/);
  });
});
