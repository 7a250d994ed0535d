/** Where debugpy comes from: the interpreter's own packages, else what the Python Debugger extension brings along. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const LOOK_TIMEOUT_MS = 20_000;
const LOOK = 'import importlib.util as u, sys; sys.exit(0 if u.find_spec("debugpy") else 3)';

export interface DebugpySources {
  /** Absolute path of the interpreter. */
  readonly python: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The folder of the Python Debugger extension, if that is installed. */
  readonly debuggerExtension: string | undefined;
}

/** The words behind the interpreter that start debugpy; null where there is none. */
export async function findDebugpy(sources: DebugpySources): Promise<readonly string[] | null> {
  if (await hasDebugpy(sources)) return ['-m', 'debugpy'];
  const bundled = sources.debuggerExtension && join(sources.debuggerExtension, 'bundled', 'libs', 'debugpy');
  // As a folder: its parent need not be on anybody's path.
  return bundled && existsSync(join(bundled, '__main__.py')) ? [bundled] : null;
}

function hasDebugpy({ python, cwd, env }: DebugpySources): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(python, ['-c', LOOK], { cwd, env, timeout: LOOK_TIMEOUT_MS }, (error) => resolve(error === null));
  });
}

/** The interpreter's words that run a script under debugpy, which waits for us on a loopback port. */
export function debuggedBy(debugpy: readonly string[], port: number): string[] {
  return [
    // Without this debugpy warns that it may miss breakpoints in the standard library of Python 3.11 and later.
    '-X',
    'frozen_modules=off',
    ...debugpy,
    '--listen',
    `127.0.0.1:${String(port)}`,
    '--wait-for-client',
  ];
}

/** A port that nobody listens on, on the loopback interface. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('The system named no port.'));
      });
    });
  });
}
