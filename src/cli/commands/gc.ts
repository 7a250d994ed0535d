/** `loopwright gc`: what a store may be freed of, and doing it. */
import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError } from 'commander';
import type { EngineConnection } from '../../client/connection';
import { LoopwrightError } from '../../protocol/errors';
import type { Params } from '../../protocol/requests';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { gcDocument, parseAge, parseSize, retentionDocument } from '../gcWords';
import { gcPlanLines, gcProgressLine, gcResultLines, retentionLines } from '../gcRendering';
import { followWork } from '../longWork';
import { EXIT, type Output } from '../output';
import { storeToRead } from '../store';

interface GcOptions {
  readonly olderThan?: number;
  readonly keep?: number;
  readonly maxSize?: number;
  readonly deletedOlderThan?: number;
  readonly deletedOnly?: boolean;
  readonly includeRecent?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly applyRetention?: boolean;
  readonly history?: boolean;
}

export function addGc(program: Command, perform: Perform): void {
  withCommonOptions(program.command('gc'))
    .summary('free space: remove runs for good')
    .description(
      'Free space: shows what would be removed for good, asks, and removes exactly that. Without a rule only runs that ' +
        'were deleted 30 days ago go. Pinned runs (tag loopwright.pinned), running ones and those of the last day stay.',
    )
    .option('--older-than <age>', 'runs that ended so long ago, such as 90d, 12h', asArgument(parseAge))
    .option('--keep <n>', 'all but the newest n runs of each experiment', asArgument(count))
    .option('--max-size <size>', 'the oldest runs, until the store takes no more, such as 10GB', asArgument(parseSize))
    .option('--deleted-only', 'no rule but that for deleted runs')
    .option('--deleted-older-than <age>', 'deleted runs after this age (default: 30d)', asArgument(parseAge))
    .option('--include-recent', 'runs of the last day too')
    .option('--apply-retention', 'by the rules that were confirmed for this store in VS Code, without a question')
    .option('--history', 'what was removed earlier; removes nothing')
    .option('--dry-run', 'only show it')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples(
        'gc --dry-run',
        'gc --older-than 90d --keep 20',
        'gc --max-size 10GB --yes',
        'gc --deleted-older-than 0d',
        'gc --apply-retention',
      ),
    )
    .action((options: GcOptions, self: Command) => perform(self, (cli) => gc(cli, options)));
}

/** The option parser tells a wrong value in its own words, with the name of the option. */
function asArgument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (thrown) {
      throw new InvalidArgumentError(LoopwrightError.from(thrown).message);
    }
  };
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new LoopwrightError('bad_request', 'It takes a whole number, 0 or more.');
}

async function gc(cli: Cli, options: GcOptions): Promise<number> {
  const { output } = cli;
  const asked = rulesOf(options);
  const session = await cli.engines.openToRead(storeToRead(cli.store, cli.cwd));
  const { connection } = session;
  try {
    if (options.history === true) return await tellHistory(output, connection);
    const isRetention = options.applyRetention === true;
    const rules = isRetention ? await confirmedRules(connection) : asked;
    const { plan } = await connection.request('store/planGc', rules);
    if (!output.isJson)
      output.lines(gcPlanLines(plan, { paint: output.paint, width: output.width, nowMs: Date.now() }));
    const isNothing = plan.parts.every(({ count: items }) => items === 0);
    if (options.dryRun === true || isNothing) {
      if (output.isJson) output.document(gcDocument(plan, null));
      return EXIT.done;
    }
    if (options.yes !== true && !isRetention && !(await agreed(cli))) {
      output.note('Nothing was removed.');
      return EXIT.failed;
    }
    const { planId } = plan;
    const result = await followWork(output, {
      start: () => connection.request('store/gc', { ...rules, planId }),
      progress: async () => gcProgressLine(await connection.request('store/gcState', {})),
      cancel: () => connection.request('store/cancelGc', {}),
    });
    if (output.isJson) output.document(gcDocument(plan, result));
    else output.lines(gcResultLines(result, output.paint));
    return result.problems.length > 0 ? EXIT.failed : EXIT.done;
  } finally {
    connection.close();
  }
}

function rulesOf(options: GcOptions): Params<'store/planGc'> {
  const { olderThan, keep, maxSize, deletedOlderThan } = options;
  const hasRule = olderThan !== undefined || keep !== undefined || maxSize !== undefined;
  const isOther = hasRule || options.deletedOnly === true || deletedOlderThan !== undefined;
  const isAlone = options.applyRetention === true ? '--apply-retention' : options.history === true ? '--history' : null;
  if (isAlone !== null && (isOther || options.includeRecent === true))
    throw new LoopwrightError('bad_request', `${isAlone} takes no rules. Leave it out, or them.`);
  if (options.applyRetention === true && options.history === true)
    throw new LoopwrightError('bad_request', '--history removes nothing. Leave it or --apply-retention out.');
  if (options.deletedOnly === true && hasRule)
    throw new LoopwrightError(
      'bad_request',
      '--deleted-only leaves no room for --older-than, --keep and --max-size. Leave it out, or them.',
    );
  return {
    ...(olderThan === undefined ? {} : { olderThanMs: olderThan }),
    ...(keep === undefined ? {} : { keepPerExperiment: keep }),
    ...(maxSize === undefined ? {} : { maxSizeBytes: maxSize }),
    ...(deletedOlderThan === undefined ? {} : { deletedOlderThanMs: deletedOlderThan }),
    includeRecent: options.includeRecent === true,
  };
}

/** @throws LoopwrightError `not_found` if there are none */
async function confirmedRules(connection: EngineConnection): Promise<Params<'store/planGc'>> {
  const { rules } = await connection.request('store/retention', {});
  if (rules !== null) return rules;
  throw new LoopwrightError(
    'not_found',
    'No retention is confirmed for this store on this machine. Set loopwright.retention.… in VS Code and confirm it ' +
      'there, or give rules here: "loopwright gc --older-than 90d --yes".',
  );
}

async function tellHistory(output: Output, connection: EngineConnection): Promise<number> {
  const state = await connection.request('store/retention', {});
  if (output.isJson) output.document(retentionDocument(state));
  else output.lines(retentionLines(state, { paint: output.paint, width: output.width, nowMs: Date.now() }));
  return EXIT.done;
}

/** @throws LoopwrightError `bad_request` where nobody can be asked */
async function agreed({ output }: Cli): Promise<boolean> {
  if (!process.stdin.isTTY || !output.isNoteOnTerminal || output.isJson)
    throw new LoopwrightError(
      'bad_request',
      'Nobody can be asked here whether this shall be removed: say --yes to do it, or --dry-run to see it only.',
    );
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question('Remove this for good? [y/N] ')).trim());
  } finally {
    asking.close();
  }
}
