/** The metrics of a version beside those of the versions that one compares it with. */
import type { Database } from 'better-sqlite3';
import type { ComparedRow } from '../../protocol/compared';
import { toWireNumber, type WireNumber } from '../../protocol/entities';
import { goalOf } from '../../protocol/goal';
import type { CheckedParams, Result } from '../../protocol/requests';
import { cutPage, decodeToken, encodeToken, IS_SYSTEM_METRIC, rankOf } from '../tracking';

/** Of a run with more, those that were logged first are put in order. */
const MAX_METRICS = 20_000;
const CHAMPION = 'champion';

type Beside = Result<'registry/metrics'>['beside'];

export class VersionMetrics {
  private readonly statements;

  constructor(db: Database) {
    this.statements = {
      champion: db
        .prepare<[string, string], number>(
          `SELECT a.version FROM registered_model_aliases a JOIN model_versions v USING (name, version)
           WHERE name = ? AND alias = ? AND v.deleted_ms IS NULL`,
        )
        .pluck(),
      previous: db
        .prepare<[string, number], number | null>(
          'SELECT max(version) FROM model_versions WHERE name = ? AND version < ? AND deleted_ms IS NULL',
        )
        .pluck(),
      // Of a version without a run the one that made its logged model.
      runOf: db
        .prepare<[string, number], number>(
          `SELECT r.run_seq FROM model_versions v LEFT JOIN logged_models m USING (model_id)
           JOIN runs r ON r.run_id = coalesce(v.run_id, m.source_run_id)
           WHERE v.name = ? AND v.version = ? AND r.deleted_ms IS NOT 0`,
        )
        .pluck(),
      metrics: db
        .prepare<[number, number], [string, number | null]>(
          `SELECT key, last FROM metrics WHERE run_seq = ? AND NOT ${IS_SYSTEM_METRIC} ORDER BY metric_id LIMIT ?`,
        )
        .raw(),
    };
  }

  page({ name, version, search, limit, pageToken }: CheckedParams<'registry/metrics'>): Result<'registry/metrics'> {
    const beside = this.besides(name, version);
    const own = this.of(name, version);
    const others = beside.map((other) => this.of(name, other.version));
    const wanted = search.toLowerCase();
    const keys = [...own.keys()].filter((key) => key.toLowerCase().includes(wanted)).toSorted(byMeaning);
    const from = pageToken === undefined ? 0 : Number(decodeToken(pageToken)[0]) || 0;
    const rows = keys.slice(from, from + limit + 1);
    const page = cutPage(
      rows,
      limit,
      (key) => ({ key, values: [own, ...others].map((values) => values.get(key) ?? null) }),
      (last) => encodeToken([from + rows.indexOf(last) + 1]),
    );
    return { beside, metrics: page.items, total: keys.length, nextPageToken: page.nextPageToken };
  }

  /** The number of the run that made a version; null where it is not known, or gone. */
  runOf(name: string, version: number): number | null {
    return this.statements.runOf.get(name, version) ?? null;
  }

  /** The metrics that at least one of them has, what matters first. */
  compared(
    versions: CheckedParams<'registry/compare'>['versions'],
    { search, onlyDifferences, limit, pageToken }: Omit<CheckedParams<'registry/compare'>, 'versions' | 'what'>,
  ): Result<'runs/compare'> {
    const all = versions.map(({ name, version }) => this.of(name, version));
    const wanted = search.toLowerCase();
    const rows = [...new Set(all.flatMap((values) => [...values.keys()]))]
      .filter((key) => key.toLowerCase().includes(wanted))
      .toSorted(byMeaning)
      .map((key) => rowOf(key, all))
      .filter(({ differs }) => differs || !onlyDifferences);
    const from = pageToken === undefined ? 0 : Number(decodeToken(pageToken)[0]) || 0;
    const asked = rows.slice(from, from + limit + 1);
    const page = cutPage(
      asked,
      limit,
      (row) => row,
      (last) => encodeToken([from + asked.indexOf(last) + 1]),
    );
    return { rows: page.items, nextPageToken: page.nextPageToken };
  }

  private besides(name: string, version: number): Beside {
    const champion = this.statements.champion.get(name, CHAMPION);
    const previous = this.statements.previous.get(name, version) ?? undefined;
    if (champion !== undefined && champion === previous) return [{ version: champion, as: 'both' }];
    return [
      ...(champion === undefined || champion === version ? [] : [{ version: champion, as: 'champion' as const }]),
      ...(previous === undefined ? [] : [{ version: previous, as: 'previous' as const }]),
    ];
  }

  private of(name: string, version: number): ReadonlyMap<string, WireNumber> {
    const seq = this.statements.runOf.get(name, version);
    const rows = seq === undefined ? [] : this.statements.metrics.all(seq, MAX_METRICS);
    return new Map(rows.map(([key, last]) => [key, toWireNumber(last ?? Number.NaN)]));
  }
}

function rowOf(key: string, all: readonly ReadonlyMap<string, WireNumber>[]): ComparedRow {
  const values = all.map((one) => one.get(key) ?? null);
  return { key, values, differs: values.some((value) => value !== values[0]) };
}

/** As a row's headline is chosen; then those that can be better or worse. */
function byMeaning(left: string, right: string): number {
  return rankOf(left) - rankOf(right) || Number(hasNoGoal(left)) - Number(hasNoGoal(right)) || (left < right ? -1 : 1);
}

const hasNoGoal = (key: string): boolean => goalOf(key) === null;
