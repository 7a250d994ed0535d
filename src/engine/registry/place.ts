/** From where a version is said to be to where its files are in this store. */
import type { Database } from 'better-sqlite3';
import { ModelPlace } from '../../protocol/requests';

/** A copy of a copy of a copy … */
const MAX_DEPTH = 10;
/** As clients address artifacts of this server: `mlflow-artifacts:/0/RUN/artifacts/model`. */
const OF_SERVER =
  /^(?:mlflow-artifacts:|https?:\/\/[^/]+\/api\/2\.0\/mlflow-artifacts\/artifacts)\/(?:\/[^/]*\/)?(.*)$/;

export class VersionPlaces {
  private readonly sourceOf;

  constructor(db: Database) {
    this.sourceOf = db
      .prepare<[string, number], string>('SELECT source FROM model_versions WHERE name = ? AND version = ?')
      .pluck();
  }

  /** Null for what is elsewhere. */
  of(source: string, depth = 0): ModelPlace | null {
    const [, modelId] = /^models:\/(m-[^/@]+)\/?$/.exec(source) ?? [];
    if (modelId !== undefined) return placed({ owner: 'model', modelId, path: '' });
    const [, name, version] = /^models:\/([^/@]+)\/(\d+)$/.exec(source) ?? [];
    if (name !== undefined) {
      const next = depth < MAX_DEPTH ? this.sourceOf.get(name, Number(version)) : undefined;
      return next === undefined ? null : this.of(next, depth + 1);
    }
    const [, runId, below = ''] = /^runs:\/([^/]+)\/?(.*)$/.exec(source) ?? [];
    if (runId !== undefined) return placed({ owner: 'run', runId, path: below });
    const parts = OF_SERVER.exec(source)?.[1]?.split('/') ?? [];
    const path = (from: number) => parts.slice(from).join('/');
    // The first part is the experiment, which a run may have left since.
    if (parts[1] === 'models' && parts[3] === 'artifacts')
      return placed({ owner: 'model', modelId: parts[2], path: path(4) });
    return parts[2] === 'artifacts' ? placed({ owner: 'run', runId: parts[1], path: path(3) }) : null;
  }
}

/** Sources are told by programs: what is no place is none. */
function placed(place: unknown): ModelPlace | null {
  const checked = ModelPlace.safeParse(place);
  if (!checked.success) return null;
  return { ...checked.data, path: checked.data.path.replace(/\/+$/, '') };
}
