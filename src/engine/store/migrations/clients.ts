/** What programs tell that use the store as a tracking server: the steps from the first of them on. */
export const clients: readonly string[] = [
  `
  -- What programs tell that log to the store as to a tracking server. MLflow's clients count on an experiment 0, "Default".
  PRAGMA defer_foreign_keys = ON;
  UPDATE runs SET experiment_id = 0
    WHERE experiment_id = (SELECT experiment_id FROM experiments WHERE name = 'Default');
  UPDATE experiments SET experiment_id = 0 WHERE name = 'Default';
  ALTER TABLE experiments ADD COLUMN updated_ms INTEGER;
  ALTER TABLE experiments ADD COLUMN deleted_ms INTEGER;
  ALTER TABLE experiments ADD COLUMN artifact_location TEXT;
  CREATE TABLE experiment_tags (
    experiment_id INTEGER NOT NULL,
    key           TEXT NOT NULL,
    value         TEXT NOT NULL,
    PRIMARY KEY (experiment_id, key)
  ) STRICT, WITHOUT ROWID;

  -- What the client says of a run's state; NULL for a run of which none has spoken. Of a run with a process of its own
  -- that process has the last word: see status, end_ms.
  ALTER TABLE runs ADD COLUMN told_status TEXT;
  ALTER TABLE runs ADD COLUMN told_start_ms INTEGER;
  ALTER TABLE runs ADD COLUMN told_end_ms INTEGER;

  CREATE TABLE dataset_inputs (
    run_seq     INTEGER NOT NULL,
    name        TEXT NOT NULL,
    digest      TEXT NOT NULL,
    context     TEXT,
    source_type TEXT NOT NULL,
    source      TEXT NOT NULL,
    schema      TEXT,
    profile     TEXT,
    tags        TEXT NOT NULL, -- JSON
    PRIMARY KEY (run_seq, name, digest)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE run_models (
    run_seq   INTEGER NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    model_id  TEXT NOT NULL,
    step      INTEGER NOT NULL,
    PRIMARY KEY (run_seq, direction, model_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE logged_models (
    model_id      TEXT PRIMARY KEY,
    experiment_id INTEGER NOT NULL,
    source_run_id TEXT,
    name          TEXT NOT NULL,
    model_type    TEXT,
    status        INTEGER NOT NULL,
    status_message TEXT,
    created_ms    INTEGER NOT NULL,
    updated_ms    INTEGER NOT NULL,
    deleted_ms    INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX logged_models_by_experiment ON logged_models (experiment_id, created_ms);
  CREATE TABLE logged_model_params (
    model_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE logged_model_tags (
    model_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (model_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE logged_model_metrics (
    model_id       TEXT NOT NULL,
    run_id         TEXT NOT NULL,
    key            TEXT NOT NULL,
    dataset_name   TEXT NOT NULL, -- empty for none
    dataset_digest TEXT NOT NULL,
    value          REAL, -- NULL for NaN
    step           INTEGER NOT NULL,
    logged_ms      INTEGER NOT NULL,
    PRIMARY KEY (model_id, run_id, key, dataset_name, dataset_digest)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE registered_models (
    name        TEXT PRIMARY KEY,
    created_ms  INTEGER NOT NULL,
    updated_ms  INTEGER NOT NULL,
    description TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE registered_model_tags (
    name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE registered_model_aliases (
    name TEXT NOT NULL, alias TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (name, alias)
  ) STRICT, WITHOUT ROWID;
  -- A version that is deleted keeps its row: its number is not given again.
  CREATE TABLE model_versions (
    name        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    created_ms  INTEGER NOT NULL,
    updated_ms  INTEGER NOT NULL,
    deleted_ms  INTEGER,
    description TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    stage       TEXT NOT NULL,
    source      TEXT NOT NULL,
    run_id      TEXT,
    run_link    TEXT NOT NULL,
    model_id    TEXT,
    PRIMARY KEY (name, version)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX model_versions_by_run ON model_versions (run_id) WHERE run_id IS NOT NULL;
  CREATE TABLE model_version_tags (
    name TEXT NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (name, version, key)
  ) STRICT, WITHOUT ROWID;

  -- How far the store's own journal has been taken in.
  CREATE TABLE ledger (one INTEGER PRIMARY KEY CHECK (one = 1), taken INTEGER NOT NULL) STRICT;
  `,
  `
  -- What the store's own journal has called experiments, from when on: a run's folder names its experiment as it was then.
  CREATE TABLE experiment_names (
    ordinal       INTEGER PRIMARY KEY,
    experiment_id INTEGER NOT NULL,
    name          TEXT NOT NULL,
    since_ms      INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX experiment_names_by_name ON experiment_names (name);
  CREATE INDEX experiment_names_by_experiment ON experiment_names (experiment_id);
  `,
  `
  -- Whom the registry's changes are told to, as MLflow's clients set it up. No secrets: see engine/webhooks.
  CREATE TABLE webhooks (
    ordinal     INTEGER PRIMARY KEY,
    webhook_id  TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    url         TEXT NOT NULL,
    events      TEXT NOT NULL, -- JSON array, entity.action
    status      TEXT NOT NULL CHECK (status IN ('ACTIVE', 'DISABLED')),
    signed      INTEGER NOT NULL, -- whether it has a secret
    created_ms  INTEGER NOT NULL,
    updated_ms  INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- A registered model that was deleted can be restored until there is another of its name.
  ALTER TABLE registered_models ADD COLUMN deleted_ms INTEGER;

  -- What happened to registered models and their versions; version is NULL for what concerns a model as a whole.
  CREATE TABLE registry_events (
    ordinal INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    version INTEGER,
    at_ms   INTEGER NOT NULL,
    what    TEXT NOT NULL,
    detail  TEXT NOT NULL,
    by      TEXT,
    why     TEXT
  ) STRICT;
  CREATE INDEX registry_events_by_name ON registry_events (name, version);
  `,
  `
  -- Of the version's files, which are kept apart from its run; NULL until they are. See engine/registry.
  ALTER TABLE model_versions ADD COLUMN digest TEXT;
  `,
  `
  -- What a gate of loopwright.yaml said of the move, JSON of GateVerdict.
  ALTER TABLE registry_events ADD COLUMN verdict TEXT;

  -- Who has approved a version: each person once, what they approved last.
  CREATE TABLE model_version_approvals (
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    by      TEXT NOT NULL,
    at_ms   INTEGER NOT NULL,
    digest  TEXT, -- of the content that was approved
    why     TEXT,
    PRIMARY KEY (name, version, by)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Where the files of a version are kept apart, models/<files>/artifacts, and what they are copied from, both below the
  -- store; NULL for a version whose source is not in this store. Versions that are copies of one share them. files_note
  -- has what is not among the files, or where there is no digest, why they could not be kept.
  ALTER TABLE model_versions ADD COLUMN files TEXT;
  ALTER TABLE model_versions ADD COLUMN files_from TEXT;
  ALTER TABLE model_versions ADD COLUMN files_note TEXT;
  CREATE INDEX model_versions_by_files ON model_versions (files) WHERE files IS NOT NULL;
  CREATE INDEX model_versions_pending ON model_versions (files)
    WHERE files IS NOT NULL AND digest IS NULL AND files_note IS NULL;
  `,
];
