/** What is fixed before the first row: what the input holds, which of its columns the model takes, and what the output will have. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { version as duckVersion } from '@duckdb/node-api';
import { madeRow } from '../inference/batch';
import { type Chosen, chooseColumns } from '../inference/columns';
import type { Datatype, NamedTensor, Signature } from '../inference/datatype';
import { listed, Refused } from '../inference/refused';
import { LoopwrightError } from '../protocol/errors';
import type { PlannedColumn, PlannedInput, ScoreMisfit, ScoreOrder, ScorePlan } from '../protocol/score';
import { BUILD } from '../protocol/version';
import { isScalar, isTakable } from './cells';
import { filesIn } from '../tables/files';
import { modelDigestOf } from './modelDigest';

import { type Head, headOf, type HeadParts } from './head';
import { dropSql, inputChunks } from './input';
import { columnsOf } from './output';
import { outputColumns } from './outputs';
import { reachedBy } from './pieces';
import type { ScoredModel } from './runner';

/** Of the table, which a model of Python is asked for what it answers. */
const TRIED_ROWS = 50;

interface Parts extends HeadParts {
  readonly model: ScoredModel;
}

/** A table that would fit if something else was asked for. */
export class Misfit extends LoopwrightError {
  constructor(
    readonly misfit: ScoreMisfit['misfit'],
    message: string,
    readonly columns: readonly string[],
  ) {
    super('bad_request', message);
  }
}

/** @throws Misfit; LoopwrightError `bad_request` for what can't be read, `not_found` */
export async function planOf(order: ScoreOrder, parts: Parts): Promise<ScorePlan> {
  const { files, kind } = filesIn(order.input);
  const head = await headOf(files, kind, order, parts);
  const signature = await parts.model.signature(head.columns);
  const chosen = chosenColumns(
    order,
    head.columns,
    signature,
    kind === 'parquet' || head.text?.kind === 'lines' || head.text?.hasHeader === true,
  );
  const kept = keptColumns(order, head.columns, chosen);
  const inputs = plannedInputs(signature, chosen);
  const columns = typed(head, inputs, kept, order);
  checkTypes(order, columns, inputs, kept);
  const plan: ScorePlan = {
    format: 2,
    order,
    versions: { loopwright: BUILD.version, duckdb: duckVersion() },
    modelDigest: await modelDigestOf(order.model.file),
    files,
    text: head.text,
    columns,
    kept,
    matched: order.columns ? 'asked' : chosen.matched,
    inputs,
    outputs: [],
    batchRows: order.batchRows ?? parts.model.batchRows,
    rows: head.rows,
  };
  const known = order.model.python ? await triedOn(plan, signature, parts) : await answered(parts.model, signature);
  const outputs = outputColumns(known, order.model.label);
  checkNames(
    order,
    columnsOf({ ...plan, outputs }),
    columns.map(({ name }) => name),
  );
  checkPartitions({ ...plan, outputs });
  return { ...plan, outputs };
}

/** Each file has a column besides those that are in the names of its folders. */
function checkPartitions(plan: ScorePlan): void {
  const { partitionBy, input, format } = plan.order;
  if (partitionBy.length > 0 && format === 'jsonl')
    throw new LoopwrightError('bad_request', 'JSON lines are written into one file: folders have CSV or Parquet.');
  const names = columnsOf(plan);
  const unknown = partitionBy.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new Misfit(
      'keep',
      `The output has no column ${unknown} to have folders of. It has: ${listed(names)}.`,
      plan.columns.map(({ name }) => name),
    );
  if (partitionBy.length === names.length)
    throw new LoopwrightError(
      'bad_request',
      `All columns of the output of ${basename(input)} would be in names of folders.`,
    );
}

/** What it gives for the first rows of the table: what is made up, code of Python may have no answer to. */
async function triedOn(plan: ScorePlan, signature: Signature, { model, duck, at, signal }: Parts): Promise<Signature> {
  const { order } = plan;
  const few = { ...plan, order: { ...order, chunkRows: TRIED_ROWS } };
  const chunks = inputChunks(few, reachedBy(undefined), { connections: [duck.writing], at, signal });
  try {
    const first = await chunks.next();
    if (first.done === true) return await answered(model, signature);
    const { table, feeds, good } = first.value;
    await duck.writing.run(dropSql(table));
    if (good.length === 0) return await answered(model, signature);
    const { outputs, refused } = await model.rows(feeds, TRIED_ROWS);
    if (outputs.length > 0) return withOutputs(signature, outputs);
    throw new LoopwrightError('bad_request', `${order.model.label}: ${refused[0]?.why ?? 'It has no outputs.'}`);
  } finally {
    await chunks.return(undefined);
  }
}

