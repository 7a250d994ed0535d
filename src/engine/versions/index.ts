/** The files of registered versions, kept apart from what they were made of, as the rest of the engine sees them. */
import { LoopwrightError } from '../../protocol/errors';
import type { FileOrigin, Verified } from '../../protocol/registry';
import type { Jobs } from '../jobs';
import { VersionKeeper, type KeeperParts } from './keeper';
import { type LoadingParts, VersionLoading } from './loading';
import type { ToVerify } from './verify';

export type { VersionLoading } from './loading';
export { keepFiles } from './keep';
export { originOf } from './origin';
export { settleTaken, type TakenFiles, takeFiles } from './take';
export { digestOf, type KeptFile, Manifest, MANIFEST, manifestOf } from './manifest';
export { versionQueries } from './queries';
export { hashKept, verifyVersions } from './verify';

export type VersionsParts = KeeperParts &
  LoadingParts & {
    readonly jobs: Pick<Jobs, 'run'>;
    readonly ofModel: (of: { name: string; which: number | string | null }) => Promise<ToVerify[]>;
  };

export class Versions {
  readonly keeper: VersionKeeper;
  readonly loading: VersionLoading;

  constructor(private readonly parts: VersionsParts) {
    this.keeper = new VersionKeeper(parts);
    this.loading = new VersionLoading(parts);
  }

  /** @throws LoopwrightError `not_found` */
  async verify(of: { name: string; which: number | string | null }): Promise<{ versions: Verified[] }> {
    const { jobs, store, ofModel } = this.parts;
    const versions = await ofModel(of);
    if (versions.length === 0 && of.which !== null)
      throw new LoopwrightError('not_found', `${of.name} has no version ${String(of.which)}.`);
    // Not in the lane of those who load, or register what is small: they would wait for all of it.
    return jobs.run('versions/verify', { store, versions }, { lane: 'large versions' });
  }

  /** @throws LoopwrightError `not_found` */
  async originOf(path: string): Promise<{ runs: FileOrigin[] }> {
    const { jobs, store } = this.parts;
    const { runs } = await jobs.run('versions/origin', { store, path }, { lane: 'models' });
    return { runs: [...runs] };
  }
}
