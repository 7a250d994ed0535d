/** What an endpoint was asked and what it answered, as JSON lines that are read as a table. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DriftSide, LoggedRequests } from '../protocol/drift';
import { LoopwrightError } from '../protocol/errors';
import { formatNumber } from '../protocol/format';
import { type LoggedRequest, type LoggedTensor, requestsBackwards, rowsOf } from '../protocol/node/requestLog';

export interface LoggedTable {
  /** Those of the oldest requests first. */
  readonly files: readonly string[];
  /** DuckDB's type of each column. */
  readonly types: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Lines that are written at once. */
const AT_ONCE = 4096;

/**
 * Writes files into the folder: the newest requests that were answered, within what is wanted.
 *
 * @throws LoopwrightError `not_found` where there are none
 */
export async function writeLogged(
  { label, path }: Pick<DriftSide, 'label' | 'path'>,
  wanted: LoggedRequests,
  folder: string,
  side: string,
): Promise<LoggedTable> {
  const rows = new LoggedRows(wanted);
  const files: string[] = [];
  const { fromMs, toMs } = wanted;
  const time = { ...(fromMs === null ? {} : { fromMs }), ...(toMs === null ? {} : { toMs }) };
  for await (const requests of requestsBackwards(path, time)) {
    // Of the oldest segment that is needed, the newest rows.
    const lines = requests.flatMap((request) => rows.linesOf(request));
    const kept = lines.slice(Math.max(0, lines.length - (wanted.rows - rows.count)));
    rows.count += kept.length;
    rows.isCut ||= kept.length < lines.length;
    if (kept.length > 0) files.unshift(written(join(folder, `${side}-logged-${String(files.length)}.jsonl`), kept));
    if (rows.count >= wanted.rows) break;
  }
  if (rows.count === 0) throw new LoopwrightError('not_found', `${label}: ${rows.whyNone()}`);
  return { files, types: rows.types(), notes: rows.notes() };
}

function written(file: string, lines: readonly string[]): string {
  writeFileSync(file, '', { flag: 'wx' });
  for (let at = 0; at < lines.length; at += AT_ONCE)
    appendFileSync(file, `${lines.slice(at, at + AT_ONCE).join('\n')}\n`);
  return file;
}

/** Of the Open Inference Protocol, as DuckDB has them. */
const TYPES: Readonly<Record<string, string | undefined>> = {
  ...{ BOOL: 'BOOLEAN', BYTES: 'VARCHAR', FP16: 'FLOAT', FP32: 'FLOAT', FP64: 'DOUBLE' },
  ...{ INT8: 'TINYINT', INT16: 'SMALLINT', INT32: 'INTEGER', INT64: 'BIGINT' },
  ...{ UINT8: 'UTINYINT', UINT16: 'USMALLINT', UINT32: 'UINTEGER', UINT64: 'UBIGINT' },
};
const TEXTS: ReadonlySet<string> = new Set(['VARCHAR', 'BOOLEAN', 'JSON']);

class LoggedRows {
  count = 0;
  isCut = false;
  private requests = 0;
  private refused = 0;
  private withoutRows = 0;
  private firstMs = Infinity;
  private lastMs = -Infinity;
  private readonly found = new Map<string, string>();
  private readonly masked = new Set<string>();
  /** Versions whose columns nothing names, with how many requests they answered. */
  private readonly unnamed = new Map<string, number>();

  constructor(private readonly wanted: LoggedRequests) {}

  /** A line for each row. */
  linesOf(request: LoggedRequest): string[] {
    if (request.status !== 200 || request.failure !== null) {
      this.refused++;
      return [];
    }
    const names = this.namesOf(request);
    if (names === null) return [];
    const inputs = rowsOf(request.inputs);
    const outputs = rowsOf(request.outputs.filter(({ shape }) => shape[0] === inputs.length));
    if (inputs.length === 0) {
      this.withoutRows++;
      return [];
    }
    this.requests++;
    this.firstMs = Math.min(this.firstMs, request.timeMs);
    this.lastMs = Math.max(this.lastMs, request.timeMs);
    for (const tensor of request.outputs) this.note(tensor, new Map());
    for (const tensor of request.inputs) this.note(tensor, names);
    return inputs.map((row, at) => {
      const cells = new Map<string, unknown>(Object.entries(outputs[at] ?? {}));
      for (const [name, value] of this.labelsOf(request, at)) cells.set(name, value);
      for (const [name, value] of Object.entries(row)) cells.set(names.get(name) ?? name, value);
      return `{${[...cells].map(([name, value]) => `${JSON.stringify(name)}:${textOf(value)}`).join(',')}}`;
    });
  }

