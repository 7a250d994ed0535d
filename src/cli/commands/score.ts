/** `loopwright score`: a table through a model, as a tracked run. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, extname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { findFile, findVersion, type FoundModel } from '../../client/convert';
import type { RunRequest } from '../../client/launch';
import { outlineOf, scoreCommand, trainingOf } from '../../client/score';
import { DEFAULT_CAPTURE } from '../../protocol/capture';
import { LoopwrightError } from '../../protocol/errors';
import {
  DEFAULT_ERRORS,
  type ErrorLimit,
  errorLimitIn,
  MISFIT_WAYS,
  SCORE_FORMATS,
  type ScoreFormat,
  type ScoreMisfit,
  type ScoreOutline,
  type ScoreOrder,
} from '../../protocol/score';
import { SCORE_RESULT } from '../../protocol/scoreNames';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { inSession } from '../inSession';
import { tellDangers, withStoreIfThere } from '../foundModel';
import { EXIT, type Output } from '../output';
import { fileOrVersion, whichOf } from '../servedModel';
import { pythonFor } from '../target';
import { conclude, start } from '../trackedRun';

interface ScoreOptions {
  readonly output?: string;
  readonly format?: string;
  readonly columns?: string;
  readonly keep?: string;
  readonly rowNumbers?: boolean;
  readonly withVersion?: boolean;
  readonly rowDigest?: boolean;
  readonly partitionBy?: string;
  readonly maxErrors?: string;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly encoding?: string;
  readonly chunk?: string;
  readonly batch?: string;
  readonly threads?: string;
  readonly loadAnyway?: boolean;
  readonly training?: string;
  readonly against?: string;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly anew?: boolean;
  readonly replace?: boolean;
  readonly experiment?: string;
  readonly name?: string;
  readonly python?: string;
  readonly quiet?: boolean;
}

const EXPERIMENT = 'Scoring';
const CHUNK_ROWS = 65_536;

export function addScore(program: Command, perform: Perform): void {
  withCommonOptions(program.command('score'))
    .summary('a table of any size through an ONNX model, as a tracked run that can be resumed')
    .description(
      'Score a table, or a folder of tables of one kind: CSV, TSV and JSON lines (also .gz and .zst), Parquet. Columns are matched ' +
        "with the model's inputs by name, by its signature, or by place. The output gets its name when it is whole; what is " +
        'done is kept beside it until then, and --resume goes on there, to the same bytes. Rows that can not be scored ' +
        'are in OUTPUT.errors.jsonl, with line, column and reason.',
    )
    .argument('<model>', 'FILE.onnx, NAME, NAME/3, NAME@ALIAS, or with its Python: a file, a folder of MLflow')
    .argument('<input>', 'the table, or a folder of them')
    .requiredOption(
      '-o, --output <file>',
      'where the predictions go: .csv, .jsonl or .parquet, or a folder with --partition-by',
    )
    .option('--format <format>', `${SCORE_FORMATS.join(', ')} (default: by the ending of the output)`)
    .option('--columns <names>', 'which columns the model takes, in its order, with commas between')
    .option(
      '--keep <names>',
      'columns of the input that go into the output: rest (those that the model does not take), all, none, or names (default: rest)',
    )
    .option('--row-numbers', 'a column "row" with the number of each row in its file')
    .option('--with-version', 'a column "model_version"')
    .option('--row-digest', 'a column "row_digest": SHA-256 of all cells of the input\'s row')
    .option(
      '--partition-by <names>',
      'columns of the output whose values are folders of it, as Hive has them: the output is a folder then',
    )
    .option('--max-errors <n>', 'stop at more bad rows than that: a number, a share such as 5%, or any (default: 10%)')
    .option('--delimiter <char>', 'of CSV (default: told from the first line)')
    .option('--header', 'the first line of CSV has names (default: told from the lines)')
    .option('--no-header', 'the first line of CSV has values')
    .option('--encoding <name>', 'of texts, such as latin1 or utf-16le (default: UTF-8, or what its mark says)')
    .option('--chunk <rows>', `rows that are written at a time (default: ${String(CHUNK_ROWS)})`)
    .option(
      '--batch <rows>',
      'rows of one run of the model (default: 1024, or 1 where it answers rows together otherwise than alone)',
    )
    .option(
      '--threads <n>',
      'threads of one run of the model (default: 1); processes of one of Python (default: one per core)',
    )
    .option('--load-anyway', 'also if loading a model of Python would call what can do harm')
    .option(
      '--training <table>',
      "a table whose predictions are shown beside, on the run's page (default: one that the version's run has read)",
    )
    .option(
      '--against <output>',
      "compare with this output of another model for the same input, row by row: on the run's page, and with --json",
    )
    .option('--dry-run', 'say which columns would go where, and do nothing')
    .option('--resume', 'go on with a job into this output that was ended')
    .option('--anew', 'begin again, whatever such a job has done')
    .option('--replace', 'replace the output if it is there, once the new one is whole')
    .option('--experiment <name>', `the experiment of the run (default: ${EXPERIMENT})`)
    .option('--name <name>', 'the name of the run (default: that of the model and the table)')
    .option(
      '--python <exe>',
      'the Python that carries the run, and runs a model that is not ONNX (default: that of the version\'s run, else as for "run")',
    )
    .option('-q, --quiet', 'no lines of our own around those of the job')
    .addHelpText(
      'after',
      examples(
        'score fraud@champion may.csv -o scored.parquet',
        'score model.onnx may.parquet -o scored.csv --keep id --max-errors 0',
        'score fraud/3 tables/ -o scored.jsonl --resume',
      ),
    )
    .action((model: string, input: string, options: ScoreOptions, self: Command) =>
      perform(self, (cli) => score(cli, model, input, options)),
    );
}

async function score(cli: Cli, model: string, input: string, options: ScoreOptions): Promise<number> {
  if (options.resume === true && options.anew === true)
    throw new LoopwrightError('bad_request', '--resume goes on, --anew begins again: give one of them.');
  const order = await orderOf(cli, model, input, options);
  const program = { runtime: process.execPath, file: join(cli.programs, 'score.js') };
  if (options.dryRun === true) return tellOutline(cli.output, await outlineOf(program, order));
  const how = options.resume === true ? 'resume' : options.anew === true ? 'anew' : 'new';
  const target = {
    kind: 'command' as const,
    command: scoreCommand(program, order, how),
  };
  const request: RunRequest = {
    target,
    python: pythonFor(target, options.python, cli.cwd, cli.env),
    cwd: cli.cwd,
    experiment: options.experiment ?? EXPERIMENT,
    name: options.name ?? `${order.model.label} on ${basename(order.input)}`,
    // What it reads and writes it says itself.
    capture: { ...DEFAULT_CAPTURE, kinds: ['data', 'system'] },
  };
  const started = start(cli, options.quiet === true, request);
  const end = await started.end;
  return conclude(cli.output, started, end, options.quiet === true, () => resultIn(started.prepared.folder));
}

function tellOutline(output: Output, outline: ScoreOutline | ScoreMisfit): number {
  if ('misfit' in outline)
    throw new LoopwrightError('bad_request', `${outline.message} ${MISFIT_WAYS[outline.misfit]}`);
  const { inputs, kept, outputs, matched, rows, files } = outline;
  if (output.isJson) output.document(outline);
  else
    output.lines([
      ...inputs.map(({ input, columns }) => `${input}  from ${columns.join(', ')}`),
      `matched by ${matched}`,
      `kept: ${kept.join(', ') || 'nothing'}`,
      `predicted: ${outputs.join(', ')}`,
      `${rows === null ? 'rows that are not counted' : `${String(rows)} rows`} in ${String(files)} ${files === 1 ? 'file' : 'files'}`,
    ]);
  return EXIT.done;
}

/** What the job has written of itself; nothing of one that failed. */
function resultIn(folder: string): object {
  const path = join(folder, 'artifacts', SCORE_RESULT);
  return existsSync(path) ? { score: JSON.parse(readFileSync(path, 'utf8')) as object } : {};
}

