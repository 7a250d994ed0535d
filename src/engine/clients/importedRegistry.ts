/** The registry of another store, written into the ledger with the times that it has there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Change, changedKeys, type ImportedRegistered, type ImportedVersion, isNews } from './imported';
import type { LedgerRecord } from './ledger';
import { STAGES } from './registryWrites';
import type { Session } from './session';
import { VersionFiles } from './versionFiles';

interface KnownVersion {
  readonly version: number;
  readonly created_ms: number;
  readonly description: string;
  readonly stage: string;
}

export class ImportedRegistry {
  private readonly statements;
  private readonly versionFiles;

  constructor(private readonly session: Session) {
    const { db } = session;
    this.versionFiles = new VersionFiles(db, session.paths);
    this.statements = {
      model: db.prepare<[string], { description: string }>(
        'SELECT description FROM registered_models WHERE name = ? AND deleted_ms IS NULL',
      ),
      versions: db.prepare<[string], KnownVersion>(
        'SELECT version, created_ms, description, stage FROM model_versions WHERE name = ?',
      ),
      tags: db.prepare<[string], [string, string]>('SELECT key, value FROM registered_model_tags WHERE name = ?').raw(),
      versionTags: db
        .prepare<[string, number], [string, string]>(
          'SELECT key, value FROM model_version_tags WHERE name = ? AND version = ?',
        )
        .raw(),
      aliases: db
        .prepare<[string], [string, number]>('SELECT alias, version FROM registered_model_aliases WHERE name = ?')
        .raw(),
      experimentOf: db.prepare<[string], number>('SELECT experiment_id FROM runs WHERE run_id = ?').pluck(),
    };
  }

  /** @returns how many versions are new or have changed */
  model({ now, before }: Change<ImportedRegistered>): number {
    const { name } = now;
    const known = this.statements.model.get(name);
    const atMs = known ? this.session.nowMs : now.updatedMs;
    const records: LedgerRecord[] = [];
    if (!known) records.push(['registeredModel', now.createdMs, { name, description: now.description }]);
    else if (isNews(now.description, before?.description, known.description))
      records.push(['registeredModel', atMs, { name, description: now.description }]);
    const tags = changedKeys(now.tags, before?.tags, Object.fromEntries(this.statements.tags.all(name)));
    if (Object.keys(tags).length > 0) records.push(['registeredModelTags', atMs, { name, tags }]);
    this.keep(records);

    const numbers = new Map<number, number>();
    let changed = 0;
    for (const version of now.versions) {
      const number = this.numberOf(name, version);
      numbers.set(version.version, number);
      const former = before?.versions.find((one) => one.createdMs === version.createdMs) ?? null;
      if (this.version(name, number, { now: version, before: former })) changed++;
    }
    this.aliases({ now, before }, numbers, atMs);
    if (!known) this.keep([['registeredModel', now.updatedMs, { name }]]);
    return changed;
  }

  /** The number that a version has here: its own, unless another version has that. */
  private numberOf(name: string, { version, createdMs }: ImportedVersion): number {
    const here = this.statements.versions.all(name);
    const same = here.filter((one) => one.created_ms === createdMs);
    const found = same.find((one) => one.version === version) ?? same[0];
    if (found) return found.version;
    if (here.every((one) => one.version !== version)) return version;
    return Math.max(...here.map((one) => one.version)) + 1;
  }

  private version(name: string, version: number, { now, before }: Change<ImportedVersion>): boolean {
    const known = this.statements.versions.all(name).find((one) => one.version === version);
    const atMs = known ? this.session.nowMs : now.updatedMs;
    const stage = STAGES.find((one) => one === now.stage) ?? 'None';
    const records: LedgerRecord[] = [];
    if (!known) {
      const source = this.sourceHere(now);
      records.push([
        'modelVersion',
        now.createdMs,
        {
          name,
          version,
          source,
          description: now.description,
          user_id: now.user,
          stage,
          run_id: now.runId,
          run_link: now.runLink,
          model_id: now.modelId,
          ...this.versionFiles.of(source),
        },
      ]);
    } else {
      if (isNews(now.description, before?.description, known.description))
        records.push(['modelVersion', atMs, { name, version, description: now.description }]);
      if (before !== null && before.stage !== now.stage && known.stage !== stage)
        records.push(['modelVersion', atMs, { name, version, stage }]);
    }
    const here = Object.fromEntries(this.statements.versionTags.all(name, version));
    const tags = changedKeys(now.tags, before?.tags, here);
    if (Object.keys(tags).length > 0) records.push(['modelVersionTags', atMs, { name, version, tags }]);
    if (!known) records.push(['modelVersion', now.updatedMs, { name, version }]);
    return this.keep(records);
  }

  private aliases({ now, before }: Change<ImportedRegistered>, numbers: ReadonlyMap<number, number>, atMs: number) {
    const here = (aliases: Readonly<Record<string, number>>) =>
      Object.fromEntries(
        Object.entries(aliases).flatMap(([alias, version]) => {
          const number = numbers.get(version);
          return number === undefined ? [] : [[alias, number]];
        }),
      );
    const { name } = now;
    const known = Object.fromEntries(this.statements.aliases.all(name));
    const changed = changedKeys<number>(here(now.aliases), before ? here(before.aliases) : undefined, known);
    for (const [alias, version] of Object.entries(changed)) this.keep([['alias', atMs, { name, alias, version }]]);
  }

  /** Where the files of a version are now: where they were, unless they came along. */
  private sourceHere({ source }: ImportedVersion): string {
    const { paths } = this.session;
    const [, modelId] = /\/(m-[0-9a-f]{32})\/artifacts\/?$/.exec(source) ?? [];
    if (modelId !== undefined && existsSync(join(paths.root, 'models', modelId, 'artifacts')))
      return `models:/${modelId}`;
    const [, runId, path] = /\/([a-zA-Z0-9][\w-]*)\/artifacts\/(.+?)\/?$/.exec(source) ?? [];
    if (runId === undefined || path === undefined || path.split('/').includes('..')) return source;
    if (!existsSync(join(paths.runFolder(runId), 'artifacts', path))) return source;
    const experiment = this.statements.experimentOf.get(runId) ?? 0;
    return `mlflow-artifacts:/${String(experiment)}/${runId}/artifacts/${path}`;
  }

  private keep(records: readonly LedgerRecord[]): boolean {
    for (const record of records) this.session.keep(record);
    return records.length > 0;
  }
}
