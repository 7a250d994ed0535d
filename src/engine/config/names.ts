/** The names that `loopwright.yaml` may mean, for completion. Runs in a reader. */
import type { Database } from 'better-sqlite3';
import { EFFECT_PREFIX } from '../../protocol/driftNames';
import type { Result } from '../../protocol/requests';

const MAX_NAMES = 500;

/** @param metrics those of runs, the most frequent first */
export function configNames(db: Database, metrics: readonly string[]): Result<'config/names'> {
  const names = (sql: string) =>
    db
      .prepare<[], string>(`${sql} LIMIT ${String(MAX_NAMES)}`)
      .pluck()
      .all();
  return {
    models: names('SELECT name FROM registered_models ORDER BY name'),
    aliases: names('SELECT alias FROM registered_model_aliases GROUP BY alias ORDER BY count(*) DESC, alias'),
    metrics: metrics.filter((key) => !key.startsWith(EFFECT_PREFIX)),
    // What was compared says what its features are called.
    features: metrics.filter((key) => key.startsWith(EFFECT_PREFIX)).map((key) => key.slice(EFFECT_PREFIX.length)),
    tags: names('SELECT key FROM model_version_tags GROUP BY key ORDER BY count(*) DESC, key'),
  };
}
