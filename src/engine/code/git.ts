/**
 * Calling git. Plumbing that takes lists on its standard input, or whose answer is bytes, goes through `git` here:
 * simple-git hands out decoded text, and the name of a file need not be UTF-8. Questions about a repository whose answer
 * is text go through simple-git (`repository.ts`), in the same environment.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { devNull } from 'node:os';
import { LoopwrightError } from '../../protocol/errors';

export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export type Settings = readonly (readonly [key: string, value: string])[];

/** Nothing that a repository or its user has configured may be executed, nor anything be fetched or asked. */
const SAFE: Settings = [
  ['core.hooksPath', devNull],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', devNull],
  // Looking at a folder of somebody else is harmless once nothing configured there is executed.
  ['safe.directory', '*'],
  ['gc.auto', '0'],
  // The form that `indexFile.ts` reads.
  ['index.version', '2'],
  ['index.skipHash', 'false'],
  ['core.splitIndex', 'false'],
];

/** Programs that git may start for its user; nobody sits at the engine. */
const HELPERS = /^(GIT_.*|EDITOR|VISUAL|PAGER|PREFIX|SSH_ASKPASS)$/i;

/** The environment without what a caller's git (a hook, an alias) has put there for itself. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !HELPERS.test(name)));
}

export function safeEnvironment(settings: Settings = [], more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const all = [...SAFE, ...settings];
  return {
    ...plainEnvironment(),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: devNull,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    // Older gits know no GIT_NO_LAZY_FETCH: without a protocol they can fetch nothing either.
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LITERAL_PATHSPECS: '1',
    LC_ALL: 'C',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(
      all.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${String(index)}`, key],
        [`GIT_CONFIG_VALUE_${String(index)}`, value],
      ]),
    ),
    ...more,
  };
}

export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  constructor(
    readonly args: readonly string[],
    readonly code: number | null,
    readonly said: string,
  ) {
    super(`git ${args[0] ?? ''} failed (${code === null ? 'it was killed' : `code ${String(code)}`}): ${said}`);
  }

  get isDiskFull(): boolean {
    return /No space left on device|Disk quota exceeded/.test(this.said);
  }
}

const SAID_LIMIT = 20_000;

/**
 * The bytes that git writes.
 *
 * @param take called with each piece instead; false ends git early
 * @throws GitFailure if it ends with a code that is not in `codes`
 * @throws LoopwrightError if there is no git
 */
export function git(
  { cwd, env }: Place,
  args: readonly string[],
  options: { input?: Buffer; codes?: readonly number[]; take?: (piece: Buffer) => boolean } = {},
): Promise<Buffer> {
  const { input, codes = [0], take } = options;
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd, env, stdio: 'pipe', windowsHide: true });
    const pieces: Buffer[] = [];
    let said = '';
    let isEnough = false;
    child.stdout.on('data', (piece: Buffer) => {
      if (!take) pieces.push(piece);
      else if (!isEnough && !take(piece)) {
        isEnough = true;
        child.kill();
      }
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < SAID_LIMIT) said += text;
    });
    child.stdin.on('error', () => undefined); // git ended without reading all: its code says why
    child.once('error', (error: NodeJS.ErrnoException) => reject(whyNotStarted(error, cwd)));
    child.once('close', (code) => {
      if (isEnough || codes.some((one) => one === code)) resolve(Buffer.concat(pieces));
      else reject(new GitFailure(args, code, said.trim()));
    });
    child.stdin.end(input);
  });
}

export const gitText = async (place: Place, args: readonly string[]): Promise<string> =>
  (await git(place, args)).toString('utf8').replace(/\n$/, '');

function whyNotStarted(error: NodeJS.ErrnoException, cwd: string): Error {
  if (error.code !== 'ENOENT') return error;
  if (!existsSync(cwd)) return new LoopwrightError('not_found', `The folder ${cwd} does not exist any more.`);
  return noGit();
}

export const noGit = (): LoopwrightError =>
  new LoopwrightError(
    'not_found',
    'git was not found on the PATH, so no snapshot of the code can be made or read. Install git; later runs have one.',
  );

/** What went wrong, in words that say what to do. */
export function asCodeError(thrown: unknown): unknown {
  if (!(thrown instanceof GitFailure)) return thrown;
  return thrown.isDiskFull
    ? new LoopwrightError(
        'read_only',
        'The disk is full: the code was not kept. Free some space; later runs have it.',
        {
          cause: thrown,
        },
      )
    : new LoopwrightError('internal', thrown.message, { cause: thrown });
}
