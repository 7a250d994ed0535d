/** Sweeps: values that are tried out, each combination of them in a run of its own. Pure. */
import { LoopwrightError } from '../protocol/errors';
import { isSecretName } from './secretArguments';

/** Values by parameter, in the order in which they vary: the last one fastest. */
export type SweepValues = Readonly<Record<string, readonly string[]>>;

export const MAX_SWEEP_RUNS = 1000;
/** So many runs at the same time; more are only in each other's way on any machine. */
export const MAX_SWEEP_JOBS = 256;

export const combinationCount = (over: SweepValues): number =>
  Object.values(over).reduce((product, values) => product * values.length, 1);

/**
 * @param params what every run of it gets
 * @throws LoopwrightError `bad_request` if there is nothing to vary, too much, or something that must not be written down
 */
export function checkSweep(over: SweepValues, params: Readonly<Record<string, string>>): void {
  const refuse = (message: string) => new LoopwrightError('bad_request', message);
  for (const [key, values] of Object.entries(over)) {
    if (values.length === 0) throw refuse(`The sweep over ${key} has no values.`);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined)
      throw refuse(`The sweep over ${key} has the value ${twice} twice. For one list as a value write [[1, 1]].`);
    if (key in params) throw refuse(`${key} is both a parameter of all runs and swept over. Leave out one of them.`);
    if (values.some((value) => isSecretName(key, value)))
      throw refuse(
        `${key} looks like a secret, and what is swept over stands in the names of runs. Give it with -P, or rename it.`,
      );
  }
  const count = combinationCount(over);
  if (count > MAX_SWEEP_RUNS)
    throw refuse(
      `This sweep would be ${count.toLocaleString('en')} runs; at most ${MAX_SWEEP_RUNS.toLocaleString('en')} are started. Give fewer values.`,
    );
}
