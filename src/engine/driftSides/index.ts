/** Sides of comparisons for drift, found by what they are: what a run has read, what a version was trained with, what an endpoint was asked. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { DriftKnown, DriftModel } from '../../protocol/driftSides';
import { ENDPOINT_NAME } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import { endpointFolder, readEndpoint } from '../../protocol/node/endpointFolder';
import { type Answerer, requestLogFolder } from '../../protocol/node/requestLog';
import type { DriftSource } from '../../protocol/requests';
import type { Jobs } from '../jobs';
import { cardInJob } from '../models';
import type { RequestHandlers } from '../rpc/dispatch';
import { columnsOf, type OnnxParts } from '../serving';
import type { WantedInput } from './input';

export interface DriftParts extends Pick<OnnxParts, 'store' | 'version'> {
  readonly jobs: Pick<Jobs, 'run'>;
}

/** Ids begin with their time: no shorter one tells runs of a minute from each other. */
const shortId = (runId: string): string => runId.slice(0, 12);

type VersionOf = { readonly name: string; readonly which: number | string };

/** Of a log's rows the newest: more say nothing that these don't. */
const MOST_ROWS = 500_000;
const MAX_VERSIONS = 20;

export function driftHandlers(parts: DriftParts): Pick<RequestHandlers, 'drift/side' | 'drift/model'> {
  return {
    'drift/side': (source, { ended }) => sideOf(parts, source, ended),
    'drift/model': (of) => modelOf(parts, of),
  };
}

async function sideOf(parts: DriftParts, source: DriftSource, ended: AbortSignal): Promise<DriftKnown> {
  const { store, jobs } = parts;
  const input = (wanted: Omit<WantedInput, 'store'>) =>
    jobs.run('drift/input', { store, ...wanted }, { lane: 'drift', signal: ended });
  switch (source.kind) {
    case 'run': {
      const { runId, file } = source;
      const how = `${shortId(runId)}:FILE`;
      const found = await input({ of: { runId, file }, isTraining: false, how });
      return {
        side: { label: `${basename(found.path)} of run ${shortId(runId)}`, ...found },
        model: null,
        prediction: null,
      };
    }
    case 'content': {
      const found = await input({ of: { md5: source.md5 }, isTraining: false, how: '' });
      return {
        side: { label: `${basename(found.path)} (${source.md5.slice(0, 8)})`, ...found },
        model: null,
        prediction: null,
      };
    }
    case 'version': {
      const { version } = await parts.version(source);
      const named = `${version.name} v${String(version.version)}`;
      if (!version.run)
        throw new LoopwrightError(
          'not_found',
          `It is not known which run made ${named}, nor what it was trained with. Name a table in its place.`,
        );
      const how = `${version.name}/${String(version.version)}:FILE`;
      const found = await input({ of: { runId: version.run.runId, file: source.file }, isTraining: true, how });
      const model = await modelOf(parts, { name: version.name, which: version.version });
      return { side: { label: `the training data of ${named}`, ...found }, model, prediction: null };
    }
    case 'endpoint':
      return loggedSide(parts, source, ended);
  }
}

/** What its signature says, and what can be told of it without loading it. */
async function modelOf({ store, jobs, version: find }: DriftParts, of: VersionOf): Promise<DriftModel> {
  const { version, place } = await find(of);
  const label = `${version.name} v${String(version.version)}`;
  const card = place === null ? null : await cardInJob(jobs, store, place).catch(() => null);
  const path = [place?.path ?? '', card?.modelFile ?? ''].filter((part) => part !== '').join('/');
  const { importances, from } = await jobs.run(
    'drift/importances',
    { store, runId: version.run?.runId ?? null, place: place && card?.modelFile ? { ...place, path } : null },
    { lane: 'drift' },
  );
  const [output, ...others] = card?.signature?.outputs.items ?? [];
  const predicted = output && others.length === 0 && output.name !== '' ? output.name : null;
  return {
    ...{ label, importances, importancesFrom: from },
    taken: card === null ? [] : columnsOf({ card }),
    predicted,
  };
}

async function loggedSide(
  parts: DriftParts,
  { name, fromMs, toMs, label }: Extract<DriftSource, { kind: 'endpoint' }>,
  ended: AbortSignal,
): Promise<DriftKnown> {
  const { store } = parts;
  const folder = requestLogFolder(store, name);
  if (!ENDPOINT_NAME.test(name) || !existsSync(endpointFolder(store, name)))
    throw new LoopwrightError('not_found', `There is no endpoint ${name} in this store.`);
  const endpoint = readEndpoint(store, name);
  if (!existsSync(folder))
    throw new LoopwrightError(
      'not_found',
      endpoint?.requestLog
        ? `The endpoint ${name} was asked nothing yet: there is nothing to compare.`
        : `The endpoint ${name} has kept no log of its requests. It does unless it is served with "--log off".`,
    );
  const answerers = await parts.jobs.run('drift/answerers', { folder, fromMs }, { lane: 'drift', signal: ended });
  const models = new Map<string, DriftModel | null>();
  for (const one of answerers.slice(0, MAX_VERSIONS)) models.set(keyOf(one), await registered(parts, one));
  const known = [...models].flatMap(([key, model]) =>
    model && model.taken.length > 0 ? [[key, [...model.taken]]] : [],
  );
  const served = endpoint ?? answerers[0] ?? null;
  const model = served && (models.get(keyOf(served)) ?? (await registered(parts, served)));
  return {
    side: {
      label: `what ${name} was asked`,
      path: folder,
      log: { fromMs, toMs, rows: MOST_ROWS, columns: Object.fromEntries(known) as Record<string, string[]>, label },
    },
    model,
    prediction: predictionOf(answerers[0]),
  };
}

const keyOf = ({ model, version }: Pick<Answerer, 'model' | 'version'>): string => `${model}/${version}`;

/** Null for a file that is not registered, or a version that is gone. */
async function registered(parts: DriftParts, { model, version }: Pick<Answerer, 'model' | 'version'>) {
  if (/\.onnx$/i.test(model) || !/^\d+$/.test(version)) return null;
  try {
    return await modelOf(parts, { name: model, which: Number(version) });
  } catch (error) {
    if (LoopwrightError.from(error).code === 'not_found') return null;
    throw error;
  }
}

/** The only output that has one value for each row: a class, or a number. */
function predictionOf(answerer: Answerer | undefined): string | null {
  const values = (answerer?.outputs ?? []).filter(({ shape, shapes }) => {
    const sizes = shape ?? shapes?.[0] ?? [];
    return sizes.length > 0 && sizes.slice(1).reduce((product, size) => product * size, 1) === 1;
  });
  return values.length === 1 ? (values[0]?.name ?? null) : null;
}
