/** The registry of models, as clients make and change it. */
import * as z from 'zod';
import type { GateVerdict } from '../../protocol/config/gate';
import type { Tags } from './experimentWrites';
import { type AskedGate, Gates } from './gates';
import { alreadyExists, doesNotExist, invalid } from './refusal';
import type { RegistryEvent } from './registryEvents';
import type { Session } from './session';
import { filesTaken, type NewFiles, REMOVED, VersionFiles } from './versionFiles';

export const STAGES = ['None', 'Staging', 'Production', 'Archived'] as const;
type Stage = (typeof STAGES)[number];
/** In which a logged model has the versions that are it. */
const VERSIONS_TAG = 'mlflow.modelVersions';
/** Of a registered model that is MLflow's way of keeping a prompt, of which others hear otherwise. */
const PROMPT_TAG = 'mlflow.prompt.is_prompt';
const Versions = z.array(z.object({ name: z.string(), version: z.number() }));
/** Of these a model has at most a few versions; the others move on when one takes the place. */
const HELD: ReadonlySet<string> = new Set<Stage>(['Staging', 'Production']);

export interface VersionOf {
  readonly name: string;
  readonly version: number;
}

/** Files that are to be kept. */
export interface PendingFiles {
  readonly files: string;
  /** What they are copied from, below the store. */
  readonly from: string;
}

/** A digest (with what is not among the files), why they could not be kept, or that there is nothing to keep. */
export type FilesOutcome =
  { readonly digest: string; readonly note?: string } | { readonly note: string } | { readonly none: true };

export interface CreatedVersion extends VersionOf {
  /** Null where there is nothing to wait for. */
  readonly pending: PendingFiles | null;
}

interface Copied {
  readonly source: string;
  readonly runId: string | null;
  readonly modelId: string | null;
}

export interface NewVersion {
  readonly name: string;
  readonly source: string;
  readonly runId: string;
  readonly description: string;
  readonly userId: string;
  readonly modelId?: string;
  /** Files that were copied before, from a place that no source of this store names. */
  readonly taken?: { readonly files: string; readonly digest: string; readonly note: string };
  readonly tags?: Tags;
  readonly files?: NewFiles;
}

export class RegistryWrites {
  private readonly findModel;
  private readonly isHidden;
  private readonly isVersionHidden;
  private readonly sourceOf;
  private readonly findVersion;
  private readonly nextVersion;
  private readonly atStage;
  private readonly modelRunOf;
  private readonly modelTag;
  private readonly promptTag;
  private readonly lostAliases;
  private readonly hasApproved;
  private readonly digestOf;
  private readonly gates: Gates;
  private readonly versionFiles;

  constructor(private readonly session: Session) {
    const { db } = session;
    this.versionFiles = new VersionFiles(db, session.paths);
    this.findModel = db.prepare<[string], { name: string }>(
      'SELECT name FROM registered_models WHERE name = ? AND deleted_ms IS NULL',
    );
    this.isHidden = db
      .prepare<[string], number>('SELECT 1 FROM registered_models WHERE name = ? AND deleted_ms IS NOT NULL')
      .pluck();
    this.isVersionHidden = db
      .prepare<[string, number], number>(
        `SELECT 1 FROM model_versions WHERE name = ? AND version = ? AND deleted_ms > ${String(REMOVED)}`,
      )
      .pluck();
    this.sourceOf = db.prepare<[string, number], Copied>(
      'SELECT source, run_id AS runId, model_id AS modelId FROM model_versions WHERE name = ? AND version = ?',
    );
    this.findVersion = db.prepare<[string, number], VersionOf>(
      'SELECT name, version FROM model_versions WHERE name = ? AND version = ? AND deleted_ms IS NULL',
    );
    this.nextVersion = db
      .prepare<[string], number>('SELECT coalesce(max(version), 0) + 1 FROM model_versions WHERE name = ?')
      .pluck();
    this.atStage = db
      .prepare<[string, string], number>(
        'SELECT version FROM model_versions WHERE name = ? AND stage = ? AND deleted_ms IS NULL',
      )
      .pluck();
    this.modelRunOf = db
      .prepare<[string], string | null>('SELECT source_run_id FROM logged_models WHERE model_id = ?')
      .pluck();
    this.modelTag = db
      .prepare<[string, string], string>('SELECT value FROM logged_model_tags WHERE model_id = ? AND key = ?')
      .pluck();
    this.gates = new Gates(db);
    this.lostAliases = db
      .prepare<[string, number], string>(
        `SELECT DISTINCT e.detail FROM registry_events e WHERE e.name = ? AND e.version = ? AND e.what = 'aliasSet'
           AND e.ordinal = (SELECT max(ordinal) FROM registry_events o
             WHERE o.name = e.name AND o.detail = e.detail AND o.what IN ('aliasSet', 'aliasRemoved'))
           AND NOT EXISTS (SELECT 1 FROM registered_model_aliases a WHERE a.name = e.name AND a.alias = e.detail)`,
      )
      .pluck();
    this.hasApproved = db
      .prepare<[string, number, string], number>(
        'SELECT 1 FROM model_version_approvals WHERE name = ? AND version = ? AND by = ?',
      )
      .pluck();
    this.digestOf = db
      .prepare<[string, number], string | null>('SELECT digest FROM model_versions WHERE name = ? AND version = ?')
      .pluck();
    this.promptTag = db
      .prepare<[string], string>(`SELECT value FROM registered_model_tags WHERE name = ? AND key = '${PROMPT_TAG}'`)
      .pluck();
  }

