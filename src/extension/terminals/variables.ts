/** The variables that a terminal gets from us. Pure. */

export interface TrackedFolder {
  readonly folder: string;
  readonly store: string;
}

export interface TerminalWishes {
  readonly platform: NodeJS.Platform;
  /** The `loopwright` command. */
  readonly shim: string;
  readonly hookFolder: string;
  /** Whose scripts are tracked when they are typed, and where; none where that is off. */
  readonly folders: readonly TrackedFolder[];
  /** The PYTHONPATH that the terminal would have without us. */
  readonly pythonPath: string;
}

export interface TerminalVariables {
  /** Put behind the PATH: a `loopwright` of the user's own goes first. */
  readonly pathSuffix: string;
  readonly set: Readonly<Record<string, string>>;
}

export function collectVariables(wishes: TerminalWishes): TerminalVariables {
  const { platform, shim, hookFolder, pythonPath } = wishes;
  const isWindows = platform === 'win32';
  const separator = isWindows ? ';' : ':';
  const pathSuffix = `${separator}${shim.replace(/[/\\][^/\\]*$/, '')}`;
  // A folder whose name has the characters that stand between can't be told, so it is not tracked.
  const folders = wishes.folders.filter(({ folder, store }) => !/[\n\t]/.test(folder + store));
  // Windows can not replace a process by another one.
  if (isWindows || folders.length === 0 || hookFolder.includes(separator)) return { pathSuffix, set: {} };
  return {
    pathSuffix,
    set: {
      // As a whole and not as a prefix: a separator at the end of PYTHONPATH would mean the working folder.
      PYTHONPATH: pythonPath === '' ? hookFolder : `${hookFolder}${separator}${pythonPath}`,
      LOOPWRIGHT_TERMINAL: [shim, ...folders.map(({ folder, store }) => `${store}\t${folder}`)].join('\n'),
    },
  };
}
