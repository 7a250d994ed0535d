/** `loopwright models compare`: two versions beside each other, only in what they differ or all of it. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { EngineConnection } from '../../client/connection';
import type { ComparedRow } from '../../protocol/compared';
import { type ComparedFile, VersionKind } from '../../protocol/comparedVersions';
import { LoopwrightError } from '../../protocol/errors';
import type { GraphDiff } from '../../protocol/graphDiff';
import type { ModelInspection } from '../../protocol/inspection';
import type { ModelCard } from '../../protocol/modelCard';
import { modelPairs, signaturePairs } from '../../protocol/modelDiff';
import { DEFAULT_TOLERANCE } from '../../protocol/predictions';
import { progressText } from '../../protocol/predictionWords';
import { MAX_PAGE, type ModelPlace } from '../../protocol/requests';
import type { PredictionsOrder } from '../../protocol/requests/predictions';
import { type Cli, examples } from '../command';
import { type ComparedModels, compareModelsDocument, compareModelsLines } from '../compareModelsWords';
import type { SessionTask } from '../inSession';
import { followWork } from '../longWork';
import { versionNamed } from '../modelReference';
import { EXIT, type Output } from '../output';
import type { Session } from '../store';

interface CompareOptions {
  readonly all?: boolean;
  readonly table?: string;
  readonly tolerance?: string;
}

type On = (name: string, summary: string) => Command;
type Version = Awaited<ReturnType<typeof versionNamed>>;

export function addCompareModels(on: On, doing: (command: Command, task: SessionTask) => Promise<void>): void {
  on(
    'compare',
    'Two versions beside each other: metrics, parameters, signature, files, what is in them, data, packages.',
  )
    .argument('<version>', 'NAME/3 or NAME@ALIAS')
    .argument('<other>', 'what it is compared with, also of another model')
    .option('--all', 'also what is the same in both')
    .option('--table <file>', 'run both on its rows, and compare what they say: .csv, .tsv, .parquet, .json, .jsonl')
    .option(
      '--tolerance <number>',
      `how far numbers may be apart to count as the same (default: ${String(DEFAULT_TOLERANCE)})`,
    )
    .addHelpText(
      'after',
      examples(
        'models compare fraud/3 fraud@champion',
        'models compare fraud/3 fraud/2 --table may.csv',
        'models compare fraud/3 fraud/2 --json',
      ),
    )
    .action((left: string, right: string, options: CompareOptions, self: Command) =>
      doing(self, (cli, session) => compareModels(cli, session, [left, right], options)),
    );
}

async function compareModels(
  { output, cwd }: Cli,
  { connection }: Session,
  [left, right]: readonly [string, string],
  { all = false, table, tolerance }: CompareOptions,
): Promise<number> {
  const versions = [await versionNamed(connection, left), await versionNamed(connection, right)] as const;
  const [first, second] = versions;
  if (first.name === second.name && first.version === second.version)
    throw new LoopwrightError('bad_request', 'Give two different versions to compare.');
  const order = table === undefined ? null : orderOf(versions, resolve(cwd, table), tolerance);
  const predictions = order && (await predicted(output, connection, order));
  const rows: [VersionKind, ComparedRow[]][] = [];
  for (const what of VersionKind.options) rows.push([what, await allRows(connection, versions, what, !all)]);
  const told = [await toldOf(connection, first), await toldOf(connection, second)] as const;
  const compared: ComparedModels = {
    versions,
    rows,
    signature: signaturePairs(told[0].card?.signature ?? null, told[1].card?.signature ?? null),
    model: modelPairs(told[0].inspection, told[1].inspection),
    graphs: await graphsOf(connection, told),
    files: await allFiles(connection, versions, !all),
    all,
    predictions,
  };
  if (output.isJson) output.document(compareModelsDocument(compared));
  else {
    const lines = compareModelsLines(compared, output);
    if (lines.length > 0) output.lines(lines);
    else output.note('Nothing differs.');
  }
  return EXIT.done;
}

/** @throws LoopwrightError `bad_request` for what is no tolerance */
function orderOf(versions: readonly Version[], path: string, tolerance: string | undefined): PredictionsOrder {
  const order = {
    versions: versions.map(({ name, version }) => ({ name, version })),
    table: { kind: 'file', path } as const,
  };
  if (tolerance === undefined) return order;
  const number = Number(tolerance);
  if (tolerance.trim() === '' || !(number >= 0))
    throw new LoopwrightError('bad_request', `--tolerance takes a number that is not negative, not ${tolerance}.`);
  return { ...order, tolerance: number };
}

const predicted = (output: Output, connection: EngineConnection, order: PredictionsOrder) =>
  followWork(output, {
    start: () => connection.request('predictions/compare', order),
    progress: async () => {
      const { progress } = await connection.request('predictions/state', order);
      return progress ? progressText(progress) : '';
    },
    cancel: () => connection.request('predictions/cancel', order),
  });

async function paged<Row>(
  ask: (page: { limit: number; pageToken?: string }) => Promise<{ rows: Row[]; nextPageToken: string | null }>,
): Promise<Row[]> {
  const all: Row[] = [];
  for (let token: string | null | undefined; token !== null;) {
    const page = await ask({ limit: MAX_PAGE, ...(token === undefined ? {} : { pageToken: token }) });
    all.push(...page.rows);
    token = page.nextPageToken;
  }
  return all;
}

const allRows = (
  connection: EngineConnection,
  versions: readonly Version[],
  what: VersionKind,
  onlyDifferences: boolean,
): Promise<ComparedRow[]> =>
  paged((page) => connection.request('registry/compare', { versions: [...versions], what, onlyDifferences, ...page }));

const allFiles = (
  connection: EngineConnection,
  versions: readonly Version[],
  onlyDifferences: boolean,
): Promise<ComparedFile[]> =>
  paged(async (page) => {
    const asked = { versions: [...versions], onlyDifferences, ...page };
    const { files, nextPageToken } = await connection.request('registry/compareFiles', asked);
    return { rows: files, nextPageToken };
  });

interface Told {
  readonly card: ModelCard | null;
  /** What was looked into. */
  readonly file: ModelPlace | null;
  readonly inspection: ModelInspection | null;
}

async function toldOf(connection: EngineConnection, { name, version }: Version): Promise<Told> {
  const { place } = await connection.request('registry/version', { name, which: version });
  const card = place && (await connection.request('models/card', place));
  const file = card?.modelFile ?? null;
  if (!place || file === null) return { card, file: null, inspection: null };
  const path = [place.path, file].filter((part) => part !== '').join('/');
  const whole = { ...place, path };
  return { card, file: whole, inspection: await connection.request('models/inspect', whole) };
}

/** Null unless both are ONNX models. */
async function graphsOf(connection: EngineConnection, [left, right]: readonly [Told, Told]): Promise<GraphDiff | null> {
  if (left.inspection?.format !== 'onnx' || right.inspection?.format !== 'onnx' || !left.file || !right.file)
    return null;
  return connection.request('models/compareGraphs', { left: left.file, right: right.file });
}