  create({ name, description, tags }: { name: string; description: string; tags: Tags }): void {
    if (this.findModel.get(name)) throw alreadyExists(`Registered Model (name=${name}) already exists.`);
    this.session.keepTold(['registeredModel', this.session.nowMs, { name, description }]);
    if (Object.keys(tags).length > 0)
      this.session.keepTold(['registeredModelTags', this.session.nowMs, { name, tags: { ...tags } }]);
    this.tell({ event: 'registered_model.created', data: { name, tags, description } });
  }

  update({ name, description }: { name: string; description: string }): void {
    this.model(name);
    this.session.keepTold(['registeredModel', this.session.nowMs, { name, description }]);
  }

  rename({ name, newName }: { name: string; newName: string }): void {
    this.model(name);
    if (this.findModel.get(newName)) throw alreadyExists(`Registered Model (name=${newName}) already exists.`);
    this.session.keepTold(['registeredModel', this.session.nowMs, { name, new_name: newName }]);
  }

  /** Until there is another of its name, it can be restored. */
  delete({ name }: { name: string }): void {
    this.model(name);
    this.session.keepTold(['registeredModel', this.session.nowMs, { name, deleted: true }]);
  }

  restore({ name }: { name: string }): void {
    if (this.isHidden.get(name) === undefined)
      throw doesNotExist(`There is no deleted Registered Model with name=${name}`);
    this.session.keepTold(['registeredModel', this.session.nowMs, { name, deleted: false }]);
  }

  setTag({ name, key, value }: { name: string; key: string; value: string | null }): void {
    this.model(name);
    this.session.keepTold(['registeredModelTags', this.session.nowMs, { name, tags: { [key]: value } }]);
  }

  /** @throws Refusal also if the gate does not let it pass */
  setAlias({ name, alias, version, gate }: VersionOf & { alias: string; gate?: AskedGate }): void {
    this.version({ name, version });
    const { nowMs } = this.session;
    const judged = this.gates.pass({ name, version, kind: 'alias', to: alias }, gate, nowMs);
    this.giveAlias({ name, alias, version, ...judged });
  }

  private giveAlias(given: VersionOf & { alias: string; verdict?: GateVerdict }): void {
    const { name, alias, version } = given;
    this.session.keepTold(['alias', this.session.nowMs, given]);
    this.tell({ event: 'model_version_alias.created', data: { name, alias, version: String(version) } });
  }

  deleteAlias({ name, alias }: { name: string; alias: string }): void {
    this.model(name);
    this.session.keepTold(['alias', this.session.nowMs, { name, alias, version: null }]);
    this.tell({ event: 'model_version_alias.deleted', data: { name, alias } });
  }

