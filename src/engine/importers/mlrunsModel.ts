/** A logged model of MLflow 3 in a folder of `mlruns`. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ForeignLoggedModel, ForeignModelMetric, Report } from './foreignStore';
import { artifactsAt } from './localArtifacts';
import { timeOf } from './mlflowValues';
import { keysBelow, textsBelow } from './mlrunsFiles';
import { metricLines, pointOf } from './mlrunsMetrics';
import { readYaml } from './yamlFile';

/** MLflow's number of a model that is ready. */
const READY = 2;

/** @throws LoopwrightError if its meta.yaml can't be read */
export function loggedModelIn(folder: string, experimentId: string, report: Report): ForeignLoggedModel {
  const meta = readYaml(join(folder, 'meta.yaml'));
  const createdMs = timeOf(meta.text('creation_timestamp')) ?? 0;
  return {
    id: meta.text('model_id') ?? basename(folder),
    experimentId,
    name: meta.text('name') ?? basename(folder),
    modelType: meta.text('model_type'),
    sourceRunId: meta.text('source_run_id'),
    status: Number(meta.text('status') ?? READY),
    statusMessage: meta.text('status_message'),
    createdMs,
    updatedMs: timeOf(meta.text('last_updated_timestamp')) ?? createdMs,
    isDeleted: meta.text('lifecycle_stage') === 'deleted',
    params: textsBelow(join(folder, 'params')),
    tags: textsBelow(join(folder, 'tags')),
    metrics: metricsOf(join(folder, 'metrics')),
    artifacts: artifactsAt(meta.text('artifact_location') ?? '', folder, [], [join(folder, 'artifacts')], report),
  };
}

/** Their lines have the run behind the step, then the data set where there is one. */
function metricsOf(folder: string): ForeignModelMetric[] {
  return keysBelow(folder).flatMap((key) =>
    metricLines(readFileSync(join(folder, key), 'utf8')).lines.map((line): ForeignModelMetric => {
      const [, value, timestampMs, step] = pointOf(key, line);
      const [, , , runId = '', datasetName = '', datasetDigest = ''] = line;
      return { key, value, timestampMs, step, runId, datasetName, datasetDigest };
    }),
  );
}
