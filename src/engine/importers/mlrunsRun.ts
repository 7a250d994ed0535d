/** A run in a folder of `mlruns`. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { DatasetRecord } from '../../protocol/records';
import type { ForeignPoint, ForeignRun, Report } from './foreignStore';
import { artifactsAt } from './localArtifacts';
import { statusOf, timeOf } from './mlflowValues';
import { foldersIn, keysBelow, textsBelow } from './mlrunsFiles';
import { metricLines, pointOf } from './mlrunsMetrics';
import { readYaml } from './yamlFile';

/** Where a server that keeps its files here has its artifacts. */
const SERVER_ARTIFACTS = ['../mlartifacts', '.'];

/** @throws LoopwrightError if its meta.yaml can't be read */
export function runIn(folder: string, experiment: string, experimentId: string, report: Report): ForeignRun {
  const meta = readYaml(join(folder, 'meta.yaml'));
  const id = meta.text('run_id') ?? meta.text('run_uuid') ?? basename(folder);
  const startMs = timeOf(meta.text('start_time'));
  if (startMs === null)
    throw new LoopwrightError('bad_request', `${folder}/meta.yaml does not say when the run began.`);
  const sourceName = meta.text('source_name');
  const tags = textsBelow(join(folder, 'tags'));
  const root = join(experiment, '..');
  const beside = SERVER_ARTIFACTS.map((name) => join(root, name));
  return {
    id,
    experimentId,
    name: meta.text('run_name') ?? meta.text('name') ?? '',
    user: meta.text('user_id') ?? '',
    status: statusOf(meta.text('status')),
    startMs,
    endMs: timeOf(meta.text('end_time')),
    isDeleted: meta.text('lifecycle_stage') === 'deleted',
    params: textsBelow(join(folder, 'params')),
    tags: sourceName ? { 'mlflow.source.name': sourceName, ...tags } : tags,
    datasets: datasetsOf(folder, experiment, report),
    modelsIn: inputsOf(folder, 'inputs', report)
      .filter(({ kind }) => kind === 'MODEL_INPUT')
      .map((input) => input.id),
    modelsOut: inputsOf(folder, 'outputs', report)
      .filter(({ kind }) => kind === 'MODEL_OUTPUT')
      .map((output) => ({ id: output.id, step: output.step })),
    artifacts: artifactsAt(
      meta.text('artifact_uri') ?? '',
      join(root, '..'),
      beside,
      [join(folder, 'artifacts')],
      report,
    ),
    points: () => pointsOf(folder, report),
  };
}

function* pointsOf(folder: string, report: Report): Generator<ForeignPoint[]> {
  const metrics = join(folder, 'metrics');
  for (const key of keysBelow(metrics)) {
    const path = join(metrics, key);
    const { lines, wrong, isTorn } = metricLines(readFileSync(path, 'utf8'));
    const [first] = wrong;
    if (first !== undefined)
      report.problem(
        `${path}: ${String(wrong.length)} of its lines are none of a metric, such as "${first.slice(0, 80)}".`,
      );
    if (isTorn) report.problem(`${path}: its last line is not whole and was left out.`);
    yield lines.map((line) => pointOf(key, line));
  }
}

interface Input {
  readonly kind: string | null;
  readonly id: string;
  readonly step: number;
  readonly tags: Record<string, string>;
}

function inputsOf(folder: string, name: 'inputs' | 'outputs', report: Report): Input[] {
  return foldersIn(join(folder, name)).flatMap((input) => {
    try {
      const meta = readYaml(join(folder, name, input, 'meta.yaml'));
      const isDataset = meta.text('source_type') === 'DATASET';
      return [
        {
          kind: isDataset ? 'DATASET' : meta.text('destination_type'),
          id: (isDataset ? meta.text('source_id') : meta.text('destination_id')) ?? input,
          step: Number(meta.text('step') ?? 0),
          tags: meta.texts('tags'),
        },
      ];
    } catch (error) {
      report.problem(LoopwrightError.from(error).message);
      return [];
    }
  });
}

function datasetsOf(folder: string, experiment: string, report: Report): DatasetRecord[] {
  return inputsOf(folder, 'inputs', report)
    .filter(({ kind }) => kind === 'DATASET')
    .flatMap(({ id, tags }) => {
      const path = join(experiment, 'datasets', id, 'meta.yaml');
      if (!existsSync(path)) return [];
      try {
        const meta = readYaml(path);
        return [
          {
            name: meta.text('name') ?? '',
            digest: meta.text('digest') ?? '',
            source_type: meta.text('source_type') ?? '',
            source: meta.text('source') ?? '',
            schema: meta.text('schema'),
            profile: meta.text('profile'),
            tags,
          },
        ];
      } catch (error) {
        report.problem(LoopwrightError.from(error).message);
        return [];
      }
    });
}
