/** What the run page shows of a run, put together from the engine's answers. Knows nothing of VS Code. */
import { codeSummary, type CodeSummary } from '../../protocol/codeWords';
import type { CaptureKind } from '../../protocol/capture';
import type { RunRow } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { NotebookFacts } from '../../protocol/notebooks';
import { NotebookSummary, RUN_PAGE_LIMIT, type RunPageModel } from '../../protocol/pages/run';
import type { Method, Params, Result } from '../../protocol/requests';

/** What is needed of a `StoreSession`. */
export interface Asks {
  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
}

interface Asked {
  readonly root: string | null;
  readonly capture: readonly CaptureKind[] | null;
}

export class RunFacts {
  private asked: Asked | null = null;
  /** The code's facts hold thousands of paths and change twice: they are not read for every refresh. */
  private code: { readonly stamp: string; readonly summary: CodeSummary | null } = { stamp: '', summary: null };

  constructor(private readonly runId: string) {}

  async load(store: Asks): Promise<Omit<RunPageModel, 'canAct' | 'layout' | 'rivalChanges'>> {
    const page = { runId: this.runId, limit: RUN_PAGE_LIMIT };
    const [got, params, metrics, system, tags, artifacts, notes, asked] = await Promise.all([
      store.request('runs/get', { runId: this.runId }),
      store.request('runs/params', page),
      store.request('runs/metrics', { ...page, which: 'own' }),
      store.request('runs/metrics', { ...page, which: 'system' }),
      store.request('runs/tags', page),
      store.request('runs/artifacts', page),
      store.request('runs/notes', page),
      this.whatWasAsked(store),
    ]);
    const { systemMetrics, ...counts } = got.counts;
    return {
      run: got.run,
      note: got.note,
      provenance: got.provenance,
      params: params.params,
      metrics: metrics.metrics,
      system: system.metrics,
      tags: tags.tags,
      artifacts: artifacts.artifacts,
      notes: notes.notes,
      totals: { ...counts, metrics: counts.metrics - systemMetrics },
      root: asked.root,
      capture: asked.capture === null ? null : [...asked.capture],
      work: got.work,
      isComplete: got.isComplete,
      code: await this.codeOf(store, got),
      notebook: await notebookOf(store, got.run),
    };
  }

  private async codeOf(store: Asks, { work, isComplete }: Result<'runs/get'>): Promise<CodeSummary | null> {
    const stamp = JSON.stringify([isComplete, work.filter(({ kind }) => kind.startsWith('code'))]);
    if (stamp !== this.code.stamp) {
      const { facts } = await store.request('runs/facts', { runId: this.runId, section: 'code' });
      this.code = { stamp, summary: codeSummary(facts) };
    }
    return this.code.summary;
  }

  /** A child run that its parent's journal tells of was never asked for by itself: there is no file to read. */
  private async whatWasAsked(store: Asks): Promise<Asked> {
    if (this.asked) return this.asked;
    try {
      const { spec } = await store.request('runs/spec', { runId: this.runId });
      this.asked = { root: spec.root, capture: spec.capture.kinds };
    } catch (error) {
      if (LoopwrightError.from(error).code !== 'not_found') throw error;
      this.asked = { root: null, capture: null };
    }
    return this.asked;
  }
}

/** What is known of the notebook of a run; null for a run of something else. */
export async function notebookOf(store: Asks, { runId, kind }: Pick<RunRow, 'runId' | 'kind'>) {
  if (kind !== 'notebook' && kind !== 'followed') return null;
  const { facts } = await store.request('runs/facts', { runId, section: 'notebook' });
  // Facts come from a journal that anybody may have written: what has another form is not shown.
  const known = NotebookFacts.safeParse(facts);
  const { findings = [], ...rest } = known.success ? known.data : {};
  return NotebookSummary.parse({ ...rest, findingCount: findings.length });
}
