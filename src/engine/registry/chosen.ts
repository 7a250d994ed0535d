/** Models and versions as the database has them, all of them or those that a filter chooses. */
import type { Database } from 'better-sqlite3';
import { withinTime } from '../tracking';
import type { ModelCondition } from './filter';

export interface ModelRecord {
  readonly name: string;
  readonly description: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly versionCount: number;
  readonly latestVersion: number | null;
}

export interface VersionRecord {
  readonly name: string;
  readonly version: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly user: string;
  readonly description: string;
  readonly stage: string;
  readonly source: string;
  readonly modelId: string | null;
  readonly files: string | null;
  readonly digest: string | null;
  readonly files_note: string | null;
  readonly runId: string | null;
  readonly runSeq: number | null;
  readonly runName: string | null;
}

export const MODELS = `SELECT name, description, created_ms AS createdMs, updated_ms AS updatedMs,
    (SELECT count(*) FROM model_versions v WHERE v.name = m.name AND v.deleted_ms IS NULL) AS versionCount,
    (SELECT max(version) FROM model_versions v WHERE v.name = m.name AND v.deleted_ms IS NULL) AS latestVersion
  FROM registered_models m WHERE deleted_ms IS NULL`;

export const VERSIONS = `SELECT v.name, version, v.created_ms AS createdMs, v.updated_ms AS updatedMs, user_id AS user, description,
    stage, v.source, model_id AS modelId, files, digest, files_note, v.run_id AS runId, r.run_seq AS runSeq, r.name AS runName
  FROM model_versions v LEFT JOIN runs r ON r.run_id = v.run_id AND r.deleted_ms IS NOT 0
  WHERE v.name = ? AND v.deleted_ms IS NULL`;

/** Models with each of their versions, and one row for those that have none. */
const BOTH = `registered_models m LEFT JOIN model_versions v ON v.name = m.name AND v.deleted_ms IS NULL
  LEFT JOIN runs r ON r.run_id = v.run_id AND r.deleted_ms IS NOT 0`;

export const EVERYTHING: ModelCondition = { sql: 'TRUE', values: [], hasPattern: false, ofVersions: false };

/** A filter is a statement of its own: the condition is compiled anew for each answer. */
export class ChosenModels {
  constructor(private readonly db: Database) {}

  models(condition: ModelCondition, after: string, like: string, limit: number): ModelRecord[] {
    const { sql, values } = condition;
    const names = `SELECT DISTINCT m.name FROM ${BOTH} WHERE m.deleted_ms IS NULL AND m.name > ? AND (${sql})`;
    return this.all(condition, `${MODELS} AND name IN (${names}) AND name LIKE ? ESCAPE '\\' ORDER BY name LIMIT ?`, [
      after,
      ...values,
      like,
      limit,
    ]);
  }

  versions(condition: ModelCondition, name: string, below: number, limit: number): VersionRecord[] {
    const { sql, values } = condition;
    const numbers = `SELECT v.version FROM ${BOTH} WHERE m.name = ? AND (${sql})`;
    return this.all(
      condition,
      `${VERSIONS} AND version < ? AND version IN (${numbers}) ORDER BY version DESC LIMIT ?`,
      [name, below, name, ...values, limit],
    );
  }

  count(condition: ModelCondition): { models: number; versions: number } {
    const { sql, values } = condition;
    const [counts] = this.all<{ models: number; versions: number }>(
      condition,
      `SELECT count(DISTINCT m.name) AS models, count(v.version) AS versions FROM ${BOTH}
       WHERE m.deleted_ms IS NULL AND (${sql})`,
      values,
    );
    return counts ?? { models: 0, versions: 0 };
  }

  private all<Row>({ hasPattern }: ModelCondition, text: string, values: readonly (string | number)[]): Row[] {
    const read = () => this.db.prepare<(string | number)[], Row>(text).all(...values);
    return hasPattern ? withinTime(this.db, read) : read();
  }
}
