import { describe, expect, it } from 'vitest';
import { codeSummary, codeWords } from '../../src/protocol/codeWords';

const repository = { root: '/r', commit: '3f2a9c17d2', branch: 'main', remote: null, operation: null, submodules: [] };
const words = (facts: Record<string, unknown>) => {
  const summary = codeSummary({ root: '/r', ...facts });
  return summary && codeWords(summary);
};

describe('the code in one line', () => {
  it.each<[string, Record<string, unknown>, string | null]>([
    ['branch and commit', { repository }, 'main@3f2a9c1'],
    ['how many files differ', { repository, changedCount: 2 }, 'main@3f2a9c1 + 2 changed files'],
    ['one file', { repository, changed: [{ path: 'a', status: 'modified' }] }, 'main@3f2a9c1 + 1 changed file'],
    ['a commit that no branch points to', { repository: { ...repository, branch: null } }, '3f2a9c1'],
    ['a branch without a commit', { repository: { ...repository, commit: null } }, 'main, no commit yet'],
    ['nothing without a repository', { repository: null, fileCount: 3 }, null],
    ['nothing where facts are of no known form', { repository: 'x' }, null],
  ])('says %s', (_, facts, line) => {
    expect(words(facts)).toBe(line);
  });

  it('is not known without facts', () => {
    expect(codeSummary({})).toBeNull();
  });
});
