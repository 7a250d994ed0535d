/** Which kept contents nothing refers to any more. */
import { existsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import { childrenOf, type ObjectStore, type StoredObject } from '../data';
import { BEING_REMOVED } from '../tracking';

/** What was wanted within this time may belong to a run whose files are not in the database yet. */
const GRACE_MS = 10 * 60 * 1000;

/** The digests that each run's files have, listings with what they list. */
export class References {
  private readonly listings = new Map<string, readonly string[]>();
  private readonly ofRun: (seq: number) => string[];

  constructor(
    db: Database,
    private readonly objects: ObjectStore,
  ) {
    const statement = db
      .prepare<[number], string>('SELECT md5 FROM files WHERE run_seq = ? AND md5 IS NOT NULL')
      .pluck();
    this.ofRun = (seq) => statement.all(seq);
  }

  of(seq: number): string[] {
    return this.ofRun(seq).flatMap((md5) => (md5.endsWith('.dir') ? [md5, ...this.listed(md5)] : [md5]));
  }

  /** @throws LoopwrightError if a listing is there and can't be read: what it keeps is not known then */
  private listed(md5: string): readonly string[] {
    const known = this.listings.get(md5);
    if (known) return known;
    const children = childrenOf(this.objects, md5);
    if (children === null && existsSync(this.objects.pathOf(md5)))
      throw new LoopwrightError(
        'internal',
        `The listing ${this.objects.pathOf(md5)} is damaged, so that it is not known which kept inputs belong to it: none is removed. Delete that file to go on without it.`,
      );
    this.listings.set(md5, children ?? []);
    return children ?? [];
  }
}

/**
 * Objects that no run refers to, listings first: while a listing is there, what it lists is.
 *
 * @param without runs that are about to go
 */
export function unreferenced(
  db: Database,
  objects: ObjectStore,
  without: ReadonlySet<number>,
  plannedMs: number,
): StoredObject[] {
  const references = new References(db, objects);
  const marked = new Set<string>();
  const seqs = db
    .prepare<[], number>(`SELECT run_seq FROM runs WHERE deleted_ms IS NOT ${String(BEING_REMOVED)}`)
    .pluck()
    .all();
  for (const seq of seqs) if (!without.has(seq)) for (const md5 of references.of(seq)) marked.add(md5);
  const loose: StoredObject[] = [];
  for (const object of objects.objects())
    if (!marked.has(object.md5) && plannedMs - object.wantedMs > GRACE_MS) loose.push(object);
  return loose.sort((left, right) => Number(right.md5.endsWith('.dir')) - Number(left.md5.endsWith('.dir')));
}
