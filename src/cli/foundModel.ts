/** Models that are not ONNX, as commands meet them: where they are looked into, and what is said before they are loaded. */
import type { FoundModel } from '../client/convert';
import { LoopwrightError } from '../protocol/errors';
import type { Cli } from './command';
import { type Session, storeToRead } from './store';

/** @param mayLack whether null is an answer where there is no store */
export async function sessionFor(cli: Cli, mayLack: boolean): Promise<Session | null> {
  try {
    return await cli.engines.openToRead(storeToRead(cli.store, cli.cwd));
  } catch (error) {
    if (mayLack && cli.store === undefined && LoopwrightError.from(error).code === 'not_found') return null;
    throw error;
  }
}

/** A file can be looked at where there is no store, too. */
export async function withStoreIfThere<Result>(
  cli: Cli,
  work: (session: Session | null) => Promise<Result>,
): Promise<Result> {
  const session = await sessionFor(cli, true);
  try {
    return await work(session);
  } finally {
    session?.connection.close();
  }
}

/** @throws LoopwrightError `bad_request` for what can do harm, unless that is wanted */
export function tellDangers({ output }: Cli, found: FoundModel, python: string, isWanted: boolean): void {
  const { label, suspicious, executes } = found;
  const names = suspicious.map(({ name, reason }) => `${name} (${reason})`).join('; ');
  if (names !== '' && !isWanted)
    throw new LoopwrightError(
      'bad_request',
      `Loading ${label} would call ${names}. It was not loaded. If you trust where it comes from: --load-anyway.`,
    );
  if (executes) output.note(`${label} is loaded with ${python}: that executes what its file says.`);
  if (names !== '') output.note(output.paintNote('yellow', `Loading it calls ${names}.`));
}
