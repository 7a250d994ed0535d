/** `loopwright.yaml` and its gates, as the rest of the engine sees them. */
import { dirname, join } from 'node:path';
import { CONFIG_FILE } from '../../protocol/config/file';
import { asksOf, type PlacedGate } from '../../protocol/config/gate';
import { LoopwrightError } from '../../protocol/errors';
import type { Result } from '../../protocol/requests';
import type { Jobs } from '../jobs';
import type { CheckedConfig } from './check';

export { type Approval, judge, type JudgedVersion, unreadableGates } from './judge';

/** A file that takes longer was made to. */
const PATIENCE_MS = 20_000;

export class Config {
  constructor(
    private readonly store: string,
    private readonly jobs: Pick<Jobs, 'run'>,
  ) {}

  async check(text?: string): Promise<Result<'config/check'>> {
    const { problems, gates } = await this.read(text ?? null);
    const told = (gates ?? []).map(({ model, alias, gate }) => ({ model, alias, asks: asksOf(gate) }));
    return { problems: [...problems], gates: told };
  }

  /**
   * The gates of the file as it is now. Without a file there are none; while it has an error nobody knows them, and
   * `problem` says what is wrong (`unreadableGates` makes a verdict of it).
   */
  async gates(): Promise<{ readonly gates: readonly PlacedGate[] } | { readonly problem: string }> {
    const { problems, gates } = await this.read(null);
    if (gates) return { gates };
    const first = problems.find(({ severity }) => severity === 'error');
    return { problem: first ? `line ${String(first.from.line + 1)}: ${first.message}` : "It can't be read." };
  }

  private async read(text: string | null): Promise<CheckedConfig> {
    const file = join(dirname(this.store), CONFIG_FILE);
    const signal = AbortSignal.timeout(PATIENCE_MS);
    try {
      return (await this.jobs.run('config/read', { file, text }, { lane: 'config', signal })) ?? NO_FILE;
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
      const seconds = String(PATIENCE_MS / 1000);
      throw new LoopwrightError(
        'bad_request',
        `${CONFIG_FILE} could not be read within ${seconds} s. Make it simpler.`,
      );
    }
  }
}

const NO_FILE: CheckedConfig = { problems: [], gates: [] };
