/** Registered models and their versions as `--json` gives them. Pure. */
import type { Converted } from '../client/convert';
import type { ModelVersionRow, RegisteredModelRow, Verified } from '../protocol/registry';
import type { Result } from '../protocol/requests';
import type { NamedJudgement } from './modelRendering';

const time = (ms: number): string => new Date(ms).toISOString();

export const modelDocument = (model: RegisteredModelRow) => ({
  name: model.name,
  description: model.description,
  creation_time: time(model.createdMs),
  last_updated_time: time(model.updatedMs),
  version_count: model.versionCount,
  latest_version: model.latestVersion,
  aliases: Object.fromEntries(model.aliases.map(({ alias, version }) => [alias, version])),
});

export const versionDocument = (
  version: ModelVersionRow,
  more?: Pick<Result<'registry/version'>, 'tags' | 'history' | 'approvals'>,
) => ({
  name: version.name,
  version: version.version,
  stage: version.stage,
  aliases: version.aliases,
  description: version.description,
  user: version.user,
  creation_time: time(version.createdMs),
  last_updated_time: time(version.updatedMs),
  source: version.source,
  status: version.status,
  status_message: version.statusMessage,
  digest: version.digest,
  run_id: version.run?.runId ?? null,
  model_id: version.modelId,
  metric: version.headline,
  ...(more
    ? {
        tags: Object.fromEntries(more.tags.map(({ key, value }) => [key, value])),
        history: more.history.map(({ atMs, what, version: of, detail, by, why, verdict }) => ({
          time: time(atMs),
          what,
          version: of,
          detail,
          by,
          why,
          verdict,
        })),
        approvals: more.approvals.map(({ by, atMs, why, digest, isCurrent }) => ({
          by,
          time: time(atMs),
          why,
          digest,
          current: isCurrent,
        })),
      }
    : {}),
});

export const judgementDocument = ({ to, judgement }: NamedJudgement) => ({
  to,
  passed: judgement.verdict.passed,
  against: judgement.against,
  compared_with: judgement.comparedWith,
  asks: judgement.asks,
  checks: judgement.verdict.checks,
});

export const verifiedDocument = ({ name, version, state, digest, fileCount, sizeBytes, problems }: Verified) => ({
  name,
  version,
  state,
  digest,
  file_count: fileCount,
  size: sizeBytes,
  problems,
});

export const conversionDocument = (
  from: string,
  converted: Converted,
  made: { readonly file: string } | { readonly name: string; readonly version: number },
) => ({
  from,
  ...made,
  converter: converted.converter,
  model_class: converted.modelClass,
  opset: converted.opsets,
  inputs: converted.inputs,
  outputs: converted.outputs,
  size_bytes: converted.bytes,
  seconds: converted.seconds,
  comparison: comparisonDocument(converted),
});

function comparisonDocument({ comparison }: Converted) {
  if (!comparison.compared) return { compared: false, reason: comparison.why };
  const { rows, differs, equalClasses, largest, largestRelative } = comparison;
  return {
    compared: true,
    rows,
    differs,
    equal_classes: equalClasses,
    largest_difference: largest,
    largest_relative_difference: largestRelative,
  };
}
