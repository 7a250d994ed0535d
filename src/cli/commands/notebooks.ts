/** `loopwright notebooks …`: what is to be known of a notebook without running it. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { inspectNotebook } from '../../client/inspection';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { inspectionDocument, inspectionLines } from '../inspectionWords';
import { EXIT } from '../output';
import { pythonFor } from '../target';

interface InspectOptions {
  readonly python?: string;
  readonly strict?: boolean;
}

export function addNotebooks(program: Command, perform: Perform): void {
  const notebooks = withCommonOptions(program.command('notebooks'))
    .summary('notebooks: their parameters, and what may not come out the same again')
    .description('What is to be known of a notebook without running it.')
    .addHelpText('after', examples('notebooks inspect explore.ipynb', 'notebooks inspect --strict train.py'));
  withCommonOptions(notebooks.command('inspect <file>'))
    .description(
      'The parameters of a notebook (.ipynb, or a script with cells "# %%"), and the reasons why it may not give the ' +
        'same once more. Nothing of it is executed.',
    )
    .option('--python <exe>', 'the interpreter whose syntax the notebook has')
    .option('--strict', 'exit code 1 if there is a reason')
    .action((file: string, options: InspectOptions, self: Command) =>
      perform(self, (cli) => inspect(cli, file, options)),
    );
}

async function inspect({ output, cwd, env, parts }: Cli, file: string, options: InspectOptions): Promise<number> {
  const path = resolve(cwd, file);
  const python = pythonFor({ kind: 'script', file: path, args: [] }, options.python, cwd, env);
  const inspection = await inspectNotebook(python, parts, { path });
  if (output.isJson) output.document(inspectionDocument(path, inspection));
  else output.lines(inspectionLines(inspection, output.paint));
  return options.strict === true && inspection.findings.length > 0 ? EXIT.failed : EXIT.done;
}
