/** Giving out what is kept for a version: only what is, byte for byte, what was registered. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { isMissing } from '../../protocol/node/addresses';
import { pathsOf } from '../../protocol/node/storeFolder';
import { artifactFolder } from '../artifacts';
import { Refusal } from '../clients';
import type { Jobs } from '../jobs';
import { type Hashed, stateOf } from './copying';
import type { KeptEntry, OrRefused, versionQueries } from './queries';
import { changedWords } from './words';

const REMEMBERED = 10_000;
const READ = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

type Queries = ReturnType<typeof versionQueries>;
type KeptAt = Parameters<Queries['versions/file']>[0];

export interface LoadingParts {
  /** The store's folder. */
  readonly store: string;
  readonly jobs: Pick<Jobs, 'run'>;
  readonly file: (of: KeptAt) => Promise<ReturnType<Queries['versions/file']>>;
  readonly list: (of: KeptAt) => Promise<ReturnType<Queries['versions/list']>>;
}

export interface Opened {
  readonly size: number;
  readonly stream: () => NodeJS.ReadableStream;
}

export class VersionLoading {
  /** States of files that were compared, the latest last. */
  private readonly whole = new Map<string, string>();
  private readonly hashing = new Map<string, Promise<Hashed>>();

  constructor(private readonly parts: LoadingParts) {}

  /** @throws Refusal for a file that is not the one that was registered, and for one that is not there */
  async open(files: string, path: string): Promise<Opened> {
    const registered = given(await this.parts.file({ files, path }));
    const refuse = (why: string) => new Refusal('PERMISSION_DENIED', `${registered.label}: ${why}`);
    const place = join(artifactFolder(pathsOf(this.parts.store), { kind: 'version', files }), path);
    const file = await open(place, READ).catch((error: unknown) => {
      if (isMissing(error)) throw refuse(`${path}, which was registered, is not there any more.`);
      throw error;
    });
    try {
      await this.compare(file, { files, path, sha256: registered.sha256 }, refuse);
      const { size } = await file.stat();
      // Closes the file with its end.
      return { size, stream: () => file.createReadStream({ start: 0 }) };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async list(files: string, path: string): Promise<KeptEntry[]> {
    return given(await this.parts.list({ files, path }));
  }

  /** Hashes the file unless this very state of it was compared before. */
  private async compare(
    file: FileHandle,
    { files, path, sha256 }: { files: string; path: string; sha256: string },
    refuse: (why: string) => Refusal,
  ): Promise<void> {
    const key = `${files}/${path}`;
    const found = await file.stat({ bigint: true });
    if (!found.isFile()) throw refuse(`${path} is no file any more.`);
    if (this.whole.get(key) === stateOf(found)) return;
    const now = await this.hash(key, files, path).catch((thrown: unknown) => {
      const { code, message } = LoopwrightError.from(thrown);
      throw code === 'not_found' || code === 'internal' ? refuse(`${path} can't be compared: ${message}`) : thrown;
    });
    if (now.sha256 !== sha256) throw refuse(changedWords(path, now.sha256, sha256));
    if (stateOf(await file.stat({ bigint: true })) !== stateOf(found))
      throw refuse(`${path} was changed while it was compared with what was registered.`);
    if (now.state !== stateOf(found)) return; // so new that a later change might not show
    this.whole.delete(key);
    this.whole.set(key, now.state);
    const [oldest] = this.whole.keys();
    if (this.whole.size > REMEMBERED && oldest !== undefined) this.whole.delete(oldest);
  }

  private hash(key: string, files: string, path: string): Promise<Hashed> {
    const going = this.hashing.get(key);
    if (going) return going;
    const { jobs, store } = this.parts;
    const hashing = jobs
      .run('versions/hash', { store, files, path }, { lane: 'loading' })
      .finally(() => this.hashing.delete(key));
    this.hashing.set(key, hashing);
    return hashing;
  }
}

function given<Answer extends object>(answer: OrRefused<Answer>): Answer {
  if ('refused' in answer) throw new Refusal(answer.refused.code, answer.refused.message);
  return answer;
}
