/** The output of a job while it grows: one file, or a folder of parts, beside its name until it is whole. */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type BadRow, errorsFileOf, type ScoreCommit, type ScoreOrder, type ScorePlan } from '../protocol/score';
import type { JobFolder } from './folder';
import { GrowingFile, hasBytes, sha256Of } from './growing';
import { footerOf, MAGIC, moved } from './parquet/footer';
import { Partitions } from './partitions';

const OUTPUT = 'output.partial';
const ERRORS = 'errors.partial';
/** Of Parquet: a footer without row groups, with its length before it; then all row groups, as a footer tells of them. */
const GROUPS = 'groups.partial';

/** What the folder of a job has of it. */
export const GROWING = [OUTPUT, ERRORS, GROUPS] as const;

/** Whether all of it is there that a commit tells of. Of the output the last chunk is read: what was synced stays as it was. */
export async function isThere(folder: JobFolder, { order }: ScorePlan, commit: ScoreCommit): Promise<boolean> {
  const { output, errorsEnd, groups } = commit;
  const has = (name: string, end: number) => end === 0 || (sizeOf(folder.at(name)) ?? 0) >= end;
  if (!has(ERRORS, errorsEnd) || !has(GROUPS, groups?.end ?? 0)) return false;
  if (order.partitionBy.length > 0) return new Partitions(folder).has(commit);
  return hasBytes(folder.at(OUTPUT), output.end, output.length, output.sha256);
}

/** The quarantine back from its name, where the job was ended before its output had its own. */
export function takeBack(folder: JobFolder, { output }: ScoreOrder): void {
  folder.takeBack(errorsFileOf(output), folder.at(ERRORS));
}

const sizeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.size ?? null;

export interface Placed {
  readonly bytes: number;
  /** The quarantine; null where no row is bad. */
  readonly errors: string | null;
}

export class GrowingOutput {
  private readonly output: GrowingFile;
  private readonly errors: GrowingFile;
  private readonly groups: GrowingFile;
  /** Where it is no one file. */
  private readonly partitions: Partitions | null;
  private bytes: number;
  private count: number;
  private rows: number;

  /** @param last what is committed */
  constructor(
    private readonly plan: ScorePlan,
    private readonly folder: JobFolder,
    last: ScoreCommit | undefined,
  ) {
    this.output = GrowingFile.at(folder.at(OUTPUT), last?.output.end ?? 0);
    this.errors = GrowingFile.at(folder.at(ERRORS), last?.errorsEnd ?? 0);
    this.groups = GrowingFile.at(folder.at(GROUPS), last?.groups?.end ?? 0);
    this.partitions = plan.order.partitionBy.length > 0 ? new Partitions(folder) : null;
    this.partitions?.cut(last?.chunk ?? -1);
    this.bytes = last?.output.end ?? 0;
    this.count = last?.groups?.count ?? 0;
    this.rows = last?.groups?.rows ?? 0;
  }

  /** Adds a chunk: it is on the disk then. @param draft what DuckDB wrote of it */
  async add(draft: string, bad: readonly BadRow[]): Promise<Pick<ScoreCommit, 'output' | 'errorsEnd' | 'groups'>> {
    const output = this.partitions ? this.partitions.take(draft, this.bytes) : await this.addFile(draft);
    this.bytes = output.end;
    if (bad.length > 0) await this.errors.add(Buffer.from(bad.map((row) => `${JSON.stringify(row)}\n`).join('')));
    await Promise.all([this.output.sync(), this.errors.sync(), this.groups.sync()]);
    const hasGroups = this.plan.order.format === 'parquet' && !this.partitions;
    const groups = hasGroups ? { end: this.groups.end, count: this.count, rows: this.rows } : null;
    return { output, errorsEnd: this.errors.end, groups };
  }

  private async addFile(draft: string): Promise<ScoreCommit['output']> {
    const file = await readFile(draft);
    const isFirst = this.output.end === 0;
    const { format } = this.plan.order;
    const added =
      format === 'parquet'
        ? await this.addParquet(file, isFirst)
        : format === 'csv' && isFirst
          ? Buffer.concat([Buffer.from(headerOf(this.plan)), file])
          : file;
    await this.output.add(added);
    return { end: this.output.end, length: added.length, sha256: sha256Of(added) };
  }

  /** Gives it its name. */
  async place(): Promise<Placed> {
    const { output, replaces } = this.plan.order;
    const errors = errorsFileOf(output);
    if (this.folder.hasPlaced(output))
      return {
        bytes: this.partitions ? this.bytes : statSync(output).size,
        errors: existsSync(errors) ? errors : null,
      };
    if (this.partitions) mkdirSync(this.partitions.path, { recursive: true });
    else if (this.plan.order.format === 'parquet') await this.output.add(this.footer());
    await this.close();
    const hasErrors = this.errors.end > 0;
    if (hasErrors) this.folder.place(this.folder.at(ERRORS), errors);
    else if (existsSync(errors) && replaces) rmSync(errors); // of the output that is replaced
    this.folder.place(this.folder.at(OUTPUT), output);
    return { bytes: this.partitions ? this.bytes : this.output.end, errors: hasErrors ? errors : null };
  }

  async close(): Promise<void> {
    const files = [...(this.partitions ? [] : [this.output]), this.errors, this.groups];
    for (const file of files) await file.close();
  }

  private async addParquet(file: Buffer, isFirst: boolean): Promise<Buffer> {
    const { body, groups, count, rows, frame } = moved(file, isFirst ? MAGIC.length : this.output.end);
    if (isFirst) {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(frame.length);
      await this.groups.add(Buffer.concat([size, frame]));
    }
    await this.groups.add(groups);
    this.count += count;
    this.rows += rows;
    return isFirst ? Buffer.concat([MAGIC, body]) : body;
  }

  private footer(): Buffer {
    const bytes = readFileSync(this.folder.at(GROUPS)).subarray(0, this.groups.end);
    const begin = 4 + bytes.readUInt32LE(0);
    return footerOf(bytes.subarray(4, begin), bytes.subarray(begin), this.count, this.rows);
  }
}

/** What the columns of an output are called. */
export const columnsOf = ({
  kept,
  columns,
  outputs,
  order,
}: Pick<ScorePlan, 'kept' | 'columns' | 'outputs' | 'order'>): string[] => [
  ...kept.map((at) => columns[at]?.name ?? ''),
  ...(order.isNumbered ? ['row'] : []),
  ...(order.withDigest ? ['row_digest'] : []),
  ...outputs.flatMap((output) => output.columns),
  ...(order.withVersion ? ['model_version'] : []),
];

const headerOf = (plan: ScorePlan): string =>
  `${columnsOf(plan)
    .map((name) => (/[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name))
    .join(',')}\n`;
