/** What every command is given, and the options that every command takes. */
import type { Command } from 'commander';
import type { PythonParts } from '../client/launch';
import type { Output } from './output';
import type { View } from './rendering';
import type { Engines } from './store';

export interface Cli {
  readonly output: Output;
  /** `--store`, as it was given. */
  readonly store: string | undefined;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly engines: Engines;
  readonly parts: PythonParts;
  /** Where the built programs lie. */
  readonly programs: string;
}

/** Does what a command is for. @returns the exit code; throws what `Output.error` then tells */
export type Task = (cli: Cli) => Promise<number>;

/** Performs a command's task with what its options say. */
export type Perform = (command: Command, task: Task) => Promise<void>;

export const withCommonOptions = (command: Command): Command =>
  command
    .option('--store <dir>', 'the store: a .loopwright folder, or the folder that holds it (default: found upwards)')
    .option('--json', 'one JSON document on stdout, nothing else there');

export interface CommonOptions {
  readonly store: string | undefined;
  readonly isJson: boolean;
}

/** The common options, wherever among the words they stood; of two stores the one said last. */
export function commonOptionsOf(command: Command): CommonOptions {
  let store: string | undefined;
  let isJson = false;
  for (let at: Command | null = command; at; at = at.parent) {
    const options: { store?: string; json?: boolean } = at.opts();
    store ??= options.store;
    isJson ||= options.json === true;
  }
  return { store, isJson };
}

export const viewOf = ({ output: { paint, width } }: Pick<Cli, 'output'>): View => ({
  paint,
  width,
  nowMs: Date.now(),
});

export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ loopwright ${line}`).join('\n')}`;
