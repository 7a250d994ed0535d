/** Where artifacts lie in an export for MLflow, and what MLflow calls that. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Database } from 'better-sqlite3';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { artifactFolder, isVersionFiles, pathInOurs } from '../artifacts';
import type { FilesRow } from '../clients';

const MAX_DEPTH = 10;

/** A folder of the store and the one that it is copied to. */
export interface Copy {
  readonly from: string;
  readonly to: string;
}

export class MlflowPlaces {
  /** What has to be copied, as far as it was asked for. */
  readonly copies: Copy[] = [];
  private readonly experimentOfRun;
  private readonly experimentOfModel;
  private readonly ownLocation;
  private readonly sourceOf;
  /** Versions may share their files. */
  private readonly kept = new Set<string>();
  private readonly foreign = new Map<number, string | null>();

  /** @param folder that artifacts are copied to */
  constructor(
    private readonly folder: string,
    private readonly paths: StorePaths,
    db: Database,
  ) {
    this.experimentOfRun = db.prepare<[string], number>('SELECT experiment_id FROM runs WHERE run_id = ?').pluck();
    this.experimentOfModel = db
      .prepare<[string], number>('SELECT experiment_id FROM logged_models WHERE model_id = ?')
      .pluck();
    this.ownLocation = db
      .prepare<[number], string | null>('SELECT artifact_location FROM experiments WHERE experiment_id = ?')
      .pluck();
    this.sourceOf = db
      .prepare<[string, number], string>('SELECT source FROM model_versions WHERE name = ? AND version = ?')
      .pluck();
  }

  ofExperiment(experimentId: number): string {
    return this.foreignLocation(experimentId) ?? uriOf(this.folder, String(experimentId));
  }

  /** Also says that its artifacts are to be copied. */
  ofRun(runId: string, experimentId: number): string {
    const from = join(this.paths.runFolder(runId), 'artifacts');
    return this.at(from, experimentId, [runId, 'artifacts'], true);
  }

  ofModel(modelId: string, experimentId: number): string {
    const from = join(this.paths.root, 'models', modelId, 'artifacts');
    return this.at(from, experimentId, ['models', modelId, 'artifacts'], true);
  }

  /** The files that are kept for a version: also says that they are to be copied. Null where there are none. */
  ofKept({ files, digest }: FilesRow): string | null {
    if (files === null || digest === null || !isVersionFiles(files)) return null;
    const from = artifactFolder(this.paths, { kind: 'version', files });
    const to = join(this.folder, 'models', files, 'artifacts');
    if (!this.kept.has(files)) this.copies.push({ from, to });
    this.kept.add(files);
    return uriOf(to);
  }

  /** Where the files of a model version are, followed through what its source names; the source itself if that is elsewhere. */
  ofSource(source: string, depth = 0): string {
    const [, modelId] = /^models:\/(m-[0-9a-f]{32})$/.exec(source) ?? [];
    if (modelId !== undefined) return this.placeOf(['models', modelId], []) ?? source;
    const [, name, version] = /^models:\/([^/@]+)\/(\d+)$/.exec(source) ?? [];
    if (name !== undefined) {
      const next = this.sourceOf.get(name, Number(version));
      return next === undefined || depth > MAX_DEPTH ? source : this.ofSource(next, depth + 1);
    }
    const [, runId, below] = /^runs:\/([^/]+)\/?(.*)$/.exec(source) ?? [];
    if (runId !== undefined) return this.placeOf([runId], (below ?? '').split('/')) ?? source;
    const path = pathInOurs(source);
    if (path === null) return source;
    const [, ...parts] = path.split('/');
    const at = parts.indexOf('artifacts');
    return at < 1 ? source : (this.placeOf(parts.slice(0, at), parts.slice(at + 1)) ?? source);
  }

  private placeOf(owner: readonly string[], below: readonly string[]): string | null {
    const [first = '', modelId] = owner;
    const isModel = modelId !== undefined;
    const experimentId = isModel ? this.experimentOfModel.get(modelId) : this.experimentOfRun.get(first);
    if (experimentId === undefined) return null;
    const from = isModel
      ? join(this.paths.root, 'models', modelId, 'artifacts')
      : join(this.paths.runFolder(first), 'artifacts');
    return this.at(from, experimentId, [...owner, 'artifacts', ...below.filter((part) => part !== '')], false);
  }

  /** What lies in the store is in the export; of an experiment whose artifacts are elsewhere the rest stays there. */
  private at(from: string, experimentId: number, below: readonly string[], isCopied: boolean): string {
    const foreign = this.foreignLocation(experimentId);
    const isHere = existsSync(from);
    if (!isHere && foreign !== null) return [foreign, ...below].join('/');
    const to = join(this.folder, String(experimentId), ...below);
    if (isHere && isCopied) this.copies.push({ from, to });
    return uriOf(to);
  }

  /** Null where it is this store. */
  private foreignLocation(experimentId: number): string | null {
    const known = this.foreign.get(experimentId);
    if (known !== undefined) return known;
    const own = this.ownLocation.get(experimentId) ?? null;
    const foreign = own === null || pathInOurs(own) !== null ? null : own.replace(/\/+$/, '');
    this.foreign.set(experimentId, foreign);
    return foreign;
  }
}

const uriOf = (...parts: readonly string[]): string => pathToFileURL(join(...parts)).href;
