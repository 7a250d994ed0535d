/** What happened to registered models and their versions, told from the records of the store's journal. */
import type { Database } from 'better-sqlite3';
import type { GateVerdict } from '../../protocol/config/gate';
import type { RegistryEvent } from '../../protocol/registry';
import type { RegistryRecord } from './ledger';

type What = RegistryEvent['what'];

interface Told {
  readonly name: string;
  readonly version?: number | null;
  readonly by?: string | undefined;
  readonly why?: string | undefined;
  readonly verdict?: GateVerdict | undefined;
}

export class RegistryHistory {
  private readonly add;
  private readonly hasModel;
  private readonly hasVersion;

  constructor(db: Database) {
    this.add = db.prepare(
      `INSERT INTO registry_events (name, version, at_ms, what, detail, by, why, verdict)
       VALUES (@name, @version, @atMs, @what, @detail, @by, @why, @verdict)`,
    );
    this.hasModel = db
      .prepare<[string], number>('SELECT 1 FROM registered_models WHERE name = ? AND deleted_ms IS NULL')
      .pluck();
    this.hasVersion = db
      .prepare<[string, number], number>('SELECT 1 FROM model_versions WHERE name = ? AND version = ?')
      .pluck();
  }

  /** To be called inside the transaction that makes rows of the record, before those are there. */
  before(record: RegistryRecord, atMs: number): void {
    const [kind, , of] = record;
    const tell = (what: What, told: Told, detail = '') => {
      const { name, version = null, by = null, why = null } = told;
      const verdict = told.verdict ? JSON.stringify(told.verdict) : null;
      this.add.run({ name, version, atMs, what, detail, by, why, verdict });
    };
    switch (kind) {
      case 'registeredModel': {
        if (of.removed === true) return; // with its history
        if (of.deleted !== undefined) tell(of.deleted ? 'deleted' : 'restored', of);
        else if (of.new_name !== undefined) tell('renamed', of, of.name);
        else if (this.hasModel.get(of.name) === undefined) tell('created', of);
        else if (of.description !== undefined) tell('described', of);
        return;
      }
      case 'registeredModelTags':
        tell('tagged', of, keysOf(of.tags));
        return;
      case 'alias':
        tell(of.version === null ? 'aliasRemoved' : 'aliasSet', of, of.alias);
        return;
      case 'modelVersion':
        if (this.hasVersion.get(of.name, of.version) === undefined)
          tell('versionCreated', { ...of, ...(of.user_id ? { by: of.by ?? of.user_id } : {}) });
        else if (of.deleted !== undefined) tell(of.deleted ? 'versionDeleted' : 'versionRestored', of);
        else if (of.stage !== undefined) tell('stage', of, of.stage);
        else if (of.description !== undefined) tell('described', of);
        return;
      case 'modelVersionTags':
        tell('tagged', of, keysOf(of.tags));
        return;
      case 'approval':
        tell(of.approved ? 'approved' : 'approvalWithdrawn', of, of.digest ?? '');
        return;
      case 'modelVersionFiles':
        return; // what has become of them is told with the version
    }
  }
}

const keysOf = (tags: Readonly<Record<string, string | null>>): string => Object.keys(tags).join(', ');