  createVersion(asked: {
    name: string;
    source: string;
    runId: string;
    runLink: string;
    description: string;
    modelId: string;
    userId: string;
    tags: Tags;
    taken?: NewVersion['taken'];
    /** Of one whose source says nothing of them yet. */
    files?: NewFiles;
  }): CreatedVersion {
    const { name, source, tags, description } = asked;
    this.model(name);
    const version = this.nextVersion.get(name) ?? 1;
    const { nowMs } = this.session;
    const modelId = asked.modelId === '' ? (/^models:\/(m-[^/]+)$/.exec(source)?.[1] ?? null) : asked.modelId;
    const runId = asked.runId === '' && modelId !== null ? (this.modelRunOf.get(modelId) ?? '') : asked.runId;
    const files = asked.files ?? (asked.taken ? filesTaken(asked.taken) : this.versionFiles.of(source));
    this.session.keepTold([
      'modelVersion',
      nowMs,
      {
        name,
        version,
        source,
        description,
        run_link: asked.runLink,
        user_id: asked.userId,
        run_id: runId === '' ? null : runId,
        model_id: modelId,
        ...files,
      },
    ]);
    if (Object.keys(tags).length > 0)
      this.session.keepTold(['modelVersionTags', nowMs, { name, version, tags: { ...tags } }]);
    if (!isTrue(tags[PROMPT_TAG]))
      this.tell({
        event: 'model_version.created',
        data: {
          name,
          version: String(version),
          source,
          run_id: runId === '' ? null : runId,
          tags,
          description: description === '' ? null : description,
        },
      });
    if (modelId !== null) this.tellModel(modelId, { name, version });
    const isPending = files !== null && files.digest === undefined;
    return { name, version, pending: isPending ? { files: files.files, from: files.files_from } : null };
  }

  /** What became of keeping files. */
  filesKept({ files, ...outcome }: { files: string } & FilesOutcome): void {
    this.session.keep(['modelVersionFiles', this.session.nowMs, { files, ...outcome }]);
  }

  /** For good: what is deleted and can't be restored any more. */
  remove({ models, versions }: { models: readonly string[]; versions: readonly VersionOf[] }): void {
    const { nowMs } = this.session;
    for (const name of models)
      if (this.isHidden.get(name) !== undefined) this.session.keep(['registeredModel', nowMs, { name, removed: true }]);
    for (const { name, version } of versions)
      if (this.isVersionHidden.get(name, version) !== undefined)
        this.session.keep(['modelVersion', nowMs, { name, version, removed: true }]);
  }

  updateVersion({ name, version, description }: VersionOf & { description: string }): void {
    this.version({ name, version });
    this.session.keepTold(['modelVersion', this.session.nowMs, { name, version, description }]);
  }

  deleteVersion({ name, version }: VersionOf): void {
    this.version({ name, version });
    this.session.keepTold(['modelVersion', this.session.nowMs, { name, version, deleted: true }]);
  }

  restoreVersion({ name, version, withAliases = false }: VersionOf & { withAliases?: boolean }): VersionOf {
    this.model(name);
    if (this.isVersionHidden.get(name, version) === undefined)
      throw doesNotExist(`There is no deleted Model Version (name=${name}, version=${String(version)})`);
    this.session.keepTold(['modelVersion', this.session.nowMs, { name, version, deleted: false }]);
    // It had them, and lost them by being deleted: no gate is asked again.
    if (withAliases) for (const alias of this.lostAliases.all(name, version)) this.giveAlias({ name, alias, version });
    return { name, version };
  }

  /** A new version of a model, which is made if there is none. */
  register({ name, ...asked }: NewVersion): CreatedVersion {
    if (!this.findModel.get(name)) this.create({ name, description: '', tags: {} });
    return this.createVersion({ name, runLink: '', modelId: '', tags: {}, ...asked });
  }

  /** What a front end has made of another version, or of a file: a model among the drafts. */
  take({ draft, ...asked }: Omit<NewVersion, 'source'> & { draft: string; tags: Tags }): CreatedVersion {
    return this.register({ ...asked, ...this.versionFiles.ofDraft(draft) });
  }

