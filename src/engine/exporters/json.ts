/** One document: of each run what `runs show --json` says, with every point of its metrics; experiments and the registry. */
import { MAX_PAGE, requests } from '../../protocol/requests';
import { iso, pointDocument, runDocument } from '../../protocol/runDocument';
import { type Asked, factsOf } from '../../protocol/runFacts';
import { toWireNumber } from '../../protocol/entities';
import { trackingQueries } from '../tracking';
import { type Format, type FormatTask, NO_FOLDERS } from './format';
import type { ExportRun, ExportSource } from './source';
import { TextFile } from './textFile';

const POINTS_AT_ONCE = MAX_PAGE;

type Query = (params: unknown) => never;

export const json: Format = {
  holdsDeleted: false,
  write: async (task) => {
    const { files, pace, source } = task;
    pace.begin('runs', source.runCount + source.pointCount);
    const file = new TextFile(files.draftOf(files.main));
    try {
      await writeDocument(task, file);
    } finally {
      file.close();
    }
    return NO_FOLDERS;
  },
};

async function writeDocument(task: FormatTask, file: TextFile): Promise<void> {
  const { source, pace } = task;
  const queries = trackingQueries(source.db, source.paths);
  // What is asked of a run has its query of the same name.
  const engine: Asked = {
    request: (method, params) =>
      Promise.resolve((queries[method as keyof typeof queries] as Query)(requests[method].params.parse(params))),
  };
  const head = JSON.stringify({
    format: 'loopwright-runs',
    version: 1,
    exported: iso(Date.now()),
    experiments: experimentsOf(source),
    registered_models: modelsOf(source),
  });
  file.write(`${head.slice(0, -1)},"runs":[`);
  let isFirst = true;
  for (const run of source.runs()) {
    const document = JSON.stringify(runDocument(await factsOf(engine, run.run_id), source.paths.root));
    file.write(`${isFirst ? '' : ','}\n${document.slice(0, -1)},"points":{`);
    isFirst = false;
    await writePoints(task, run, file);
    file.write('}}');
    await pace.done(1);
  }
  file.write('\n]}\n');
}

async function writePoints({ source, pace }: FormatTask, run: ExportRun, file: TextFile): Promise<void> {
  let count = 0;
  let last: string | null = null;
  for (const [key, step, timestampMs, value] of source.points(run)) {
    if (key === last) file.write(',');
    else file.write(`${last === null ? '' : '],'}${JSON.stringify(key)}:[`);
    last = key;
    file.write(JSON.stringify(pointDocument({ step, timestampMs, value: toWireNumber(value ?? Number.NaN) })));
    if (++count % POINTS_AT_ONCE === 0) await pace.done(POINTS_AT_ONCE);
  }
  if (last !== null) file.write(']');
  await pace.done(count % POINTS_AT_ONCE);
}

const experimentsOf = (source: ExportSource) =>
  source.experiments().map((experiment) => ({
    experiment_id: String(experiment.experiment_id),
    name: experiment.name,
    deleted: experiment.deleted_ms !== null,
    created: iso(experiment.created_ms),
    tags: Object.fromEntries(source.reads.experimentTags(experiment.experiment_id)),
  }));

const modelsOf = (source: ExportSource) => {
  const { registry } = source;
  return source.registered().map(({ model, versions }) => ({
    name: model.name,
    description: model.description,
    tags: Object.fromEntries(registry.modelTags(model.name)),
    aliases: Object.fromEntries(source.aliases(model.name, versions)),
    versions: versions
      .filter(({ deleted_ms: deletedMs }) => deletedMs === null)
      .map((version) => ({
        version: version.version,
        created: iso(version.created_ms),
        stage: version.stage,
        description: version.description,
        source: version.source,
        run_id: version.run_id,
        model_id: version.model_id,
        tags: Object.fromEntries(registry.versionTags(version.name, version.version)),
      })),
  }));
};
