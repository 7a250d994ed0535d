import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What a user's folder may hold and a copy for a test must not: state and caches. */
const NOT_COPIED = new Set(['.loopwright', '.cache', '.git', '.venv', 'node_modules', '__pycache__']);

export interface TestFolders {
  /** The folder that the window opens. */
  workspace: string;
  userData: string;
  extensions: string;
  /** Sockets, tokens and logs of the engines that the test starts. */
  state: string;
  remove(): void;
}

/**
 * Fresh folders under the system's temporary one, with short names: VS Code and the engine make sockets in them,
 * whose paths may have about 100 bytes.
 */
export function makeFolders(from: string | undefined, files: Record<string, string>): TestFolders {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'lw-')));
  const workspace = path.join(root, from === undefined ? 'project' : path.basename(from));
  fs.mkdirSync(workspace);
  if (from !== undefined) {
    fs.cpSync(from, workspace, { recursive: true, filter: (source) => !NOT_COPIED.has(path.basename(source)) });
  }
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(workspace, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  return {
    workspace,
    userData: path.join(root, 'user'),
    extensions: path.join(root, 'ext'),
    state: path.join(root, 'state'),
    // A process that is just ending may still write its last line.
    remove: () => fs.rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }),
  };
}