function chosenColumns(order: ScoreOrder, columns: Head['columns'], signature: Signature, hasNames: boolean): Chosen {
  const names = columns.map(({ name }) => name);
  const asked = order.columns;
  try {
    if (!asked)
      return chooseColumns({ columns: hasNames ? names : null, width: names.length }, signature, [order.model.columns]);
    const unknown = asked.filter((name) => !names.includes(name));
    if (unknown.length > 0) throw new Refused(`There is no column ${listed(unknown)}. There are: ${listed(names)}.`);
    const chosen = chooseColumns({ columns: null, width: asked.length }, signature, []);
    return { ...chosen, at: chosen.at.map((place) => names.indexOf(asked[place] ?? '')) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Misfit('columns', `${basename(order.input)} does not fit ${order.model.label}. ${error.message}`, names);
  }
}

function keptColumns({ keep }: ScoreOrder, columns: Head['columns'], { at }: Chosen): number[] {
  const all = columns.map((_, place) => place);
  const names = columns.map(({ name }) => name);
  if (keep === 'all') return all;
  if (keep === 'rest') return all.filter((place) => !at.includes(place));
  return keep.map((name) => {
    const place = columns.findIndex((column) => column.name === name);
    if (place === -1)
      throw new Misfit('keep', `There is no column ${name} to keep. There are: ${listed(names)}.`, names);
    return place;
  });
}

/** A model with one input takes all columns, one with several a column for each. */
function plannedInputs({ inputs }: Signature, { at }: Chosen): PlannedInput[] {
  const [only] = inputs;
  return inputs.map((port, index) => {
    const rank = port.shape.length;
    const isMatrix = inputs.length === 1 && port === only && rank === 2;
    const places = isMatrix ? [...at] : [at[index] ?? 0];
    const shape = rank <= 1 ? [] : isMatrix ? [places.length] : new Array<number>(rank - 1).fill(1);
    return { name: port.name, datatype: port.datatype, shape, at: places };
  });
}

/** Numbers are read as such where nothing else is to become of them; the rest as the texts that they are. */
function typed(
  { columns, text }: Head,
  inputs: readonly PlannedInput[],
  kept: readonly number[],
  { format, withDigest }: ScoreOrder,
): PlannedColumn[] {
  return columns.map((column, place) => {
    if (!text) return { ...column, type: column.sniffed };
    const isKept = kept.includes(place);
    if (text.kind === 'lines')
      return {
        ...column,
        type: isKept && format === 'jsonl' ? 'JSON' : isKept && !isScalar(column.sniffed) ? column.sniffed : 'VARCHAR',
      };
    const taken = inputs.filter(({ at }) => at.includes(place));
    const isFloat = taken.length > 0 && taken.every(({ datatype }) => datatype.startsWith('FP'));
    return {
      ...column,
      type: isFloat && !isKept && !withDigest && column.sniffed !== 'BOOLEAN' ? 'DOUBLE' : 'VARCHAR',
    };
  });
}

function checkTypes(
  { format, model }: ScoreOrder,
  columns: readonly PlannedColumn[],
  inputs: readonly PlannedInput[],
  kept: readonly number[],
): void {
  const names = columns.map(({ name }) => name);
  for (const { at, datatype } of inputs)
    for (const place of at) {
      const column = columns[place];
      if (column && (!isTakable(column.type, datatype as Datatype) || !isScalar(column.sniffed)))
        throw new Misfit(
          'columns',
          `The column ${column.name} is ${column.sniffed}, which ${model.label} can not take as ${datatype}.`,
          names,
        );
    }
  const nested =
    format === 'csv'
      ? kept.map((place) => columns[place]).find((column) => column && !isScalar(column.sniffed))
      : undefined;
  if (nested)
    throw new Misfit(
      'keep',
      `The column ${nested.name} is ${nested.sniffed}, which CSV has no room for, unlike Parquet and JSON lines.`,
      names,
    );
}

const withOutputs = (signature: Signature, outputs: readonly NamedTensor[]): Signature => ({
  ...signature,
  outputs: outputs.map(({ name, datatype, shape }) => ({ name, datatype, shape: [...shape] })),
});

/** What it gives for a row that is made up: sizes that its file leaves open are known then. */
async function answered(model: ScoredModel, signature: Signature): Promise<Signature> {
  try {
    const { outputs } = await model.rows(
      signature.inputs.map((port) => madeRow(port, 0)),
      1,
    );
    return outputs.length === 0 ? signature : withOutputs(signature, outputs);
  } catch (error) {
    if (error instanceof LoopwrightError && error.code === 'bad_request') return signature; // real rows may be taken
    throw error;
  }
}

/** @param own those of the input */
function checkNames({ format }: ScoreOrder, names: readonly string[], own: readonly string[]): void {
  const same = (name: string) => (format === 'csv' ? name : name.toLowerCase());
  const twice = names.find((name, at) => names.findIndex((other) => same(other) === same(name)) !== at);
  if (twice !== undefined) throw new Misfit('keep', `The output would have two columns ${twice}.`, own);
}

/** What has changed since: nothing that was written would be the same. @throws LoopwrightError `bad_request` */
export async function checkUnchanged(plan: ScorePlan): Promise<void> {
  const refuse = (what: string) =>
    new LoopwrightError('bad_request', `${what} since this job was begun, so it can't go on. --anew begins again.`);
  const { versions, order, modelDigest } = plan;
  if (versions.duckdb !== duckVersion())
    throw refuse(`DuckDB is another (${duckVersion()} in place of ${versions.duckdb})`);
  for (const told of plan.files) {
    const { path } = told;
    if (!existsSync(path)) throw refuse(`${path} is gone`);
  }
  const { files } = filesIn(order.input);
  const now = new Map(files.map((file) => [file.path, file]));
  if (files.length !== plan.files.length)
    throw refuse(`${order.input} has ${String(files.length)} files in place of ${String(plan.files.length)}`);
  for (const { path, size, mtimeNs } of plan.files) {
    const found = now.get(path);
    if (found?.size !== size || found.mtimeNs !== mtimeNs) throw refuse(`${path} has changed`);
  }
  if ((await modelDigestOf(order.model.file)) !== modelDigest) throw refuse(`${order.model.file} has changed`);
}
