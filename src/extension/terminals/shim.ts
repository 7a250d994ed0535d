/** The command `loopwright` for terminals: the command line, run by VS Code's own runtime, which is always new enough. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ShimParts {
  readonly runtime: string;
  /** Such a runtime has to be told to play Node. */
  readonly isElectron: boolean;
  readonly cliFile: string;
}

/** @returns the path of the command, which is made or brought up to date */
export async function makeShim(folder: string, parts: ShimParts, platform = process.platform): Promise<string> {
  const isWindows = platform === 'win32';
  const path = join(folder, isWindows ? 'loopwright.cmd' : 'loopwright');
  const text = isWindows ? commandFile(parts) : shellScript(parts);
  if ((await readFile(path, 'utf8').catch(() => null)) === text) return path;
  await mkdir(folder, { recursive: true });
  // Another window may be just about to start it: it is there as a whole or not at all.
  const draft = `${path}.${String(process.pid)}`;
  await writeFile(draft, text, { mode: 0o755 });
  await rename(draft, path);
  return path;
}

function shellScript({ runtime, isElectron, cliFile }: ShimParts): string {
  const start = `exec ${quoted(runtime)} ${quoted(cliFile)} "$@"`;
  return `#!/bin/sh
# Made by the extension Loopwright, and made again when that is updated.
${isElectron ? `ELECTRON_RUN_AS_NODE=1 ${start}` : start}
`;
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

function commandFile({ runtime, isElectron, cliFile }: ShimParts): string {
  const lines = [
    '@echo off',
    'setlocal',
    ...(isElectron ? ['set ELECTRON_RUN_AS_NODE=1'] : []),
    `"${runtime.replaceAll('%', '%%')}" "${cliFile.replaceAll('%', '%%')}" %*`,
    '',
  ];
  return lines.join('\r\n');
}
