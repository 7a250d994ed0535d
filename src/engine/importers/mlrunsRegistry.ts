/** A registered model in a folder of `mlruns/models`. */
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { ForeignModelVersion, ForeignRegisteredModel } from './foreignStore';
import { timeOf } from './mlflowValues';
import { foldersIn, textsBelow } from './mlrunsFiles';
import { readYaml } from './yamlFile';

/** @throws LoopwrightError if its meta.yaml can't be read; versions that can't are told and left out */
export function registeredModelIn(folder: string, problem: (text: string) => void): ForeignRegisteredModel {
  const meta = readYaml(join(folder, 'meta.yaml'));
  const createdMs = timeOf(meta.text('creation_timestamp')) ?? 0;
  const versions = foldersIn(folder).flatMap((name) => {
    const [, number] = /^version-(\d+)$/.exec(name) ?? [];
    if (number === undefined) return [];
    try {
      const version = versionIn(join(folder, name), Number(number));
      return version.stage === 'Deleted_Internal' ? [] : [version];
    } catch (error) {
      problem(LoopwrightError.from(error).message);
      return [];
    }
  });
  const aliases = Object.entries(textsBelow(join(folder, 'aliases')));
  return {
    name: meta.text('name') ?? '',
    createdMs,
    updatedMs: timeOf(meta.text('last_updated_timestamp')) ?? createdMs,
    description: meta.text('description') ?? '',
    tags: textsBelow(join(folder, 'tags')),
    aliases: Object.fromEntries(aliases.map(([alias, version]) => [alias, Number(version)])),
    versions: versions.toSorted((left, right) => left.version - right.version),
  };
}

function versionIn(folder: string, version: number): ForeignModelVersion {
  const meta = readYaml(join(folder, 'meta.yaml'));
  const createdMs = timeOf(meta.text('creation_timestamp')) ?? 0;
  const source = meta.text('source') ?? '';
  return {
    version,
    createdMs,
    updatedMs: timeOf(meta.text('last_updated_timestamp')) ?? createdMs,
    description: meta.text('description') ?? '',
    user: meta.text('user_id') ?? '',
    stage: meta.text('current_stage') ?? 'None',
    source,
    runId: meta.text('run_id'),
    runLink: meta.text('run_link') ?? '',
    modelId: meta.text('model_id') ?? /^models:\/(m-[^/]+)\/?$/.exec(source)?.[1] ?? null,
    tags: textsBelow(join(folder, 'tags')),
  };
}
