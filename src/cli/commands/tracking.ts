/** `loopwright tracking`: the store as a tracking server, for programs outside of tracked runs. */
import type { Command } from 'commander';
import { LoopwrightError } from '../../protocol/errors';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { EXIT } from '../output';
import { storeToRunIn } from '../store';
import { adopt, isAdopted, makeStore } from '../../protocol/node/storeFolder';

interface TrackingOptions {
  readonly port?: string;
  readonly export?: boolean;
}

export function addTracking(program: Command, perform: Perform): void {
  withCommonOptions(program.command('tracking'))
    .summary('the address and token of the store for MLflow clients')
    .description(
      'Print where MLflow clients find this store, and the token that they need: set MLFLOW_TRACKING_URI and ' +
        'MLFLOW_TRACKING_TOKEN to them. Scripts that are run with "loopwright run" have both already. The address stays ' +
        'the same; whoever has it keeps the store open.',
    )
    .option('--port <n>', 'the port that it shall have from now on')
    .option('--export', 'print commands for a shell: eval "$(loopwright tracking --export)"')
    .addHelpText('after', examples('tracking', 'tracking --port 5000', 'tracking --json'))
    .action((options: TrackingOptions, command: Command) => perform(command, (cli) => tracking(cli, options)));
}

async function tracking({ output, engines, store, cwd, env }: Cli, options: TrackingOptions): Promise<number> {
  const port = parsePort(options.port);
  // Asking for it is adopting the store, as asking for a run is.
  const paths = makeStore(storeToRunIn(store, cwd, env));
  if (!isAdopted(paths)) adopt(paths);
  const session = await engines.open(paths);
  try {
    const { uri, token } = await session.connection.request('engine/tracking', { port });
    if (output.isJson) output.document({ uri, token, store: { path: session.paths.root } });
    else if (options.export === true)
      output.lines([`export MLFLOW_TRACKING_URI=${uri}`, `export MLFLOW_TRACKING_TOKEN=${token}`]);
    else output.lines([`MLFLOW_TRACKING_URI    ${uri}`, `MLFLOW_TRACKING_TOKEN  ${token}`]);
    return EXIT.done;
  } finally {
    session.connection.close();
  }
}

/** @throws LoopwrightError `bad_request` */
function parsePort(port: string | undefined): number | null {
  if (port === undefined) return null;
  const number = Number(port);
  if (/^\d+$/.test(port) && number >= 1024 && number <= 65_535) return number;
  throw new LoopwrightError('bad_request', `--port takes a number from 1024 to 65535, not "${port}".`);
}
