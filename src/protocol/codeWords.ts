/** The code of a run in one line, and what is needed for that. Pure. */
import * as z from 'zod';
import { CodeFacts } from './capture';

const SHORT_COMMIT = 7;

export const CodeSummary = z.object({
  /** Null without a repository, or before its first commit. */
  commit: z.string().nullable(),
  branch: z.string().nullable(),
  hasRepository: z.boolean(),
  changedCount: z.number(),
  /** Sources that were loaded in another form than the snapshot has them. */
  differsCount: z.number(),
});
export type CodeSummary = z.infer<typeof CodeSummary>;

/** What the section `code` says in short; null where it says nothing. */
export function codeSummary(facts: Readonly<Record<string, unknown>>): CodeSummary | null {
  const parsed = CodeFacts.safeParse(facts);
  if (!parsed.success) return null;
  const { repository, changed, changedCount, differs } = parsed.data;
  return {
    commit: repository?.commit ?? null,
    branch: repository?.branch ?? null,
    hasRepository: repository !== null && repository !== undefined,
    changedCount: changedCount ?? changed?.length ?? 0,
    differsCount: differs?.length ?? 0,
  };
}

/** `main@3f2a9c1 + 2 changed files`; null where there is no repository to name. */
export function codeWords({ commit, branch, hasRepository, changedCount }: CodeSummary): string | null {
  if (!hasRepository) return null;
  const short = commit?.slice(0, SHORT_COMMIT) ?? null;
  const at =
    branch === null ? (short ?? 'no commit yet') : short === null ? `${branch}, no commit yet` : `${branch}@${short}`;
  return changedCount === 0 ? at : `${at} + ${filesWords(changedCount)}`;
}

const filesWords = (count: number) => (count === 1 ? '1 changed file' : `${String(count)} changed files`);