  copyVersion({ name, version, to, userId }: VersionOf & { to: string; userId: string }): CreatedVersion {
    this.version({ name, version });
    const from = this.sourceOf.get(name, version);
    return this.register({
      name: to,
      source: `models:/${name}/${String(version)}`,
      runId: from?.runId ?? '',
      modelId: from?.modelId ?? '',
      description: '',
      userId,
    });
  }

  setVersionTag({ name, version, key, value }: VersionOf & { key: string; value: string | null }): void {
    this.version({ name, version });
    this.session.keepTold(['modelVersionTags', this.session.nowMs, { name, version, tags: { [key]: value } }]);
    const of = { name, version: String(version), key };
    if (value === null) this.tell({ event: 'model_version_tag.deleted', data: of });
    else this.tell({ event: 'model_version_tag.set', data: { ...of, value } });
  }

  /** Of what the version holds now, in the name of whoever says it. */
  approve({ name, version, approved }: VersionOf & { approved: boolean }): VersionOf {
    this.version({ name, version });
    const { nowMs, author } = this.session;
    if (!approved && this.hasApproved.get(name, version, author.by ?? '') === undefined)
      throw doesNotExist(`${author.by ?? 'Nobody'} has not approved ${name} v${String(version)}: nothing to withdraw.`);
    const digest = approved ? (this.digestOf.get(name, version) ?? null) : null;
    this.session.keepTold(['approval', nowMs, { name, version, approved, digest }]);
    return { name, version };
  }

  /** @throws Refusal also if the gate does not let it pass */
  transition(asked: VersionOf & { stage: string; archiveExisting: boolean; gate?: AskedGate }): void {
    const { name, version, stage, archiveExisting, gate } = asked;
    const canonical = canonicalStage(stage);
    this.version({ name, version });
    const judged = this.gates.pass({ name, version, kind: 'stage', to: canonical }, gate, this.session.nowMs);
    if (archiveExisting) {
      if (!HELD.has(canonical))
        throw invalid(
          `Model version transition cannot archive existing model versions because '${canonical}' is not an Active stage. Valid stages are Staging, Production.`,
        );
      for (const other of this.atStage.all(name, canonical))
        if (other !== version)
          this.session.keepTold(['modelVersion', this.session.nowMs, { name, version: other, stage: 'Archived' }]);
    }
    this.session.keepTold(['modelVersion', this.session.nowMs, { name, version, stage: canonical, ...judged }]);
  }

  /** As MLflow: of stages nobody is told. */
  private tell(event: RegistryEvent): void {
    if (!isTrue(this.promptTag.get(event.data.name))) this.session.happened(event);
  }

  /** The logged model knows the versions that are it, as in MLflow. */
  private tellModel(modelId: string, version: VersionOf): void {
    if (this.modelRunOf.get(modelId) === undefined) return;
    const all = [...versionsIn(this.modelTag.get(modelId, VERSIONS_TAG) ?? '[]'), version];
    // As Python writes it: clients compare the text.
    const one = (of: VersionOf) => `{"name": ${JSON.stringify(of.name)}, "version": ${String(of.version)}}`;
    const text = `[${all.map(one).join(', ')}]`;
    this.session.keep(['loggedModelTags', this.session.nowMs, { id: modelId, tags: { [VERSIONS_TAG]: text } }]);
  }

  private model(name: string): void {
    if (!this.findModel.get(name)) throw doesNotExist(`Registered Model with name=${name} not found`);
  }

  private version({ name, version }: VersionOf): void {
    this.model(name);
    if (!this.findVersion.get(name, version))
      throw doesNotExist(`Model Version (name=${name}, version=${String(version)}) not found`);
  }
}

const isTrue = (tag = ''): boolean => tag.toLowerCase() === 'true';

/** None where a client has written something else there. */
function versionsIn(tag: string): VersionOf[] {
  try {
    return Versions.parse(JSON.parse(tag));
  } catch {
    return [];
  }
}

/** @throws Refusal `INVALID_PARAMETER_VALUE` */
export function canonicalStage(stage: string): Stage {
  const found = STAGES.find((one) => one.toLowerCase() === stage.toLowerCase());
  if (found) return found;
  throw invalid(`Invalid Model Version stage: ${stage}. Value must be one of ${STAGES.join(', ')}.`);
}