  types(): ReadonlyMap<string, string> {
    return new Map([...this.found].filter(([name]) => !this.masked.has(name)));
  }

  notes(): string[] {
    const { requests, isCut, wanted } = this;
    const masked = [...this.masked];
    const newest = isCut ? `, the newest ${formatNumber(wanted.rows)} rows` : '';
    return [
      `${requests === 1 ? 'One request' : `${formatNumber(requests)} requests`} from ${time(this.firstMs)} to ${time(this.lastMs)} UTC${newest}.`,
      ...(masked.length > 0 ? [`Masked in the log, and not compared: ${masked.join(', ')}.`] : []),
      ...this.leftOut(),
    ];
  }

  whyNone(): string {
    const left = this.leftOut();
    return left.length > 0
      ? left.join(' ')
      : 'its log has no request of that time. Ask it something, or choose another time.';
  }

  private leftOut(): string[] {
    const { refused, withoutRows } = this;
    return [
      ...(refused > 0 ? [`${counted(refused)} not answered, and left out.`] : []),
      ...(withoutRows > 0 ? [`${counted(withoutRows)} without a row that is whole in the log, and left out.`] : []),
      ...[...this.unnamed].map(
        ([version, count]) => `${counted(count)} answered by ${version}, whose columns are not known, and left out.`,
      ),
    ];
  }

  /** By the name that a row has. Null where the columns of other versions are known, and of this one not: they may be others. */
  private namesOf({ model, version, inputs }: LoggedRequest): ReadonlyMap<string, string> | null {
    const { columns } = this.wanted;
    const [only] = inputs;
    const width = (only?.shape ?? []).slice(1).reduce((product, size) => product * size, 1);
    if (!only || inputs.length > 1) return new Map();
    const known = columns[`${model}/${version}`];
    if (known?.length === width)
      return new Map(known.map((name, at) => [width === 1 ? only.name : `${only.name}[${String(at)}]`, name]));
    if (width === 1 || Object.keys(columns).length === 0) return new Map();
    const name = `${model}/${version}`;
    this.unnamed.set(name, (this.unnamed.get(name) ?? 0) + 1);
    return null;
  }

  private note({ name, datatype, shape, values }: LoggedTensor, names: ReadonlyMap<string, string>): void {
    const width = shape.slice(1).reduce((product, size) => product * size, 1);
    const type = TYPES[datatype] ?? 'VARCHAR';
    if (values === null) this.masked.add(name);
    for (let at = 0; at < width; at++) {
      const own = width === 1 ? name : `${name}[${String(at)}]`;
      const column = names.get(own) ?? own;
      const before = this.found.get(column);
      if (before !== type) this.found.set(column, before === undefined ? type : common(before, type));
      if (values !== null && values[at] === null) this.masked.add(column);
    }
  }

  /** Of a row: a value for all or one for each, with a name or without. */
  private *labelsOf({ label }: LoggedRequest, row: number): Generator<[string, unknown]> {
    const value = label?.label;
    if (value === undefined || value === null) return;
    const one = (given: unknown): unknown => (Array.isArray(given) ? (given as unknown[])[row] : given);
    const named =
      typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(value)
        : this.wanted.label === null
          ? []
          : [[this.wanted.label, value] as const];
    for (const [name, given] of named) {
      const cell = one(given);
      if (cell === undefined || cell === null) continue;
      const type = typeof cell === 'number' ? 'DOUBLE' : typeof cell === 'boolean' ? 'BOOLEAN' : 'VARCHAR';
      const before = this.found.get(name);
      this.found.set(name, before === undefined ? type : common(before, type));
      yield [name, cell];
    }
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  // JSON has no NaN, which is what models call missing, and no infinity, which is told of.
  if (typeof value === 'number' && !Number.isFinite(value)) return Number.isNaN(value) ? 'null' : `"${String(value)}"`;
  return JSON.stringify(value ?? null);
}

/** What holds the values of both. */
const common = (one: string, other: string): string =>
  one === other ? one : TEXTS.has(one) || TEXTS.has(other) ? 'VARCHAR' : 'DOUBLE';

const counted = (count: number): string => (count === 1 ? 'One request was' : `${formatNumber(count)} requests were`);
const time = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
