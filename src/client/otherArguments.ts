/** The arguments of a run that is run again with others. Pure. */
import type { RunSpec } from '../protocol/runFolder';
import { againOf } from './launch';
import { HIDDEN } from './secretArguments';

/** What the user may change: behind the script or module; of a command all its words; null where there is nothing. */
export function argumentsOf(spec: RunSpec): readonly string[] | null {
  const { target } = againOf(spec);
  switch (target.kind) {
    case 'script':
    case 'module':
      return target.args;
    case 'command':
      return target.command;
    case 'notebook':
    case 'followed':
      return null;
  }
}

/** What is hidden in the words stays to be asked for: where a word has `***`, a value is put in its place later. */
export function withArguments(spec: RunSpec, words: readonly string[]): RunSpec {
  const count = argumentsOf(spec)?.length ?? 0;
  const replaced = (argv: readonly string[]) => [...argv.slice(0, argv.length - count), ...words];
  const argv = replaced(spec.argv);
  return {
    ...spec,
    argv,
    hidden: argv.flatMap((word, index) => (word.includes(HIDDEN) ? [index] : [])),
    sweep: spec.sweep && { ...spec.sweep, argv: replaced(spec.sweep.argv) },
  };
}
