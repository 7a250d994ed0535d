/** What has tracked runs, and lists and pages of them: the steps up to the first that knows programs outside. */
export const tracked: readonly string[] = [
  `
  CREATE TABLE experiments (
    experiment_id INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    created_ms    INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE runs (
    run_seq        INTEGER PRIMARY KEY,
    run_id         TEXT NOT NULL UNIQUE,
    experiment_id  INTEGER NOT NULL REFERENCES experiments,
    parent_run_id  TEXT,
    name           TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED')),
    start_ms       INTEGER NOT NULL,
    end_ms         INTEGER,
    exit_code      INTEGER,
    signal         TEXT,
    reason         TEXT,
    deleted_ms     INTEGER,
    kind           TEXT NOT NULL,
    source         TEXT NOT NULL,
    argv           TEXT NOT NULL,
    cwd            TEXT NOT NULL,
    interpreter    TEXT,
    python_version TEXT,
    user           TEXT NOT NULL,
    host           TEXT NOT NULL,
    CHECK ((status IN ('RUNNING', 'SCHEDULED')) = (end_ms IS NULL))
  ) STRICT;
  CREATE INDEX runs_by_experiment ON runs (experiment_id, start_ms DESC, run_seq DESC);
  CREATE INDEX runs_by_parent ON runs (parent_run_id, start_ms DESC) WHERE parent_run_id IS NOT NULL;
  CREATE INDEX runs_by_start ON runs (start_ms DESC, run_seq DESC);
  CREATE INDEX runs_going_on ON runs (experiment_id) WHERE end_ms IS NULL;

  CREATE TABLE params (
    run_seq INTEGER NOT NULL,
    key     TEXT NOT NULL,
    source  TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (run_seq, key, source)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tags (
    run_seq INTEGER NOT NULL,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (run_seq, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE artifacts (
    run_seq    INTEGER NOT NULL,
    path       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    logged_ms  INTEGER NOT NULL,
    PRIMARY KEY (run_seq, path)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE notes (
    run_seq   INTEGER NOT NULL,
    ordinal   INTEGER NOT NULL,
    level     TEXT NOT NULL,
    text      TEXT NOT NULL,
    logged_ms INTEGER NOT NULL,
    PRIMARY KEY (run_seq, ordinal)
  ) STRICT, WITHOUT ROWID;

  -- One row a metric with all that a list shows, so that no list reads points. NULL stands for NaN.
  CREATE TABLE metrics (
    metric_id INTEGER PRIMARY KEY,
    run_seq   INTEGER NOT NULL,
    key       TEXT NOT NULL,
    count     INTEGER NOT NULL,
    last      REAL,
    last_step INTEGER NOT NULL,
    last_ms   INTEGER NOT NULL,
    min       REAL,
    max       REAL,
    UNIQUE (run_seq, key)
  ) STRICT;

  CREATE TABLE points (
    metric_id INTEGER NOT NULL,
    ordinal   INTEGER NOT NULL,
    step      INTEGER NOT NULL,
    logged_ms INTEGER NOT NULL,
    value     REAL,
    PRIMARY KEY (metric_id, ordinal)
  ) STRICT, WITHOUT ROWID;

  -- How far each journal has been taken in. Moves in the same transaction as the rows: reading twice adds nothing.
  CREATE TABLE journals (
    run_seq INTEGER NOT NULL,
    file    TEXT NOT NULL,
    taken   INTEGER NOT NULL,
    damage  TEXT,
    PRIMARY KEY (run_seq, file)
  ) STRICT, WITHOUT ROWID;

  -- Who writes: one row, renewed while an engine runs.
  CREATE TABLE lease (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    user      TEXT NOT NULL,
    host      TEXT NOT NULL,
    boot_id   TEXT NOT NULL,
    pid       INTEGER NOT NULL,
    beat_ms   INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE facts (
    run_seq INTEGER NOT NULL,
    section TEXT NOT NULL,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL, -- JSON
    PRIMARY KEY (run_seq, section, key)
  ) STRICT, WITHOUT ROWID;

  -- What a run read and wrote. A file that it read and wrote has two rows: their contents differ.
  CREATE TABLE files (
    run_seq    INTEGER NOT NULL,
    direction  TEXT NOT NULL CHECK (direction IN ('in', 'out')),
    path       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    via        TEXT NOT NULL, -- JSON array
    first_ms   INTEGER NOT NULL,
    size_bytes INTEGER,
    mtime_ns   TEXT,
    file_count INTEGER,
    md5        TEXT,
    row_count  INTEGER,
    columns    TEXT, -- JSON
    pinned     INTEGER NOT NULL DEFAULT 0,
    problem    TEXT,
    PRIMARY KEY (run_seq, direction, path)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_by_digest ON files (md5) WHERE md5 IS NOT NULL;

  -- Sources as the interpreter loaded them, to be held against the snapshot.
  CREATE TABLE loaded (
    run_seq    INTEGER NOT NULL,
    path       TEXT NOT NULL,
    mtime_ns   TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (run_seq, path)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE work (
    run_seq INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('done', 'failed')),
    at_ms   INTEGER NOT NULL,
    reason  TEXT,
    PRIMARY KEY (run_seq, kind)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Cells of notebooks, each time that they were executed.
  CREATE TABLE executions (
    run_seq       INTEGER NOT NULL,
    ordinal       INTEGER NOT NULL,
    cell_id       TEXT,
    cell_index    INTEGER,
    state         TEXT NOT NULL,
    start_ms      INTEGER NOT NULL,
    end_ms        INTEGER,
    count         INTEGER,
    source        TEXT NOT NULL,
    is_source_cut INTEGER NOT NULL,
    tags          TEXT NOT NULL, -- JSON array
    error         TEXT, -- JSON
    PRIMARY KEY (run_seq, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outputs (
    run_seq     INTEGER NOT NULL,
    execution   INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    name        TEXT,
    mime        TEXT NOT NULL,
    data        TEXT,
    path        TEXT,
    alternative TEXT,
    size_bytes  INTEGER NOT NULL,
    is_cut      INTEGER NOT NULL,
    PRIMARY KEY (run_seq, execution, ordinal)
  ) STRICT, WITHOUT ROWID;

  -- The runs of one notebook.
  CREATE INDEX facts_of_notebook ON facts (value, run_seq) WHERE section = 'notebook' AND key = 'path';
  `,
  `
  ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
  -- The user's own words, Markdown.
  ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
  -- Of the commit that was checked out, as the section 'code' has it.
  ALTER TABLE runs ADD COLUMN branch TEXT;
  UPDATE runs SET branch = (
    SELECT f.value ->> '$.branch' FROM facts f
    WHERE f.run_seq = runs.run_seq AND f.section = 'code' AND f.key = 'repository');

  -- 0: as the script says; 1: as the user says; 2: taken away by the user. The script changes only its own.
  ALTER TABLE tags ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;

  ALTER TABLE artifacts ADD COLUMN name TEXT;
  ALTER TABLE artifacts ADD COLUMN step INTEGER;

  -- A value of a stronger source stands before it (PARAM_SOURCES): in no list, no filter, no order.
  ALTER TABLE params ADD COLUMN shadowed INTEGER NOT NULL DEFAULT 0;
  UPDATE params SET shadowed = 1 WHERE EXISTS (
    SELECT 1 FROM params s WHERE s.run_seq = params.run_seq AND s.key = params.key
      AND instr('library argparse cli api', s.source) > instr('library argparse cli api', params.source));

  -- What is a number in the text is sorted as one: a number of JSON, as programs write it.
  ALTER TABLE params ADD COLUMN number REAL GENERATED ALWAYS AS
    (CASE WHEN value GLOB '[-0-9]*' AND json_valid(value) THEN CAST(value AS REAL) END) VIRTUAL;
  ALTER TABLE tags ADD COLUMN number REAL GENERATED ALWAYS AS
    (CASE WHEN value GLOB '[-0-9]*' AND json_valid(value) THEN CAST(value AS REAL) END) VIRTUAL;
  CREATE INDEX params_by_value ON params (key, number, value) WHERE shadowed = 0;
  CREATE INDEX tags_by_value ON tags (key, number, value) WHERE edited <> 2;
  CREATE INDEX metrics_by_last ON metrics (key, last);

  -- The runs of the tree by all that it can be sorted and grouped by.
  CREATE INDEX top_by_start ON runs (start_ms) WHERE parent_run_id IS NULL AND deleted_ms IS NULL;
  CREATE INDEX top_by_end ON runs (end_ms) WHERE parent_run_id IS NULL AND deleted_ms IS NULL;
  CREATE INDEX top_by_duration ON runs (end_ms - start_ms) WHERE parent_run_id IS NULL AND deleted_ms IS NULL;
  CREATE INDEX top_by_name ON runs (name COLLATE NOCASE) WHERE parent_run_id IS NULL AND deleted_ms IS NULL;
  CREATE INDEX top_by_status ON runs (status, start_ms) WHERE parent_run_id IS NULL AND deleted_ms IS NULL;
  CREATE INDEX top_by_experiment ON runs (experiment_id, start_ms) WHERE parent_run_id IS NULL AND deleted_ms IS NULL;
  CREATE INDEX top_by_source ON runs (source, start_ms) WHERE parent_run_id IS NULL AND deleted_ms IS NULL;
  CREATE INDEX top_by_branch ON runs (branch, start_ms) WHERE parent_run_id IS NULL AND deleted_ms IS NULL;
  CREATE INDEX runs_starred ON runs (start_ms) WHERE starred = 1;
  CREATE INDEX runs_pinned ON runs (start_ms) WHERE pinned = 1;
  CREATE INDEX runs_deleted ON runs (start_ms) WHERE deleted_ms IS NOT NULL;

  -- The words of runs, to be found by any part of three characters or more; see tracking/searchRows.ts.
  CREATE VIRTUAL TABLE search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
  INSERT INTO search (rowid, text)
    SELECT run_seq, substr(name
      || coalesce((SELECT group_concat(char(10) || key || '=' || value, '') FROM tags t WHERE t.run_seq = r.run_seq), '')
      || coalesce((SELECT group_concat(char(10) || key || '=' || value, '') FROM params p
           WHERE p.run_seq = r.run_seq AND p.shadowed = 0), ''), 1, 50000)
    FROM runs r;

  -- Points of a metric folded block by block as they are written, for charts of many of them. What was written before
  -- has none and is read point by point. end_step, end_ms, value: of the last that was written. NULL stands for NaN.
  CREATE TABLE folds (
    metric_id INTEGER NOT NULL,
    block     INTEGER NOT NULL,
    low_step  INTEGER NOT NULL,
    high_step INTEGER NOT NULL,
    low_ms    INTEGER NOT NULL,
    high_ms   INTEGER NOT NULL,
    min       REAL,
    max       REAL,
    end_step  INTEGER NOT NULL,
    end_ms    INTEGER NOT NULL,
    value     REAL,
    PRIMARY KEY (metric_id, block)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The trigrams of search: two characters are found by those that begin with them. So that the last two of a run's
  -- words begin one, a line break ends them.
  CREATE VIRTUAL TABLE search_terms USING fts5vocab (search, row);
  INSERT OR REPLACE INTO search (rowid, text)
    SELECT run_seq, substr(name
      || coalesce((SELECT group_concat(char(10) || key || '=' || value, '') FROM tags t
           WHERE t.run_seq = r.run_seq AND t.edited <> 2), '')
      || coalesce((SELECT group_concat(char(10) || key || '=' || value, '') FROM params p
           WHERE p.run_seq = r.run_seq AND p.shadowed = 0), ''), 1, 50000) || char(10)
    FROM runs r;
  `,
];
