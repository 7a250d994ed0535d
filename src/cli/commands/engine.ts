/** `loopwright engine …`: the process behind a store. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { OpenEngine } from '../../client/engine';
import { LoopwrightError } from '../../protocol/errors';
import { startOf } from '../../protocol/node/processes';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { formatDuration } from '../format';
import { EXIT } from '../output';
import { lookAtRuns, type Session, storeToRead } from '../store';

const STOP_PATIENCE_MS = 10_000;
const REBUILD_PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 50;

export function addEngine(program: Command, perform: Perform): void {
  const engine = withCommonOptions(program.command('engine'))
    .summary('the process behind a store: status, stop, repair')
    .description('The process that keeps a store. It starts on demand and ends by itself.')
    .addHelpText('after', examples('engine status --json', 'engine stop', 'engine repair'));
  const on = (name: string, summary: string, task: (cli: Cli) => Promise<number>) =>
    withCommonOptions(engine.command(name))
      .description(summary)
      .action((_: unknown, self: Command) => perform(self, task));
  on('status', 'Whether the engine of this store runs, and what it does. Does not start it.', status);
  on('stop', 'End the engine of this store. Runs go on without it.', stop);
  on('repair', 'Make a damaged database again from the run folders; the damaged one is kept.', repair);
}

async function status({ output, engines, store, cwd }: Cli): Promise<number> {
  const paths = storeToRead(store, cwd);
  const found = await engines.find(paths);
  if (!found) {
    if (output.isJson) output.document({ running: false, store: { path: paths.root } });
    else output.lines([`The engine of ${paths.root} is not running. It starts on demand.`]);
    return EXIT.done;
  }
  const { connection, hello } = found;
  const now = await connection.request('engine/status', {});
  connection.close();
  if (output.isJson) {
    output.document({
      running: true,
      pid: now.pid,
      version: hello.engine.version,
      uptime_seconds: Math.round(now.uptimeMs / 1000),
      connections: now.connections,
      active_runs: now.activeRuns,
      store: now.store,
      log: now.log,
    });
    return EXIT.done;
  }
  output.lines([
    `The engine of ${paths.root} runs since ${formatDuration(now.uptimeMs)}.`,
    `  pid          ${String(now.pid)}, version ${hello.engine.version}`,
    `  store        ${now.store.state}${'reason' in now.store ? `: ${now.store.reason}` : ''}`,
    `  active runs  ${String(now.activeRuns)}`,
    `  connections  ${String(now.connections)}, this one included`,
    `  log          ${now.log}`,
  ]);
  return EXIT.done;
}

async function stop({ output, engines, store, cwd }: Cli): Promise<number> {
  const paths = storeToRead(store, cwd);
  const found = await engines.find(paths);
  if (found) await end(found);
  if (output.isJson) output.document({ stopped: found !== null, store: { path: paths.root } });
  else output.note(found ? 'The engine has ended.' : 'The engine is not running.');
  return EXIT.done;
}

/** Asks the engine to end and waits until its process has. */
async function end({ connection, hello }: OpenEngine): Promise<void> {
  const { pid } = hello.engine;
  const started = startOf(pid);
  await connection.request('engine/stop', { reason: 'user' });
  const deadline = Date.now() + STOP_PATIENCE_MS;
  while (started !== null && startOf(pid) === started) {
    if (Date.now() > deadline)
      throw new LoopwrightError(
        'engine_unavailable',
        `The engine (pid ${String(pid)}) does not end. End it with: kill -9 ${String(pid)}; nothing is lost.`,
      );
    await sleep(LOOK_AGAIN_MS);
  }
  connection.close();
}

async function repair({ output, engines, store, cwd }: Cli): Promise<number> {
  const session = await engines.open(storeToRead(store, cwd));
  try {
    const { store: state, keptAs } = await session.connection.request('store/repair', {});
    const isDone = await rebuilt(session);
    if (output.isJson) output.document({ store: state, kept_as: keptAs, complete: isDone });
    else {
      output.note(
        `The database is made again from the run folders.${keptAs === null ? '' : ` The old one is kept: ${keptAs}`}`,
      );
      if (!isDone) output.note('Long runs are still being taken in; that goes on by itself.');
    }
    return EXIT.done;
  } finally {
    session.connection.close();
  }
}

/** Waits until every run has been taken in again as far as it goes. @returns whether that was within the patience */
async function rebuilt({ connection }: Session): Promise<boolean> {
  const deadline = Date.now() + REBUILD_PATIENCE_MS;
  const isScheduled = { filter: "status = 'SCHEDULED'", allLevels: true, limit: 1 } as const;
  for (;;) {
    await lookAtRuns(connection);
    const { runs } = await connection.request('runs/list', isScheduled);
    if (runs.length === 0) return true;
    if (Date.now() > deadline) return false;
    await sleep(LOOK_AGAIN_MS);
  }
}