async function orderOf(cli: Cli, model: string, input: string, options: ScoreOptions): Promise<ScoreOrder> {
  const output = resolve(cli.cwd, options.output ?? '');
  const { delimiter } = options;
  const { model: found, training } = await scoredModel(cli, model, options);
  if (delimiter !== undefined && (delimiter.length !== 1 || /["\r\n]/.test(delimiter)))
    throw new LoopwrightError('bad_request', '--delimiter takes one character.');
  return {
    input: resolve(cli.cwd, input),
    output,
    training: options.training === undefined ? training : resolve(cli.cwd, options.training),
    against:
      options.against === undefined
        ? null
        : { output: resolve(cli.cwd, options.against), label: basename(options.against) },
    format: formatOf(
      output,
      options.format ?? (options.partitionBy === undefined || extname(output) !== '' ? undefined : 'parquet'),
    ),
    columns: options.columns === undefined ? null : namesIn(options.columns),
    keep: keptOf(options.keep ?? 'rest'),
    isNumbered: options.rowNumbers === true,
    withVersion: options.withVersion === true,
    withDigest: options.rowDigest === true,
    partitionBy: options.partitionBy === undefined ? [] : namesIn(options.partitionBy),
    replaces: options.replace === true,
    errors: limitOf(options.maxErrors),
    delimiter: delimiter ?? null,
    hasHeader: options.header ?? null,
    encoding: encodingOf(options.encoding ?? 'utf-8'),
    chunkRows: whole('--chunk', options.chunk, 1_000_000) ?? CHUNK_ROWS,
    batchRows: whole('--batch', options.batch, 65_536),
    threads: whole('--threads', options.threads, 64) ?? (found.python ? Math.min(availableParallelism(), 64) : 1),
    model: found,
  };
}

type Chosen = Pick<ScoreOrder, 'model' | 'training'>;

async function scoredModel(cli: Cli, model: string, options: ScoreOptions): Promise<Chosen> {
  const path = resolve(cli.cwd, model);
  if (/\.onnx$/i.test(model) && existsSync(path)) return { model: onnxFile(path), training: null };
  if (looksLikeModel(path)) {
    const found = await withStoreIfThere(cli, (session) => findFile(session?.connection ?? null, path));
    return { model: inPython(cli, found, null, options), training: null };
  }
  const named = fileOrVersion(cli, model);
  if ('path' in named) return { model: onnxFile(named.path), training: null };
  const found: Chosen[] = [];
  await inSession(cli, async (_, { connection, paths }) => {
    const which = await whichOf(connection, named);
    const { version } = (await connection.request('registry/version', { name: named.name, which })).version;
    const of = { name: named.name, version };
    const lying = await findVersion(connection, paths, of);
    found.push({
      model: lying.isOnnx
        ? await connection.request('scoring/model', { name: of.name, which: version })
        : inPython(cli, lying, of, options),
      training: await trainingOf(connection, lying.runId),
    });
    return 0;
  });
  const [registered] = found;
  if (registered) return registered;
  throw new LoopwrightError('internal', 'The engine told nothing of the model.');
}

/** A file, or a folder that says which of its files is the model: others are called as models may be. */
const looksLikeModel = (path: string): boolean =>
  existsSync(path) &&
  (statSync(path).isFile() || ['MLmodel', 'model.joblib'].some((name) => existsSync(join(path, name))));

/** Forms of LightGBM's and XGBoost's own. */
const NUMBERS = /\.(txt|lgb|json|ubj|xgb)$/i;

const onnxFile = (file: string): ScoreOrder['model'] => ({
  ...{ label: basename(file), file, version: null, columns: [], python: null },
});

/** Loading it executes what its pickle says: that is told, and refused where it is known to do harm. */
function inPython(
  cli: Cli,
  found: FoundModel,
  version: ScoreOrder['model']['version'],
  options: ScoreOptions,
): ScoreOrder['model'] {
  const { cwd, env, parts } = cli;
  const { label, path, search } = found;
  if (found.isOnnx) throw new LoopwrightError('bad_request', `${label} holds an ONNX model: name its file.`);
  if (!found.executes && statSync(path).isFile() && !NUMBERS.test(path))
    throw new LoopwrightError(
      'bad_request',
      `${label} is no model that is known: ONNX, scikit-learn (joblib, pickle, skops), LightGBM, XGBoost, or a folder of MLflow.`,
    );
  const exe =
    options.python === undefined && found.python !== null
      ? found.python
      : pythonFor({ kind: 'script', file: path, args: [] }, options.python, cwd, env);
  tellDangers(cli, found, exe, options.loadAnyway === true);
  const python = { exe, program: join(parts.folder, 'score'), search: [...new Set([...search, cwd])] };
  return { label, file: path, version, columns: [], python };
}

function formatOf(output: string, wished: string | undefined): ScoreFormat {
  const word = (
    wished ??
    extname(output)
      .slice(1)
      .replace(/^pq$/i, 'parquet')
      .replace(/^ndjson$/i, 'jsonl')
  ).toLowerCase();
  const format = SCORE_FORMATS.find((one) => one === word);
  if (format) return format;
  throw new LoopwrightError(
    'bad_request',
    `"${word}" is no format of an output. Name it .csv, .jsonl or .parquet, or say --format.`,
  );
}

const namesIn = (text: string): string[] => text.split(',').map((name) => name.trim());

function keptOf(text: string): ScoreOrder['keep'] {
  if (text === 'rest' || text === 'all') return text;
  return text === 'none' ? [] : namesIn(text);
}

function limitOf(text: string | undefined): ErrorLimit {
  if (text === undefined) return DEFAULT_ERRORS;
  const limit = errorLimitIn(text);
  if (limit !== undefined) return limit;
  throw new LoopwrightError(
    'bad_request',
    `--max-errors takes a number, a share such as 5%, or any, not "${text.slice(0, 60)}".`,
  );
}

function encodingOf(text: string): string {
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new LoopwrightError(
      'bad_request',
      `"${text.slice(0, 60)}" is no encoding that is known here. Give utf-8, latin1, utf-16le or another.`,
    );
  }
}

function whole(option: string, text: string | undefined, most: number): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw new LoopwrightError(
    'bad_request',
    `${option} takes a number from 1 to ${String(most)}, not "${text.slice(0, 60)}".`,
  );
}
