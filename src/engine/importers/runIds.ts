/** What runs and models of another store are called here. Theirs are kept, so that `runs:/ID/…` goes on working. */
import { createHash } from 'node:crypto';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { RunSpec } from '../../protocol/runFolder';
import { readSpec } from '../tracking';
import { type ForeignRun, type ForeignStore, MLFLOW_TAGS } from './foreignStore';

/** Made at random by whoever made it: no two runs have the same one. */
const RANDOM_ID = /^[0-9a-f]{32}$/;
const MODEL_ID = /^m-[0-9a-f]{32}$/;

export interface RunHere {
  readonly runId: string;
  /** As it is here already; null for one that is not. */
  readonly spec: RunSpec | null;
}

export class RunIds {
  private starts: Map<string, number> | null = null;

  constructor(
    private readonly paths: StorePaths,
    private readonly store: ForeignStore,
  ) {}

  async of({ id, startMs }: ForeignRun): Promise<RunHere> {
    return this.resolve(id, () => Promise.resolve(startMs));
  }

  async ofParent({ id, tags }: ForeignRun): Promise<string | null> {
    const parent = tags[MLFLOW_TAGS.parent];
    if (parent === undefined || parent === '' || parent === id) return null;
    return this.named(parent);
  }

  /** Of a run that something else names. */
  async named(id: string): Promise<string> {
    return (await this.resolve(id, () => this.startOf(id))).runId;
  }

  private async resolve(id: string, startMs: () => Promise<number>): Promise<RunHere> {
    if (RANDOM_ID.test(id)) {
      const spec = readSpec(this.paths.runFolder(id));
      // One that was tracked here and comes back is that run, one of another time is another.
      if (spec === null || spec.origin?.id === id || spec.created_ms === (await startMs())) return { runId: id, spec };
    }
    const runId = digestOf(id, await startMs());
    return { runId, spec: readSpec(this.paths.runFolder(runId)) };
  }

  private async startOf(id: string): Promise<number> {
    if (this.starts === null) {
      this.starts = new Map();
      for await (const run of this.store.runs()) this.starts.set(run.id, run.startMs);
    }
    return this.starts.get(id) ?? 0;
  }
}

export const modelIdOf = (id: string): string => (MODEL_ID.test(id) ? id : `m-${digestOf(id)}`);

const digestOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
