/** Commands that ask a store's engine. */
import { LoopwrightError } from '../protocol/errors';
import type { Cli } from './command';
import { type Session, storeToRead } from './store';

export type SessionTask = (cli: Cli, session: Session) => Promise<number>;

/** With an engine of the store; once more if that ended under our hands, as it may when nobody seems to need it. */
export async function inSession(cli: Cli, task: SessionTask, mayRetry = true): Promise<number> {
  const session = await cli.engines.openToRead(storeToRead(cli.store, cli.cwd));
  try {
    return await task(cli, session);
  } catch (thrown) {
    const { code } = LoopwrightError.from(thrown);
    const hasEnded = code === 'engine_unavailable' || code === 'engine_stopping';
    if (!hasEnded || !mayRetry || cli.output.hasWritten) throw thrown;
  } finally {
    session.connection.close();
  }
  return inSession(cli, task, false);
}
