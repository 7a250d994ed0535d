import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMAND_IDS } from '../../src/extension/commands/ids';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon?: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
  };
}

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;
const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { commands, menus, viewsWelcome } = manifest.contributes;

/** Called by rows, keys, quick fixes and the status bar only. */
const INTERNAL = [
  'loopwright.compareModelVersionWith',
  'loopwright.retryEngine',
  'loopwright.loadMore',
  'loopwright.showRunning',
  'loopwright.showRunPage',
  'loopwright.focusRunPage',
  'loopwright.ignoreFinding',
  'loopwright.scoreAgain',
  'loopwright.scoreOn',
  'loopwright.driftAgain',
];

describe('the commands in package.json', () => {
  it('are those that are registered', () => {
    expect(commands.map(({ command }) => command).sort()).toEqual([...COMMAND_IDS].sort());
  });

  it('have a title in Title Case and the category', () => {
    for (const { command, title, category } of commands) {
      expect(category, command).toBe('Loopwright');
      const text = texts[title.replaceAll('%', '')] ?? '';
      expect(text, command).toMatch(/^[A-Z]\w*( ([A-Z]\w*('s)?|as|for|from|in|of|to|with))*…?$/);
    }
  });

  it('are in menus by patterns that can be read: another condition would always be met', () => {
    const patterns = Object.values(menus)
      .flat()
      .flatMap(({ when = '' }) => [...when.matchAll(/=~ \/((?:\\.|[^/\\])*)\/([a-z]*)/g)]);
    expect(patterns.length).toBeGreaterThan(20);
    for (const [, source = '', flags] of patterns) expect(() => new RegExp(source, flags), source).not.toThrow();
  });

  it('are offered for tables and models of all kinds, to be scored', () => {
    const { when = '' } = menus['explorer/context']?.find(({ command }) => command === 'loopwright.score') ?? {};
    const [, source = ''] = /resourceFilename =~ \/((?:\\.|[^/\\])*)\/i/.exec(when) ?? [];
    const pattern = new RegExp(source, 'i');
    for (const name of ['a.csv', 'a.CSV.gz', 'a.pq', 'b.onnx', 'b.joblib', 'c.skops', 'MLmodel', 'a.ndjson.zst'])
      expect(pattern.test(name), name).toBe(true);
    for (const name of ['a.py', 'csv', 'a.csv.bak', 'onnx.txt', 'MLmodel.txt'])
      expect(pattern.test(name), name).toBe(false);
  });

  it('exist wherever a menu or a welcome text names one', () => {
    const named = [
      ...Object.values(menus).flat(),
      ...viewsWelcome.flatMap(({ contents }) =>
        [...(texts[contents.replaceAll('%', '')] ?? '').matchAll(/command:(loopwright[\w.]*)/g)].map(
          ([, command = '']) => ({ command }),
        ),
      ),
    ];
    for (const { command } of named) expect(COMMAND_IDS).toContain(command);
  });

  it('are in the palette only where they can ask for what they lack, and only in trusted folders', () => {
    const palette = new Map(menus.commandPalette?.map(({ command, when }) => [command, when ?? '']));
    for (const id of COMMAND_IDS) {
      if (id === 'loopwright.showLog') expect(palette.has(id)).toBe(false);
      else if (INTERNAL.includes(id)) expect(palette.get(id)).toBe('false');
      else expect(palette.get(id), id).toContain('isWorkspaceTrusted');
    }
  });
});

describe('package.json', () => {
  it('has a text for every key and a key for every text', () => {
    const used = [...read('package.json').matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key);
    expect([...new Set(used)].sort()).toEqual(Object.keys(texts).sort());
  });

  it('gives every view an icon, for where it is moved to', () => {
    for (const view of Object.values(manifest.contributes.views).flat()) expect(view.icon, view.id).toBeTruthy();
  });

  it('keeps settings that choose what is run out of untrusted folders', () => {
    const { properties } = manifest.contributes.configuration;
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(Object.keys(properties));
    expect(properties['loopwright.python']?.scope).toBe('machine-overridable');
  });

  it('asks for the VS Code whose API it is compiled against', () => {
    expect(manifest.engines.vscode).toBe(`^${manifest.devDependencies['@types/vscode'] ?? ''}`);
  });

  it('starts for a reason only', () => {
    for (const event of manifest.activationEvents)
      expect(event).toMatch(/^(workspaceContains|onWebviewPanel|onFileSystem|onDebugResolve|onNotebook):|^onUri$/);
  });
});
