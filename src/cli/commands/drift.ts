/** `loopwright drift`: two tables compared, as a tracked run. */
import { availableParallelism } from 'node:os';
import { copyFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { driftCommand, driftReportIn } from '../../client/drift';
import type { RunRequest } from '../../client/launch';
import { DEFAULT_CAPTURE } from '../../protocol/capture';
import {
  DEFAULT_FALSE_ALARMS,
  DEFAULT_LEAST_EFFECT,
  DEFAULT_SEED,
  DRIFT_RULES,
  DRIFT_TESTS,
  type DriftOrder,
  type DriftRules,
  type DriftSettings,
  DriftTestName,
  FEATURE_TYPES,
  type FeatureTests,
  FeatureType,
} from '../../protocol/drift';
import { DRIFT_CSV, DRIFT_HTML, DRIFT_RESULT } from '../../protocol/driftNames';
import { driftOrder } from '../../protocol/driftSettings';
import type { DriftSides } from '../../protocol/driftSides';
import { LoopwrightError } from '../../protocol/errors';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { driftFileSettings } from '../driftFile';
import { namedSides, SIDE_HELP } from '../driftSides';
import { EXIT } from '../output';
import { pythonFor } from '../target';
import { conclude, start } from '../trackedRun';

interface DriftOptions {
  readonly columns?: string;
  readonly ignore?: string;
  readonly prediction?: string;
  readonly label?: string;
  readonly model?: string;
  readonly since?: string;
  readonly until?: string;
  readonly rules?: DriftRules;
  readonly test: readonly string[];
  readonly type: readonly string[];
  readonly importance: readonly string[];
  readonly falseAlarms?: string;
  readonly leastEffect?: string;
  readonly share?: string;
  readonly output?: string;
  readonly whole?: boolean;
  readonly seed?: string;
  readonly experiment?: string;
  readonly name?: string;
  readonly python?: string;
  readonly quiet?: boolean;
}

const EXPERIMENT = 'Drift';
/** What is neither an answer nor wrong use: whoever asks for drift must not take it for that. */
const BROKEN = 3;

const gathered = (word: string, before: readonly string[]): string[] => [...before, word];

export function addDrift(program: Command, perform: Perform): void {
  withCommonOptions(program.command('drift'))
    .summary('whether a table is like another: each feature, and all of them together, as a tracked run')
    .description(
      'Compare two tables: files of CSV, TSV and JSON lines (also .gz and .zst), Parquet, or what a model was trained with, a run ' +
        'has read, an endpoint was asked. The exit code is 0 where nothing has moved, 1 where something has, 2 for wrong use or input that can not be read, 3 where the comparison itself failed. ' +
        'What is not said here is as the section "drift" of loopwright.yaml has it.',
    )
    .argument('<reference>', 'what is as it should be, such as the data of the training')
    .argument('<current>', 'what is of today')
    .option('--columns <names>', 'compare these alone, with commas between (default: all that both have)')
    .option('--ignore <names>', 'leave these out')
    .option('--prediction <name>', 'the column that a model has predicted')
    .option('--label <name>', 'the column with what was true')
    .option('--model <version>', 'whose features count, as NAME/3 or NAME@ALIAS (default: that of a side that is one)')
    .option(
      '--since <time>',
      'what an endpoint was asked since then: an age such as 7d, or a time (default: all of its log)',
    )
    .option('--until <time>', 'and until then')
    .addOption(
      new Option('--rules <whose>', 'by whose rules tests and thresholds are chosen (default: loopwright)').choices(
        DRIFT_RULES,
      ),
    )
    .option(
      '--test <feature=test[:threshold]>',
      `a test in place of those of the rules; "*" for all features: ${DRIFT_TESTS.join(', ')}`,
      gathered,
      [],
    )
    .option('--type <feature=type>', `take a column as ${FEATURE_TYPES.join(', ')}`, gathered, [])
    .option(
      '--importance <feature=number>',
      'how much the model makes of a feature: the list is sorted by it (default: as the model tells)',
      gathered,
      [],
    )
    .option(
      '--false-alarms <share>',
      `how often stable data may be called drifting, of our own rules (default: ${String(DEFAULT_FALSE_ALARMS)})`,
    )
    .option(
      '--least-effect <size>',
      `a smaller effect does not matter, of our own rules (default: ${String(DEFAULT_LEAST_EFFECT)})`,
    )
    .option('--share <share>', 'of the features that must drift for the table to (default: what the rules say)')
    .option('-o, --output <file>', 'what was found, as .html (one file, for any browser), .json or .csv')
    .option('--no-whole', 'leave out what looks at all features together')
    .option('--seed <n>', `of samples and permutations (default: ${String(DEFAULT_SEED)})`)
    .option('--experiment <name>', `the experiment of the run (default: ${EXPERIMENT})`)
    .option('--name <name>', 'the name of the run (default: those of the tables)')
    .option('--python <exe>', 'the Python that carries the run (default: as for "run")')
    .option('-q, --quiet', 'no lines of our own around those of the job')
    .addHelpText(
      'after',
      SIDE_HELP +
        examples(
          'drift train.parquet may.parquet',
          'drift fraud@champion may.parquet',
          'drift fraud@champion fraud-endpoint --since 7d',
          'drift train.csv may.csv --prediction score --test amount=psi:0.2',
          'drift train.parquet may.parquet --rules evidently --json',
        ),
    )
    .action((reference: string, current: string, options: DriftOptions, self: Command) =>
      perform(self, (cli) => drift(cli, reference, current, options)),
    );
}

async function drift(cli: Cli, reference: string, current: string, options: DriftOptions): Promise<number> {
  const kept = options.output === undefined ? null : keptAs(options.output);
  const sides = await namedSides(cli, [reference, current], options);
  const order = orderOf(sides, options, await driftFileSettings(cli));
  const program = { runtime: process.execPath, file: join(cli.programs, 'drift.js') };
  const target = { kind: 'command' as const, command: driftCommand(program, order) };
  const request: RunRequest = {
    target,
    python: pythonFor(target, options.python, cli.cwd, cli.env),
    cwd: cli.cwd,
    experiment: options.experiment ?? EXPERIMENT,
    name: options.name ?? `${order.current.label} beside ${order.reference.label}`,
    // What it reads it says itself.
    capture: { ...DEFAULT_CAPTURE, kinds: ['data', 'system'] },
  };
  const isQuiet = options.quiet === true;
  const started = start(cli, isQuiet, request);
  const end = await started.end;
  const report = driftReportIn(started.prepared.folder);
  if (report && kept !== null && options.output !== undefined)
    copyFileSync(join(started.prepared.folder, 'artifacts', kept), resolve(cli.cwd, options.output));
  const code = await conclude(cli.output, started, end, isQuiet, () => report ?? {});
  if (report && code === EXIT.done) return report.drift ? EXIT.failed : EXIT.done;
  return code === EXIT.failed ? BROKEN : code;
}

/** The artifact that is written so. */
function keptAs(output: string): string {
  const name = { '.html': DRIFT_HTML, '.json': DRIFT_RESULT, '.csv': DRIFT_CSV }[extname(output).toLowerCase()];
  if (name !== undefined) return name;
  throw new LoopwrightError('bad_request', `-o writes .html, .json or .csv, not "${output.slice(-60)}".`);
}

function orderOf(sides: DriftSides, options: DriftOptions, file: DriftSettings): DriftOrder {
  return driftOrder({
    ...{ sides: { ...sides, importances: { ...sides.importances, ...importancesIn(options.importance) } } },
    ...{ file, given: givenIn(options) },
    seed: numberIn('--seed', options.seed, -2147483648, 2147483647),
    threads: Math.min(availableParallelism(), 8),
  });
}

/** What options say; the rest is as `loopwright.yaml` has it, or as usual. */
function givenIn(options: DriftOptions): DriftSettings {
  const falseAlarms = numberIn('--false-alarms', options.falseAlarms, 0.000_001, 0.5);
  const leastEffect = numberIn('--least-effect', options.leastEffect, 0, Infinity);
  const share = numberIn('--share', options.share, 0, 1);
  const [tests, types] = [wishedIn(options.test), options.type.map((word) => typeIn(word))];
  return {
    ...(options.columns === undefined ? {} : { columns: namesIn(options.columns) }),
    ...(options.ignore === undefined ? {} : { ignore: namesIn(options.ignore) }),
    ...(options.prediction === undefined ? {} : { prediction: options.prediction }),
    ...(options.label === undefined ? {} : { label: options.label }),
    ...(options.rules === undefined ? {} : { rules: options.rules }),
    ...(options.test.length > 0 ? { tests } : {}),
    ...(types.length > 0 ? { types: Object.fromEntries(types) } : {}),
    ...(falseAlarms === null ? {} : { false_alarms: falseAlarms }),
    ...(leastEffect === null ? {} : { least_effect: leastEffect }),
    ...(share === null ? {} : { share }),
    ...(options.whole === false ? { whole: false } : {}),
  };
}

const namesIn = (text: string): string[] => text.split(',').map((name) => name.trim());

/** What stands behind the last equals sign: names may have some. */
function pairIn(option: string, word: string): readonly [string, string] {
  const at = word.lastIndexOf('=');
  if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
  throw new LoopwrightError('bad_request', `${option} takes feature=…, not "${word.slice(0, 60)}".`);
}

const importancesIn = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    words.map((word) => {
      const [name, text] = pairIn('--importance', word);
      return [name, numberIn('--importance', text, 0, Infinity) ?? 0];
    }),
  );

