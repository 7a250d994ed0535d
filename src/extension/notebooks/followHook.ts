/** The hook where notebooks find it, and the cell that loads it. Without VS Code. */
import { lstat, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { describeError, type Log } from '../log';

export const LOAD = '%load_ext loopwright';

/**
 * The place of the hook that notebooks name. It lies outside the extension, whose own folder has another name after each
 * update.
 */
export class HookLink {
  private readonly path: string;

  constructor(
    private readonly stateFolder: string,
    private readonly hook: string,
    private readonly log: Log,
  ) {
    this.path = join(stateFolder, 'hook');
  }

  /** After an update: the link that is there points to this extension from now on. */
  async renew(): Promise<void> {
    try {
      if ((await lstat(this.path).catch(() => null)) !== null) await this.make(); // null: nobody has asked for it yet
    } catch (error) {
      this.log.warn(`${this.path}: ${describeError(error)}`);
    }
  }

  async make(): Promise<void> {
    await mkdir(this.stateFolder, { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${String(process.pid)}`;
    await rm(draft, { force: true, recursive: true });
    // A junction needs no privilege on Windows, where `rename` does not replace it.
    await symlink(this.hook, draft, process.platform === 'win32' ? 'junction' : 'dir');
    if (process.platform === 'win32') await rm(this.path, { force: true, recursive: true });
    await rename(draft, this.path);
  }

  /** As Python source that works on this machine whoever's home it is. */
  get source(): string {
    const inside = relative(homedir(), this.path);
    const isInside = !inside.startsWith('..') && inside !== this.path;
    const text = JSON.stringify(isInside ? `~/${inside.split(sep).join('/')}` : this.path);
    return isInside ? `os.path.expanduser(${text})` : text;
  }
}

/** The cell that is inserted. */
export function captureCell(source: string): string {
  return [
    '# Loopwright: capture files, parameters, models, figures and what MLflow logs inside this kernel. Remove this cell to stop.',
    'import os, sys',
    `sys.path.append(${source})`,
    LOAD,
  ].join('\n');
}
