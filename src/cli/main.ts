#!/usr/bin/env node
/** The command line. This file puts its commands together; what they do is theirs. */
import './runtime'; // first: a Node that is too old must not load what follows
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { RunTarget } from '../client/launch';
import { LoopwrightError } from '../protocol/errors';
import { BUILD } from '../protocol/version';
import { commonOptionsOf, examples, type Perform, withCommonOptions } from './command';
import { addEngine } from './commands/engine';
import { addExport } from './commands/export';
import { addGc } from './commands/gc';
import { addImport } from './commands/import';
import { addNotebooks } from './commands/notebooks';
import { addRun, RUN_OPTIONS_WITH_VALUE } from './commands/run';
import { addRuns } from './commands/runs';
import { addModels } from './commands/models';
import { addDrift } from './commands/drift';
import { addScore } from './commands/score';
import { addServing } from './commands/serving';
import { addTracking } from './commands/tracking';
import { EXIT, Output, ReaderGone } from './output';
import { Engines } from './store';
import { commandIndex, rawWords, splitRunWords } from './words';

const COMMON_WITH_VALUE = new Set(['--store']);
const RUN_WITH_VALUE = new Set([...COMMON_WITH_VALUE, ...RUN_OPTIONS_WITH_VALUE]);

async function main(): Promise<number> {
  let own = rawWords();
  let target: RunTarget | null = null;
  let exitCode: number = EXIT.done;
  try {
    const at = commandIndex(own, COMMON_WITH_VALUE);
    if (own[at] === 'run') {
      const split = splitRunWords(own.slice(at + 1), RUN_WITH_VALUE);
      own = [...own.slice(0, at + 1), ...split.own];
      ({ target } = split);
    }
    const perform: Perform = async (command, task) => {
      const { store, isJson } = commonOptionsOf(command);
      const output = new Output(isJson);
      try {
        exitCode = await task({
          output,
          store,
          cwd: workingFolder(),
          env: process.env,
          engines: new Engines(__dirname, (line) => output.note(line)),
          parts: { folder: join(__dirname, '..', 'python') },
          programs: __dirname,
        });
      } catch (thrown) {
        if (thrown instanceof ReaderGone) throw thrown;
        exitCode = output.error(thrown);
      }
    };
    await programOf(perform, target).parseAsync(own, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof ReaderGone) return EXIT.done;
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done; // --help, --version
    return new Output(own.includes('--json')).error(asWrongUse(thrown));
  }
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new LoopwrightError('bad_request', 'The working folder does not exist any more. Change to another one.', {
      cause: error,
    });
  }
}

function programOf(perform: Perform, target: RunTarget | null): Command {
  const output = new Output(false);
  const program = new Command('loopwright')
    .description('Tracks machine-learning runs: any Python script, without a change to it.')
    .version(BUILD.version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'help for a command')
    .helpCommand('help [command]', 'help for a command')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.raw(text),
      writeErr: (text) => output.note(text.trimEnd()),
      // Errors are told by whoever catches them, in one line.
      outputError: () => undefined,
    })
    .addHelpText('after', examples('run train.py --lr 0.1', 'runs list', 'runs show latest', 'run --json train.py'));
  withCommonOptions(program);
  addRun(program, perform, target);
  addRuns(program, perform);
  addNotebooks(program, perform);
  addModels(program, perform);
  addServing(program, perform);
  addScore(program, perform);
  addDrift(program, perform);
  addTracking(program, perform);
  addExport(program, perform);
  addImport(program, perform);
  addGc(program, perform);
  addEngine(program, perform);
  return program;
}

/** The option parser's words for wrong use, as an error of ours that says what to do. */
function asWrongUse(thrown: unknown): LoopwrightError {
  if (!(thrown instanceof CommanderError)) return LoopwrightError.from(thrown);
  if (thrown.code === 'commander.help')
    return new LoopwrightError('bad_request', 'A command is missing. "loopwright --help" shows them.');
  const message = thrown.message.replace(/^error: /, '').replace(/\.$/, '');
  const text = `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}`;
  return new LoopwrightError(
    'bad_request',
    text.includes('(Did you mean') ? text : `${text}. See "loopwright --help".`,
  );
}

main().then(
  (code) => process.exit(code),
  (thrown: unknown) => process.exit(new Output(false).error(thrown)),
);
