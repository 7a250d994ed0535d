/**
 * The store's own journal, `ledger.lwj`: what clients tell that belongs to no run (experiments, logged models, the
 * registry). Rows are made from its records alone, when they are written and when a database is made anew.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { GateVerdict } from '../../protocol/config/gate';
import { WireNumber } from '../../protocol/entities';
import { splitJournal } from '../../protocol/journal';
import { LedgerRows } from './ledgerRows';

const Milliseconds = z.number();
/** null takes one away. */
const Tags = z.record(z.string(), z.string().nullable());
const VersionOf = { name: z.string(), version: z.number().int() };
/** Who did it, and why, where that was told. */
const Told = { by: z.string().optional(), why: z.string().optional() };
/** What the gate said, where one was asked. */
const Judged = { verdict: GateVerdict.optional() };

/** What is not named stays as it is; the first record of a thing makes it. */
export const LedgerRecord = z.union([
  z.tuple([
    z.literal('experiment'),
    Milliseconds,
    z.object({
      id: z.number().int(),
      name: z.string().optional(),
      artifact_location: z.string().optional(),
      deleted: z.boolean().optional(),
    }),
  ]),
  z.tuple([z.literal('experimentTags'), Milliseconds, z.object({ id: z.number().int(), tags: Tags })]),
  z.tuple([
    z.literal('loggedModel'),
    Milliseconds,
    z.object({
      id: z.string(),
      experiment_id: z.number().int().optional(),
      source_run_id: z.string().optional(),
      name: z.string().optional(),
      model_type: z.string().optional(),
      status: z.number().int().optional(),
      status_message: z.string().optional(),
      deleted: z.boolean().optional(),
    }),
  ]),
  z.tuple([z.literal('loggedModelTags'), Milliseconds, z.object({ id: z.string(), tags: Tags })]),
  z.tuple([
    z.literal('loggedModelParams'),
    Milliseconds,
    z.object({ id: z.string(), params: z.record(z.string(), z.string()) }),
  ]),
  z.tuple([
    z.literal('loggedModelMetrics'),
    Milliseconds,
    z.object({
      id: z.string(),
      run_id: z.string(),
      metrics: z.array(
        z.object({
          key: z.string(),
          value: WireNumber,
          timestamp: z.number(),
          step: z.number(),
          dataset_name: z.string().default(''),
          dataset_digest: z.string().default(''),
        }),
      ),
    }),
  ]),
  z.tuple([
    z.literal('registeredModel'),
    Milliseconds,
    z.object({
      ...Told,
      name: z.string(),
      new_name: z.string().optional(),
      description: z.string().optional(),
      deleted: z.boolean().optional(),
      /** For good, with its versions. */
      removed: z.boolean().optional(),
    }),
  ]),
  z.tuple([z.literal('registeredModelTags'), Milliseconds, z.object({ ...Told, name: z.string(), tags: Tags })]),
  z.tuple([
    z.literal('alias'),
    Milliseconds,
    z.object({ ...Told, ...Judged, name: z.string(), alias: z.string(), version: z.number().int().nullable() }),
  ]),
  z.tuple([
    z.literal('modelVersion'),
    Milliseconds,
    z.object({
      ...Told,
      ...Judged,
      ...VersionOf,
      description: z.string().optional(),
      stage: z.string().optional(),
      source: z.string().optional(),
      user_id: z.string().optional(),
      run_id: z.string().nullable().optional(),
      run_link: z.string().optional(),
      model_id: z.string().nullable().optional(),
      deleted: z.boolean().optional(),
      /** For good: only its number is kept. */
      removed: z.boolean().optional(),
      /** Where its files are kept apart, what they are copied from (below the store), and what is known of that already. */
      files: z.string().optional(),
      files_from: z.string().optional(),
      digest: z.string().optional(),
      files_note: z.string().optional(),
    }),
  ]),
  /** What became of keeping the files of all versions that share them: a digest, why not, or that there are none. */
  z.tuple([
    z.literal('modelVersionFiles'),
    Milliseconds,
    z.object({
      ...Told,
      files: z.string(),
      digest: z.string().optional(),
      note: z.string().optional(),
      none: z.boolean().optional(),
    }),
  ]),
  z.tuple([z.literal('modelVersionTags'), Milliseconds, z.object({ ...Told, ...VersionOf, tags: Tags })]),
  /** By whoever says it; false withdraws it. */
  z.tuple([
    z.literal('approval'),
    Milliseconds,
    z.object({ ...Told, ...VersionOf, approved: z.boolean(), digest: z.string().nullable().optional() }),
  ]),
  z.tuple([
    z.literal('webhook'),
    Milliseconds,
    z.object({
      id: z.string(),
      name: z.string().optional(),
      description: z.string().optional(),
      url: z.string().optional(),
      events: z.array(z.string()).optional(),
      status: z.enum(['ACTIVE', 'DISABLED']).optional(),
      signed: z.boolean().optional(),
      deleted: z.boolean().optional(),
    }),
  ]),
]);
export type LedgerRecord = z.infer<typeof LedgerRecord>;

const REGISTRY_KINDS = [
  'registeredModel',
  'registeredModelTags',
  'alias',
  'modelVersion',
  'modelVersionTags',
  'approval',
  'modelVersionFiles',
] as const satisfies LedgerRecord[0][];
export type RegistryRecord = Extract<LedgerRecord, readonly [(typeof REGISTRY_KINDS)[number], ...unknown[]]>;

export const isOfRegistry = (record: LedgerRecord): record is RegistryRecord =>
  REGISTRY_KINDS.some((kind) => kind === record[0]);

export const ledgerOf = (storeRoot: string): string => join(storeRoot, 'ledger.lwj');

export class Ledger {
  readonly path: string;
  private readonly rows: LedgerRows;
  private readonly takenOf;
  private readonly setTakenTo;

  constructor(
    private readonly db: Database,
    storeRoot: string,
  ) {
    this.path = ledgerOf(storeRoot);
    this.rows = new LedgerRows(db);
    this.takenOf = db.prepare<[], number>('SELECT taken FROM ledger').pluck();
    this.setTakenTo = db.prepare(
      'INSERT INTO ledger (one, taken) VALUES (1, ?) ON CONFLICT DO UPDATE SET taken = excluded.taken',
    );
  }

  get taken(): number {
    return this.takenOf.get() ?? 0;
  }

  /** Runs inside a transaction of the writer. */
  apply(record: LedgerRecord): void {
    this.rows.apply(record);
  }

  setTaken(taken: number): void {
    this.setTakenTo.run(taken);
  }

  /** Takes in what an engine that was killed has not, all of it in a database that was made anew. */
  catchUp(): void {
    if (!existsSync(this.path)) return;
    const bytes = readFileSync(this.path);
    const from = this.taken <= bytes.length ? this.taken : 0;
    if (from === bytes.length) return;
    const { payloads, consumed } = splitJournal(bytes.subarray(from), from === 0, crc32);
    this.db
      .transaction(() => {
        for (const payload of payloads) {
          const record = LedgerRecord.safeParse(JSON.parse(payload.toString('utf8')));
          if (record.success) this.apply(record.data);
        }
        this.setTaken(from + consumed);
      })
      .immediate();
  }
}
