/** Where the source of a registered version leads, as far as it leads into this store. Pure. */
import { artifactPlace, type ArtifactPlace, checkArtifactPath } from './places';

/** An artifact of our own server, whatever the address in front of it. */
const OF_OURS = /^(?:mlflow-artifacts:|https?:\/\/[^/]+\/api\/2\.0\/mlflow-artifacts\/artifacts)\/(?:\/[^/]*\/)?(.*)$/;

/** What our server calls the artifact; null where it is none of ours. */
export const pathInOurs = (source: string): string | null => OF_OURS.exec(source)?.[1] ?? null;

export type Source = ArtifactPlace | { readonly name: string; readonly version: number };

/** Null for what lies elsewhere. */
export function readSource(source: string): Source | null {
  const [, modelId] = /^models:\/(m-[0-9a-f]{32})\/?$/.exec(source) ?? [];
  if (modelId !== undefined) return { owner: { kind: 'model', modelId }, path: '' };
  const [, name, version] = /^models:\/([^/@]+)\/(\d{1,15})$/.exec(source) ?? [];
  if (name !== undefined) return { name, version: Number(version) };
  const [, runId, below] = /^runs:\/+([^/]+)\/?(.*)$/.exec(source) ?? [];
  const path = runId === undefined ? pathInOurs(source) : `0/${runId}/artifacts/${below ?? ''}`;
  if (path === null) return null;
  const checked = checkArtifactPath(path);
  return 'path' in checked ? artifactPlace(checked.path) : null;
}
