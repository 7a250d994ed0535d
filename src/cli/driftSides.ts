/** What is compared for drift, as it is named on the command line. */
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { EngineConnection } from '../client/connection';
import { driftFile, driftSides } from '../client/drift';
import type { DriftKnown, DriftSides } from '../protocol/driftSides';
import { ENDPOINT_NAME } from '../protocol/endpoints';
import { LoopwrightError } from '../protocol/errors';
import { endpointFolder } from '../protocol/node/endpointFolder';
import type { DriftSource } from '../protocol/requests';
import { TABLE } from '../protocol/tables';
import type { Cli } from './command';
import { parseAge } from './gcWords';
import { inSession } from './inSession';
import { findRun } from './lookup';
import { referenceOf, versionNamed } from './modelReference';
import { whichOf } from './servedModel';
import { type Session, storeToRead } from './store';

export const SIDE_HELP = `
A side is the first of these that there is:
  a path                    a table, or a folder of tables of one kind
  NAME/3, NAME@ALIAS        a model version: what its run was trained with; with :FILE behind it one of several tables
  an endpoint's name        what it was asked, and what it answered
  a run's id, or "latest"   the table that it has read, as it was then; with :FILE behind it one of several
  md5:DIGEST                what a run has read or written, as "runs show" has it
  NAME                      the latest version of a model
With runs:/, models:/ or endpoints:/ in front a name is that and nothing else.
`;

export interface SideOptions {
  readonly model?: string;
  readonly since?: string;
  readonly until?: string;
  readonly label?: string;
}