function wishedIn(words: readonly string[]): Record<string, FeatureTests> {
  const wished: Record<string, FeatureTests> = {};
  for (const word of words) {
    const [feature, wish] = pairIn('--test', word);
    const [name = '', threshold] = wish.split(':');
    const test = DriftTestName.safeParse(name);
    if (!test.success)
      throw new LoopwrightError(
        'bad_request',
        `There is no test "${name.slice(0, 60)}". There are: ${DRIFT_TESTS.join(', ')}.`,
      );
    (wished[feature] ??= {})[test.data] = numberIn('The threshold of --test', threshold, 0, Infinity) ?? 'default';
  }
  return wished;
}

function typeIn(word: string): readonly [string, FeatureType] {
  const [name, text] = pairIn('--type', word);
  const type = FeatureType.safeParse(text);
  if (type.success) return [name, type.data];
  throw new LoopwrightError('bad_request', `--type takes ${FEATURE_TYPES.join(', ')}, not "${text.slice(0, 60)}".`);
}

function numberIn(option: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const number = text.trim() === '' ? NaN : Number(text);
  if (number >= least && number <= most) return number;
  const range =
    most === Infinity ? `a number from ${String(least)} on` : `a number from ${String(least)} to ${String(most)}`;
  throw new LoopwrightError('bad_request', `${option} takes ${range}, not "${text.slice(0, 60)}".`);
}
