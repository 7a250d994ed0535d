/** `loopwright serve choose`: which way to serve a model, measured. */
import { join } from 'node:path';
import process from 'node:process';
import type { Command } from 'commander';
import { fileServed } from '../../client/endpoint';
import { measureServing } from '../../client/measure';
import type { ServedModel } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import {
  choiceHeadline,
  chooseServing,
  FIGURE_COLUMNS,
  figureNotes,
  figureRows,
  type Freshness,
  FRESHNESS,
  type ServeChoice,
  type ServeFigures,
  type ServeWishes,
  STEP_WORDS,
} from '../../protocol/serveChoice';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { printable, table } from '../format';
import { EXIT } from '../output';
import { fileOrVersion, MODEL_WORDS, servedModel } from '../servedModel';

interface ChooseOptions {
  readonly latency?: string;
  readonly rowsPerDay?: string;
  readonly freshness?: string;
}

export function addChoose(serve: Command, perform: Perform): void {
  withCommonOptions(serve.command('choose'))
    .summary('which way to serve a model: embedded, REST or batch, measured here')
    .description(
      'Measure a model embedded, behind an endpoint and in batches, each for about a second, and recommend one of them for what ' +
        'you ask for. Nothing is left running.',
    )
    .argument('<model>', MODEL_WORDS)
    .option('--latency <ms>', 'how long an answer may take, for 19 of 20 (default: no bound)')
    .option('--rows-per-day <n>', 'how many rows a day has')
    .option('--freshness <age>', `how old an answer may be: ${FRESHNESS.join(', ')} (default: seconds)`)
    .addHelpText(
      'after',
      examples(
        'serve choose model.onnx --latency 10 --rows-per-day 1000000',
        'serve choose fraud@champion --freshness days --rows-per-day 5000000',
      ),
    )
    .action((model: string, options: ChooseOptions, self: Command) =>
      perform(self, (cli) => choose(cli, model, options)),
    );
}

async function choose(cli: Cli, model: string, options: ChooseOptions): Promise<number> {
  const { output } = cli;
  const wishes: ServeWishes = {
    latencyMs: amount('--latency', options.latency),
    rowsPerDay: amount('--rows-per-day', options.rowsPerDay),
    freshness: freshnessIn(options.freshness ?? 'seconds'),
  };
  const named = fileOrVersion(cli, model);
  const served = 'path' in named ? fileServed(named.path) : (await servedModel(cli, model)).served;
  const program = { runtime: process.execPath, file: join(cli.programs, 'measure.js') };
  const abort = new AbortController();
  const cancel = () => abort.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, cancel);
  try {
    const figures = await measureServing(
      program,
      { file: served.file },
      (step) => output.note(output.paintNote('dim', `${STEP_WORDS[step]}…`)),
      abort.signal,
    );
    const choice = chooseServing(wishes, figures);
    if (output.isJson) output.document(choiceDocument(served, wishes, figures, choice));
    else output.lines(choiceLines(cli, served, wishes, figures, choice));
    return EXIT.done;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, cancel);
  }
}

function choiceLines(
  { output: { paint, width } }: Cli,
  { model, version, digest }: ServedModel,
  wishes: ServeWishes,
  figures: ServeFigures,
  choice: ServeChoice,
): string[] {
  const columns = FIGURE_COLUMNS.map((title, at) => ({
    title: title.toUpperCase(),
    ...(at === 0 ? {} : { align: 'right' as const }),
  }));
  return [
    paint('bold', `${printable(model)}${digest === null ? '' : ` version ${version}`}`),
    ...table(columns, figureRows(wishes, figures), width, (title) => paint('bold', title)),
    '',
    paint('bold', `${choiceHeadline(choice)}.`),
    ...choice.reasons.map((reason) => `  ${reason}`),
    ...figureNotes(figures).map((note) => paint('dim', `  ${note}`)),
  ];
}

function choiceDocument(
  { model, version, file, digest }: ServedModel,
  { latencyMs, rowsPerDay, freshness }: ServeWishes,
  { loadMs, answersTogether, embedded, rest, batch }: ServeFigures,
  { way, holds, reasons }: ServeChoice,
) {
  const asked = ({ connections, p50Ms, p95Ms, rowsPerSecond }: ServeFigures['rest']['one']) => ({
    ...{ connections, p50_ms: p50Ms, p95_ms: p95Ms, rows_per_second: rowsPerSecond },
  });
  const { together } = embedded;
  return {
    ...{ model, version, file, digest },
    asked: { latency_ms: latencyMs, rows_per_day: rowsPerDay, freshness },
    measured: {
      load_ms: loadMs,
      answers_together: answersTogether,
      embedded: {
        ...{ p50_ms: embedded.p50Ms, p95_ms: embedded.p95Ms, rows_per_second: embedded.rowsPerSecond },
        together: together && { rows: together.rows, rows_per_second: together.rowsPerSecond },
      },
      rest: [asked(rest.one), asked(rest.several)],
      batch: { rows: batch.rows, rows_in_run: batch.rowsInRun, rows_per_second: batch.rowsPerSecond },
    },
    recommended: { way, holds, reasons },
  };
}

/** @throws LoopwrightError `bad_request` */
function amount(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number > 0) return number;
  throw new LoopwrightError('bad_request', `${option} takes a number above 0, not "${text.slice(0, 60)}".`);
}

/** @throws LoopwrightError `bad_request` */
function freshnessIn(text: string): Freshness {
  const found = FRESHNESS.find((one) => one === text);
  if (found) return found;
  throw new LoopwrightError(
    'bad_request',
    `--freshness takes one of ${FRESHNESS.join(', ')}, not "${text.slice(0, 60)}".`,
  );
}
