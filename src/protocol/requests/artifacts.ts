/** The files and the output of a run. */
import * as z from 'zod';
import { Artifact, RunId } from '../entities';
import { nextPage, read, RunPage } from './define';

export const MAX_OUTPUT_BYTES = 256 * 1024;

/** What is directly below a folder of the artifacts: an artifact, a folder that others lie in, or both. */
export const ArtifactEntry = z.object({
  name: z.string(),
  path: z.string(),
  artifact: Artifact.nullable(),
  /** How many artifacts lie below it, and their size. */
  count: z.number().int(),
  sizeBytes: z.number(),
});
export type ArtifactEntry = z.infer<typeof ArtifactEntry>;

export const Figure = z.object({
  kind: z.enum(['figure', 'chart']),
  /** How many there are of this name: one for each step. */
  count: z.number().int(),
  /** The one of the highest step. One without a name stands for itself. */
  last: Artifact,
});
export type Figure = z.infer<typeof Figure>;

/** The beginning of a line of the output: its place in bytes, and its number from 0. */
export const OutputPlace = z.object({ offset: z.number().int().min(0), line: z.number().int().min(0) });
export type OutputPlace = z.infer<typeof OutputPlace>;

/** `nth`: of several in one line, from 0. */
export const OutputHit = OutputPlace.extend({ nth: z.number().int().min(0) });
export type OutputHit = z.infer<typeof OutputHit>;

export const OutputSearch = {
  text: z.string().min(1).max(1000),
  matchCase: z.boolean().default(false),
  from: OutputPlace.default({ offset: 0, line: 0 }),
};

export const artifactRequests = {
  'runs/artifacts': read(
    /** `search`: each word stands in the path; upper and lower case of ASCII letters are the same. */
    RunPage.extend({ search: z.string().max(1000).default('') }),
    z.object({ artifacts: z.array(Artifact), ...nextPage }),
  ),
  /** One level of the artifacts as a tree: what is directly below a folder (`reports/`, empty for the top), folders first. */
  'runs/artifactFolder': read(
    RunPage.extend({ under: z.string().default('') }),
    z.object({ entries: z.array(ArtifactEntry), ...nextPage }),
  ),
  /** Figures and charts by name: those of one name and kind are one, in the order of their steps. */
  'runs/figures': read(RunPage, z.object({ figures: z.array(Figure), ...nextPage })),
  /** The one of a name at a place in the order of steps; null where there is none. */
  'runs/figureAt': read(
    z.object({ runId: RunId, name: z.string(), kind: Figure.shape.kind, index: z.number().int().min(0) }),
    z.object({ artifact: Artifact.nullable() }),
  ),
  /** A piece of the terminal's bytes. A negative offset counts from the end. */
  'runs/output': read(
    z.object({
      runId: RunId,
      offset: z.number().int(),
      limit: z.number().int().min(1).max(MAX_OUTPUT_BYTES).default(MAX_OUTPUT_BYTES),
    }),
    z.object({ offset: z.number(), sizeBytes: z.number(), base64: z.string() }),
  ),
  /**
   * Where a text stands in what was printed, escape sequences left out. Answers after a moment with what it has found so
   * far; `next` is where to go on.
   */
  'runs/searchOutput': read(
    z.object({ runId: RunId, ...OutputSearch }),
    z.object({ hits: z.array(OutputHit), next: OutputPlace.nullable(), sizeBytes: z.number() }),
  ),
} as const;
