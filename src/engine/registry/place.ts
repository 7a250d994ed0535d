/** Where the files of a version are in this store: those that are kept for it, else what its source names. */
import type { Database } from 'better-sqlite3';
import type { ModelPlace } from '../../protocol/requests';
import { type ArtifactPlace, readSource } from '../artifacts';

/** A copy of a copy of a copy … */
const MAX_DEPTH = 10;

interface Found {
  readonly source: string;
  readonly modelId: string | null;
  readonly files: string | null;
}

export class VersionPlaces {
  private readonly find;

  constructor(db: Database) {
    // A copy is there although the version that it was made of is deleted.
    this.find = db.prepare<[string, number], Found>(
      `SELECT source, model_id AS modelId, iif(digest IS NULL, NULL, files) AS files
       FROM model_versions WHERE name = ? AND version = ?`,
    );
  }

  /** Null for what is elsewhere. */
  of(name: string, version: number, depth = 0): ModelPlace | null {
    const found = this.find.get(name, version);
    if (!found) return null;
    if (found.files !== null) return { owner: 'version', files: found.files, path: '' };
    const source = readSource(found.source);
    if (source === null) return null;
    if ('owner' in source) return placeAt(source);
    return depth < MAX_DEPTH ? this.of(source.name, source.version, depth + 1) : null;
  }

  /** All places where something of its model may lie, the likeliest first. */
  all(name: string, version: number): ModelPlace[] {
    const place = this.of(name, version);
    const modelId = this.find.get(name, version)?.modelId ?? null;
    const ofModel: ModelPlace[] =
      place?.owner === 'version' || modelId === null ? [] : [{ owner: 'model', modelId, path: '' }];
    return [...ofModel, ...(place ? [place] : [])];
  }
}

function placeAt({ owner, path }: ArtifactPlace): ModelPlace {
  const below = path.replace(/\/+$/, '');
  switch (owner.kind) {
    case 'run':
      return { owner: 'run', runId: owner.runId, path: below };
    case 'model':
      return { owner: 'model', modelId: owner.modelId, path: below };
    case 'version':
      return { owner: 'version', files: owner.files, path: below };
  }
}
