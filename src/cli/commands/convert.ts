/** `loopwright models convert`: an ONNX model of a version, or of a file. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import type { Command } from 'commander';
import {
  comparisonWords,
  convertInto,
  type Converted,
  findFile,
  findVersion,
  type FoundModel,
  isDoubtful,
  onnxBeside,
  putFile,
  registerConverted,
  type Step,
} from '../../client/convert';
import { LoopwrightError } from '../../protocol/errors';
import { type Cli, examples, type Perform } from '../command';
import { sessionFor, tellDangers } from '../foundModel';
import { conversionDocument } from '../modelDocuments';
import { versionNamed } from '../modelReference';
import { EXIT } from '../output';
import type { Session } from '../store';
import { pythonFor } from '../target';

interface ConvertOptions {
  readonly output?: string;
  readonly register?: string;
  readonly python?: string;
  readonly example?: string;
  readonly replace?: boolean;
  readonly loadAnyway?: boolean;
  readonly timeLimit?: string;
}

type On = (name: string, summary: string) => Command;

export function addConvert(on: On, perform: Perform): void {
  on('convert', 'An ONNX model of a version, or of a file: loads it with its own Python, which executes its pickle.')
    .argument('<model>', 'NAME/3, NAME@ALIAS, a file, or a folder of MLflow')
    .option(
      '-o, --output <file>',
      'write this file (default: a new version of the model; of a file, FILE.onnx beside it)',
    )
    .option('--register <name>', 'make it a version of this model')
    .option('--python <exe>', "the interpreter that loads it (default: that of the version's run, else as for runs)")
    .option('--example <table>', 'rows on which both are compared: .csv, .parquet, .json or .npy')
    .option('--replace', 'also if the file is there already')
    .option('--load-anyway', 'also if loading it would call what can do harm')
    .option('--time-limit <seconds>', 'end it after so long (default: 600)')
    .addHelpText(
      'after',
      examples(
        'models convert fraud/3',
        'models convert model.joblib --example rows.csv',
        'models convert fraud/3 -o fraud.onnx',
      ),
    )
    .action((model: string, options: ConvertOptions, self: Command) =>
      perform(self, (cli) => convert(cli, model, options)),
    );
}

async function convert(cli: Cli, model: string, options: ConvertOptions): Promise<number> {
  const file = resolve(cli.cwd, model);
  const isFile = existsSync(file);
  if (options.output !== undefined && options.register !== undefined)
    throw new LoopwrightError('bad_request', 'Name a file (-o) or a model (--register), not both.');
  const session = await sessionFor(cli, isFile && options.register === undefined);
  try {
    if (isFile)
      return await convertFound(cli, session, await findFile(session?.connection ?? null, file), null, options);
    if (!session) throw new LoopwrightError('not_found', `There is no file ${file}.`);
    const of = await versionNamed(session.connection, model);
    return await convertFound(cli, session, await findVersion(session.connection, session.paths, of), of.name, options);
  } finally {
    session?.connection.close();
  }
}

async function convertFound(
  cli: Cli,
  session: Session | null,
  found: FoundModel,
  name: string | null,
  options: ConvertOptions,
): Promise<number> {
  const { output, cwd, env, parts } = cli;
  if (found.isOnnx) throw new LoopwrightError('bad_request', `${found.label} is ONNX already.`);
  const python =
    options.python === undefined && found.python !== null
      ? found.python
      : pythonFor({ kind: 'script', file: found.path, args: [] }, options.python, cwd, env);
  tellDangers(cli, found, python, options.loadAnyway === true);
  const register = options.output === undefined ? (options.register ?? name) : null;
  const target = resolve(cwd, options.output ?? onnxBeside(found.path));
  if (register === null && existsSync(target) && options.replace !== true)
    throw new LoopwrightError('bad_request', `${target} is there already. Name another with -o, or give --replace.`);
  const abort = new AbortController();
  const cancel = () => abort.abort();
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  try {
    const { converted, kept } = await convertInto(
      session?.paths.drafts ?? tmpdir(),
      python,
      parts,
      {
        model: found.path,
        example: options.example === undefined ? null : resolve(cwd, options.example),
        search: [...new Set([...found.search, cwd])],
      },
      {
        env,
        cwd,
        signal: abort.signal,
        ...limitOf(options),
        onStep: (step) => output.note(output.paintNote('dim', `${STEPS[step]}…`)),
      },
      async (folder, made): Promise<{ version: number } | { file: string }> => {
        if (register === null || !session) {
          putFile(folder, target, options.replace === true);
          return { file: target };
        }
        const asked = { name: register, folder, from: found.label, runId: found.runId };
        return { version: await registerConverted(session.connection, asked, made) };
      },
    );
    tell(cli, found, converted, 'file' in kept ? { file: kept.file } : { name: register ?? '', version: kept.version });
    return EXIT.done;
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}

function limitOf({ timeLimit }: ConvertOptions): { timeLimitMs?: number } {
  if (timeLimit === undefined) return {};
  const seconds = Number(timeLimit);
  if (!(seconds > 0 && seconds <= 86_400))
    throw new LoopwrightError('bad_request', '--time-limit is a number of seconds, at most 86400.');
  return { timeLimitMs: seconds * 1000 };
}

const STEPS: Readonly<Record<Step, string>> = {
  loading: 'Loading the model',
  converting: 'Converting it',
  comparing: 'Comparing predictions',
};

function tell(
  { output }: Cli,
  { label }: FoundModel,
  converted: Converted,
  made: { readonly file: string } | { readonly name: string; readonly version: number },
): void {
  if (output.isJson) {
    output.document(conversionDocument(label, converted, made));
    return;
  }
  const what = 'file' in made ? made.file : `${made.name}/${String(made.version)}`;
  output.lines([`${what} is ${label} as ONNX, converted by ${converted.converter}.`]);
  const words = comparisonWords(converted.comparison);
  output.note(isDoubtful(converted) ? output.paintNote('yellow', words) : words);
}