/** Of an endpoint's log. Null: from its beginning, to its end. */
interface Span {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** @throws LoopwrightError `not_found`, `bad_request` */
export async function namedSides(
  cli: Cli,
  words: readonly [string, string],
  options: SideOptions,
): Promise<DriftSides> {
  const files = words.map((word) => fileNamed(cli, word));
  const [reference, current] = files;
  if (reference && current && options.model === undefined) {
    if (options.since !== undefined || options.until !== undefined) throw noLog();
    return driftSides(reference, current, null);
  }
  const found: DriftSides[] = [];
  await inSession(checked(cli, words), async (_, session) => {
    const sources: Source[] = [];
    for (const [at, word] of words.entries()) sources.push(files[at] ?? (await sourceOf(session, word)));
    const spanned = withSpans(sources, options);
    const known: DriftKnown[] = [];
    for (const source of spanned)
      known.push('side' in source ? source : await session.connection.request('drift/side', source));
    const [one, other] = known;
    if (!one || !other) throw new LoopwrightError('internal', 'A side was lost.');
    const model =
      options.model === undefined
        ? null
        : await session.connection.request('drift/model', await which(session.connection, options.model));
    found.push(driftSides(one, other, model));
    return 0;
  });
  const [sides] = found;
  if (sides) return sides;
  throw new LoopwrightError('internal', 'The engine told nothing of what is to be compared.');
}

/** Null for what is no path. @throws LoopwrightError `not_found` for what can be nothing else */
function fileNamed({ cwd }: Pick<Cli, 'cwd'>, word: string): DriftKnown | null {
  const path = resolve(cwd, word);
  if (word !== '' && existsSync(path)) return driftFile(basename(path), path);
  if (TABLE.test(word) && !word.includes(':') && !word.includes('@'))
    throw new LoopwrightError('not_found', `There is no file ${word}.`);
  return null;
}

/** Where there is no store, whoever mistyped a path is told of that first. */
function checked(cli: Cli, words: readonly string[]): Cli {
  try {
    storeToRead(cli.store, cli.cwd);
    return cli;
  } catch (error) {
    const word = words.find((one) => fileNamed(cli, one) === null);
    if (cli.store !== undefined || word === undefined) throw error;
    const { message } = LoopwrightError.from(error);
    throw new LoopwrightError('not_found', `There is no file ${word}. What else it may be a store knows. ${message}`);
  }
}

type Source = DriftSource | DriftKnown;

async function sourceOf({ connection, paths }: Session, word: string): Promise<DriftSource> {
  const [, scheme = '', rest = ''] = /^(?:(runs|models|endpoints):\/)?([\s\S]*)$/.exec(word) ?? [];
  const [, md5] = /^(?:md5:)?([0-9a-f]{32}(?:\.dir)?)$/.exec(rest) ?? [];
  if (rest.startsWith('md5:') && md5 !== undefined) return { kind: 'content', md5 };
  const at = rest.indexOf(':');
  const [name, file] = at < 0 ? [rest, null] : [rest.slice(0, at), rest.slice(at + 1)];
  const isEndpoint = file === null && ENDPOINT_NAME.test(name) && existsSync(endpointFolder(paths.root, name));
  if (scheme === 'endpoints' || (scheme === '' && isEndpoint))
    return { kind: 'endpoint', name, fromMs: null, toMs: null, label: null };
  const version = async (): Promise<DriftSource> => ({ kind: 'version', ...(await which(connection, name)), file });
  if (scheme === 'models' || /[/@]/.test(name)) return version();
  const isRun = name === 'latest' || /^[0-9a-f]{4,32}$/.test(name);
  if (scheme === 'runs' || isRun) {
    const run = await findRun(connection, name).catch((error: unknown) => {
      if (scheme === 'runs' || LoopwrightError.from(error).code !== 'not_found' || name === 'latest') throw error;
      return null;
    });
    if (run) return { kind: 'run', runId: run.runId, file };
  }
  if (md5 !== undefined && scheme === '') return { kind: 'content', md5 };
  try {
    return await version();
  } catch (error) {
    if (!['not_found', 'bad_request'].includes(LoopwrightError.from(error).code)) throw error;
    throw new LoopwrightError(
      'not_found',
      `There is no file, endpoint, run or model ${word.slice(0, 200)} here. "loopwright drift --help" says how each is named.`,
    );
  }
}

/** The latest where none is named. */
async function which(connection: EngineConnection, text: string): Promise<{ name: string; which: number | string }> {
  const reference = referenceOf(text);
  if (reference.which === null) return { name: reference.name, which: await whichOf(connection, reference) };
  const { name, version } = await versionNamed(connection, text);
  return { name, which: version };
}

/** An endpoint beside itself: what came since, beside what had come before. */
function withSpans([reference, current]: readonly Source[], options: SideOptions): Source[] {
  if (!reference || !current) return [];
  const span = { fromMs: momentOf('--since', options.since), toMs: momentOf('--until', options.until) };
  const isLog = (source: Source) => 'kind' in source && source.kind === 'endpoint';
  if ((span.fromMs !== null || span.toMs !== null) && !isLog(reference) && !isLog(current)) throw noLog();
  const isOne =
    'kind' in reference && 'kind' in current && reference.kind === 'endpoint' && current.kind === 'endpoint'
      ? reference.name === current.name
      : false;
  if (isOne && span.fromMs === null)
    throw new LoopwrightError(
      'bad_request',
      'An endpoint beside itself needs a time: with --since 7d what it was asked since then is compared with what it was asked before.',
    );
  const before = { fromMs: null, toMs: span.fromMs === null ? null : span.fromMs - 1 };
  const label = options.label ?? null;
  return [spanning(reference, isOne ? before : span, label), spanning(current, span, label)];
}

const spanning = (source: Source, span: Span, label: string | null): Source =>
  'kind' in source && source.kind === 'endpoint' ? { ...source, ...span, label } : source;

const noLog = () =>
  new LoopwrightError('bad_request', '--since and --until are about what an endpoint was asked: name one.');

/** `7d` ago, or a time as ISO 8601 has it. */
function momentOf(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d+(\.\d+)?[mhdw]$/i.test(text.trim())) return Date.now() - parseAge(text);
  const time = Date.parse(text);
  if (/^\d{4}-\d{2}-\d{2}/.test(text.trim()) && Number.isFinite(time)) return time;
  throw new LoopwrightError(
    'bad_request',
    `${option} takes an age such as 7d or 12h, or a time such as 2026-05-01T08:00; not "${text.slice(0, 60)}".`,
  );
}
