/** The tree of artifacts as the rows that are to be seen. Pure. */
import { type Artifact } from '../../../src/protocol/entities';
import { type ArtifactEntry } from '../../../src/protocol/requests';

/** A level of the tree, as far as it was read. */
export interface Level {
  readonly items: readonly ArtifactEntry[];
  readonly next: string | null;
  readonly hasLoaded: boolean;
  readonly problem: string | null;
}

export type TreeRow =
  | {
      readonly kind: 'entry';
      readonly entry: ArtifactEntry;
      readonly level: number;
      readonly isOpen: boolean;
      readonly parent: string;
    }
  /** The end of a level that goes on, is being read, or could not be read. */
  | { readonly kind: 'end'; readonly under: string; readonly level: number; readonly list: Level };

export const isFolder = ({ count }: ArtifactEntry): boolean => count > 0;

/** What is below an entry, as the engine takes it. */
export const below = ({ path }: ArtifactEntry): string => `${path}/`;

export function visibleRows(
  levelOf: (under: string) => Level | undefined,
  open: ReadonlySet<string>,
  under = '',
  level = 1,
): TreeRow[] {
  const list = levelOf(under);
  if (!list) return [];
  const rows: TreeRow[] = [];
  for (const entry of list.items) {
    const isOpen = isFolder(entry) && open.has(below(entry));
    rows.push({ kind: 'entry', entry, level, isOpen, parent: under });
    if (isOpen) rows.push(...visibleRows(levelOf, open, below(entry), level + 1));
  }
  if (!list.hasLoaded || list.problem !== null || list.next !== null) rows.push({ kind: 'end', under, level, list });
  return rows;
}

/** One of a list of paths, as a row of the tree. */
export function flatRow(artifact: Artifact): TreeRow {
  const entry = { name: artifact.path, path: artifact.path, artifact, count: 0, sizeBytes: 0 };
  return { kind: 'entry', entry, level: 1, isOpen: false, parent: '' };
}

const PICTURES = /\.(png|jpe?g|gif|webp|svg)$/i;

export const isPicture = (artifact: Artifact): boolean =>
  artifact.kind === 'figure' || (artifact.kind === 'file' && PICTURES.test(artifact.path));
