/** From a version that was registered to its files being kept: what is pending is done, also what another engine left so. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LoopwrightError } from '../../protocol/errors';
import type { FilesOutcome, PendingFiles } from '../clients';
import type { Jobs } from '../jobs';

/** How long whoever registers a version waits for its files; then they ask again. */
const WAIT_MS = Number(process.env.LOOPWRIGHT_VERSION_WAIT_MS ?? 2000);
/** A process that was killed is no reason to give up at once. */
const ATTEMPTS = 3;
/** What is copied and hashed in a second or so. What is larger waits in a lane of its own, so that nothing small does. */
const SMALL_BYTES = 256 * 1024 * 1024;
const TELL_AGAIN_MS = 2000;

export interface KeeperParts {
  /** The store's folder. */
  readonly store: string;
  readonly jobs: Pick<Jobs, 'run'>;
  readonly pending: () => Promise<PendingFiles[]>;
  /** @throws LoopwrightError where it can't be written down now */
  readonly tell: (outcome: { files: string } & FilesOutcome) => Promise<unknown>;
  /** Whether the store can be written at all. */
  readonly isWritable: () => boolean;
  readonly onBusy: (isBusy: boolean) => void;
  readonly log: (message: string) => void;
}

export class VersionKeeper {
  private readonly going = new Map<string, Promise<void>>();

  constructor(private readonly parts: KeeperParts) {}

  /** Takes up what is pending. */
  look(): void {
    if (!this.parts.isWritable()) return;
    // The store may be closed by the time that it is asked.
    Promise.resolve()
      .then(() => this.parts.pending())
      .then((all) => {
        for (const one of all) void this.keep(one);
      })
      .catch((thrown: unknown) => {
        this.parts.log(`versions: ${LoopwrightError.from(thrown).message}`);
      });
  }

  /** Resolves when these files are kept, or could not be, and that can be read; or after a while. */
  async settled(pending: PendingFiles): Promise<void> {
    const waiting = new AbortController();
    try {
      await Promise.race([this.keep(pending), sleep(WAIT_MS, undefined, { signal: waiting.signal })]);
    } finally {
      waiting.abort();
    }
  }

  private keep(pending: PendingFiles): Promise<void> {
    const known = this.going.get(pending.files);
    if (known) return known;
    this.parts.onBusy(true);
    const work = this.perform(pending).finally(() => {
      this.going.delete(pending.files);
      if (this.going.size === 0) this.parts.onBusy(false);
    });
    this.going.set(pending.files, work);
    return work;
  }

  /** Never rejects: what is not done stays pending, for the next look. */
  private async perform({ files, from }: PendingFiles): Promise<void> {
    const outcome = await this.outcomeOf(files, from);
    while (outcome && this.parts.isWritable())
      try {
        await this.parts.tell({ files, ...outcome });
        return;
      } catch (thrown) {
        // The disk that was full for the files may be so for the note of it.
        this.parts.log(`versions: ${files}: ${LoopwrightError.from(thrown).message}`);
        await sleep(TELL_AGAIN_MS, undefined, { ref: false });
      }
  }

  private async outcomeOf(files: string, from: string): Promise<FilesOutcome | null> {
    const { jobs, store, log } = this.parts;
    for (let attempt = 1; ; attempt++)
      try {
        const params = { store, files, from };
        const kept = await jobs.run('versions/keep', { ...params, upToBytes: SMALL_BYTES }, { lane: 'versions' });
        if (!('isLarge' in kept)) return kept;
        const large = await jobs.run('versions/keep', params, { lane: 'large versions' });
        if (!('isLarge' in large)) return large;
      } catch (thrown) {
        const { code, message } = LoopwrightError.from(thrown);
        if (code === 'cancelled') return null; // with the engine: the next one takes it up again
        log(`versions: ${files}: ${message}`);
        if (attempt === ATTEMPTS || code !== 'internal') return { note: `The files could not be kept: ${message}` };
      }
  }
}
