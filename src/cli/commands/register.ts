/** `loopwright models register`: an artifact of a run, or a file of this machine, as a version. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { LoopwrightError } from '../../protocol/errors';
import { change } from '../changeModel';
import { type Cli, examples } from '../command';
import type { SessionTask } from '../inSession';
import { findRun } from '../lookup';
import type { Session } from '../store';

interface Options {
  readonly description?: string;
  readonly run?: string;
}

type On = (name: string, summary: string) => Command;

export function addRegister(on: On, doing: (command: Command, task: SessionTask) => Promise<void>): void {
  on('register', 'An artifact of a run, or a file or folder, as a new version; the model is made if there is none.')
    .usage('[options] <run> <artifact> <name>\n       loopwright models register [options] <file> <name>')
    .argument('<what>', 'the run and its artifact, or a file or folder that is copied into the store')
    .argument('<more...>', 'the artifact, the name of the model')
    .option('--run <run>', 'with a file: the run that made it')
    .option('--description <text>', 'Markdown')
    .addHelpText('after', examples('models register latest model fraud', 'models register model.onnx fraud'))
    .action((what: string, more: readonly string[], options: Options, self: Command) =>
      doing(self, (cli, session) => {
        const [first = '', name, ...rest] = more;
        if (rest.length > 0)
          throw new LoopwrightError('bad_request', 'Name a run, its artifact and the model; or a file and the model.');
        return name === undefined
          ? registerFile(cli, session, { file: what, name: first, ...options })
          : registerArtifact(cli, session, { run: what, path: first, name, description: options.description });
      }),
    );
}

async function registerArtifact(
  cli: Cli,
  session: Session,
  asked: { run: string; path: string; name: string; description: string | undefined },
): Promise<number> {
  const { run, path, name, description = '' } = asked;
  const { runId } = await findRun(session.connection, run);
  return change(cli, session, { op: 'register', name, runId, path, description });
}

async function registerFile(
  cli: Cli,
  session: Session,
  { file: given, name, run, description = '' }: Options & { readonly file: string; readonly name: string },
): Promise<number> {
  const file = resolve(cli.cwd, given);
  if (!existsSync(file))
    throw new LoopwrightError(
      'not_found',
      `There is no file ${given} here. Of an artifact, name its run, too: loopwright models register RUN ARTIFACT NAME.`,
    );
  const { connection } = session;
  const runId = run === undefined ? null : (await findRun(connection, run)).runId;
  const code = await change(cli, session, { op: 'registerFile', name, file, runId, description });
  const [made] = runId === null ? (await connection.request('registry/originOf', { path: file })).runs : [];
  if (made)
    cli.output.note(`The run ${made.name} made such a file. To name it as its run: --run ${made.runId.slice(0, 12)}`);
  return code;
}
