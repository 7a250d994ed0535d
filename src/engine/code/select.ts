/** Which files a snapshot takes. Pure: what must be known of a file is asked of who calls. */
import type { ByteName } from './names';
import { isSecretName } from './secrets';

export interface SnapshotLimits {
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly fileCount: number;
}

export const SNAPSHOT_LIMITS: SnapshotLimits = { fileBytes: 10_000_000, totalBytes: 200_000_000, fileCount: 20_000 };

export interface Candidate {
  readonly name: ByteName;
  /** Known where the file is as it was when it was last taken: then it need not be looked at again. */
  readonly sizeBytes: number | null;
}

/** What a look at a file says: its size, or why it can't be taken. */
export type Look = { readonly sizeBytes: number } | { readonly reason: string };

export interface Selection {
  readonly taken: ReadonlySet<ByteName>;
  readonly leftOut: Map<ByteName, string>;
}

/** Where there is too much, code comes first: the rest of a folder with that many files is data. */
const CODE =
  /\.(py|pyw|pyi|pyx|pxd|ipynb|r|rmd|jl|sh|bash|ps1|sql|c|cc|cpp|cxx|h|hpp|cu|cuh|rs|go|java|scala|js|mjs|cjs|ts|tsx|toml|cfg|ini|ya?ml|lock)$|(^|\/)(dockerfile|makefile|snakefile|requirements[^/]*\.txt|[^./]+)$/i;

export const isCode = (name: ByteName): boolean => CODE.test(name);

export function select(
  candidates: readonly Candidate[],
  look: (name: ByteName) => Look,
  limits: SnapshotLimits,
): Selection {
  const environments = environmentsIn(candidates);
  const taken = new Set<ByteName>();
  const leftOut = new Map<ByteName, string>();
  let totalBytes = 0;
  const consider = ({ name, sizeBytes: known }: Candidate): string | null => {
    if (isSecretName(name)) return 'its name says that it holds a secret';
    if (taken.size >= limits.fileCount) return `more than ${grouped(limits.fileCount)} files`;
    const seen = known === null ? look(name) : { sizeBytes: known };
    if ('reason' in seen) return seen.reason;
    if (seen.sizeBytes > limits.fileBytes) return `larger than ${megabytes(limits.fileBytes)}`;
    if (totalBytes + seen.sizeBytes > limits.totalBytes) return `more than ${megabytes(limits.totalBytes)} in all`;
    totalBytes += seen.sizeBytes;
    taken.add(name);
    return null;
  };
  for (const candidate of codeFirst(candidates)) {
    const environment = environments.find((folder) => candidate.name.startsWith(folder));
    if (environment !== undefined) {
      leftOut.set(environment, 'a virtual environment');
      continue;
    }
    const reason = consider(candidate);
    if (reason !== null) leftOut.set(candidate.name, reason);
  }
  return { taken, leftOut };
}

function codeFirst(candidates: readonly Candidate[]): Candidate[] {
  const code: Candidate[] = [];
  const others: Candidate[] = [];
  for (const candidate of candidates) (isCode(candidate.name) ? code : others).push(candidate);
  return code.concat(others);
}

/** Folders of virtual environments, with a `/` behind; the root itself is none, whatever lies in it. */
function environmentsIn(candidates: readonly Candidate[]): ByteName[] {
  return candidates
    .map(({ name }) => /^(.+\/)(?:pyvenv\.cfg|conda-meta\/history)$/.exec(name)?.[1])
    .filter((folder) => folder !== undefined);
}

const grouped = (count: number): string => count.toLocaleString('en-US');
const megabytes = (bytes: number): string => `${grouped(Math.round(bytes / 1_000_000))} MB`;
