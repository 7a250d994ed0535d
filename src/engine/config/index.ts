/** `loopwright.yaml` and its gates, as the rest of the engine sees them. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CONFIG_FILE } from '../../protocol/config/file';
import { asksOf, type PlacedGate } from '../../protocol/config/gate';
import { LoopwrightError } from '../../protocol/errors';
import type { Result } from '../../protocol/requests';
import { isMissing } from '../../protocol/node/addresses';
import { type Jobs, jobWithin } from '../jobs';
import type { CheckedConfig } from './check';

export { type Approval, judge, type JudgedVersion, unreadableGates } from './judge';

/** A file that takes longer was made to. */
const PATIENCE_MS = 20_000;

const LIMITS = {
  lane: 'config',
  limitMs: PATIENCE_MS,
  tooLong: `${CONFIG_FILE} could not be read`,
  wayOut: 'Make it simpler.',
} as const;

type Gates = { readonly gates: readonly PlacedGate[] } | { readonly problem: string };

export class Config {
  private readonly file: string;
  /** Of the file as it was then. */
  private known: { readonly stamp: string; readonly gates: Gates } | null = null;

  constructor(
    store: string,
    private readonly jobs: Pick<Jobs, 'run'>,
  ) {
    this.file = join(dirname(store), CONFIG_FILE);
  }

  async check(text?: string): Promise<Result<'config/check'>> {
    const { problems, gates } = await this.read(text ?? null);
    const told = (gates ?? []).map(({ model, alias, gate }) => ({ model, alias, asks: asksOf(gate) }));
    return { problems: [...problems], gates: told };
  }

  /**
   * The gates of the file as it is now. Without a file there are none; while it has an error nobody knows them, and
   * `problem` says what is wrong (`unreadableGates` makes a verdict of it). A file that has not changed is not read again.
   */
  async gates(): Promise<Gates> {
    const stamp = await stampOf(this.file);
    if (stamp === null) return { gates: [] };
    if (this.known?.stamp === stamp) return this.known.gates;
    const gates = await this.readGates();
    // A file that has changed since has another stamp.
    this.known = { stamp, gates };
    return gates;
  }

  /** @throws LoopwrightError `bad_request` with the line while the file has an error */
  async drift(): Promise<Result<'config/drift'>> {
    const { problems, drift } = await this.read(null);
    if (drift) return { settings: drift };
    throw new LoopwrightError('bad_request', `${CONFIG_FILE}, ${firstError(problems)}`);
  }

  /** The text with these settings in it. @throws LoopwrightError `bad_request` where that can't be told from the text */
  withDrift(text: string | null, change: Readonly<Record<string, unknown>>): Promise<Result<'config/withDrift'>> {
    return jobWithin(this.jobs, 'config/withDrift', { text, change }, LIMITS);
  }

  private async readGates(): Promise<Gates> {
    try {
      const { problems, gates } = await this.read(null);
      return gates ? { gates } : { problem: firstError(problems) };
    } catch (thrown) {
      const { code, message } = LoopwrightError.from(thrown);
      if (code !== 'bad_request') throw thrown;
      return { problem: message };
    }
  }

  private async read(text: string | null): Promise<CheckedConfig> {
    const { file } = this;
    return (await jobWithin(this.jobs, 'config/read', { file, text }, LIMITS)) ?? NO_FILE;
  }
}

/** In words; not every reason has a line. */
function firstError(problems: CheckedConfig['problems']): string {
  const first = problems.find(({ severity }) => severity === 'error');
  return first ? `line ${String(first.from.line + 1)}: ${first.message}` : "It can't be read.";
}

const NO_FILE: CheckedConfig = { problems: [], gates: [], drift: {} };

/** What changes with the file's content. Null where there is no file. */
async function stampOf(file: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    if (isMissing(error)) return null;
    throw LoopwrightError.from(error);
  }
}
