/** What of one store is loaded into the tree, kept up to date by what the engine tells. */
import type { Experiment, RunRow } from '../../../protocol/entities';
import type { Changed } from '../../../protocol/requests';
import { problemOf } from '../../stores/problem';
import type { StoreSession } from '../../stores/session';
import { type Disposable, Signal } from '../../signal';
import { isSameRow, reconcile } from './collect';
import { ExperimentNode, MoreNode, type Node, ProblemNode, RunNode } from './nodes';
import { fetchPages, PAGE, RunList } from './runList';

type Parent = ExperimentNode | RunNode;

export class RunsModel implements Disposable {
  private readonly changed = new Signal<readonly Node[] | 'root'>();
  /** Nodes to be drawn again, with what is below them; `root` for everything of this store. */
  readonly onDidChange = this.changed.on;

  private experiments: readonly ExperimentNode[] = [];
  private hasMoreExperiments = false;
  private wantedExperiments = PAGE;
  private isLoaded = false;
  private readonly byRunId = new Map<string, RunNode>();
  /** Loads and refreshes one after the other, so that an older answer never replaces a younger one. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(readonly session: StoreSession) {}

  async roots(): Promise<Node[]> {
    const state = this.session.state.kind === 'lost' ? this.session.state : await this.session.settled();
    const problem = problemOf(state);
    const problems = problem ? [new ProblemNode(this.session, problem)] : [];
    if (state.kind === 'absent' || state.kind === 'failed' || problem?.severity === 'error') return problems;
    if (!this.isLoaded) await this.inTurn(() => this.loadExperiments());
    const shown = this.experiments.filter(({ experiment }) => experiment.runCount > 0);
    return [...problems, ...shown, ...(this.hasMoreExperiments ? [this.moreExperiments()] : [])];
  }

  async childrenOf(parent: Parent): Promise<Node[]> {
    const list = listOf(parent);
    if (!list.isLoaded) await this.inTurn(() => this.load(parent));
    return [...list.nodes, ...(list.hasMore ? [this.moreRuns(parent)] : [])];
  }

  /** Takes over what the engine told, and tells which nodes to draw again. */
  refresh({ structure, runIds }: Pick<Changed, 'structure' | 'runIds'>): Promise<void> {
    return this.inTurn(async () => {
      if (!this.isLoaded) return;
      if (structure) await this.refreshAll();
      else await this.refreshRows(runIds.filter((id) => this.byRunId.has(id)));
    });
  }

  /** Forgets everything, so that it is asked for again. */
  reset(): void {
    this.isLoaded = false;
    this.experiments = [];
    this.byRunId.clear();
    this.changed.fire('root');
  }

  get loadedRuns(): Iterable<RunNode> {
    return this.byRunId.values();
  }

  find(runId: string): RunNode | undefined {
    return this.byRunId.get(runId);
  }

  get newestExperiment(): ExperimentNode | undefined {
    return [...this.experiments].sort((a, b) => (b.experiment.lastStartMs ?? 0) - (a.experiment.lastStartMs ?? 0))[0];
  }

  experimentNamed(name: string): ExperimentNode | undefined {
    return this.experiments.find(({ experiment }) => experiment.name === name);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async loadExperiments(): Promise<void> {
    if (this.isLoaded) return;
    await this.takeExperiments();
    this.isLoaded = true;
  }

  private async load(parent: Parent): Promise<void> {
    if (listOf(parent).isLoaded) return;
    await this.takeRuns(parent);
  }

  private async refreshAll(): Promise<void> {
    const { isOtherList, updated } = await this.takeExperiments();
    const changed = new Set<Node>(updated);
    for (const parent of this.loadedParents()) {
      const list = await this.takeRuns(parent);
      if (list.isOtherList) changed.add(parent);
      for (const node of list.updated) changed.add(node);
    }
    if (isOtherList) this.changed.fire('root');
    else if (changed.size > 0) this.changed.fire([...changed]);
  }

  private async refreshRows(runIds: readonly string[]): Promise<void> {
    if (runIds.length === 0) return;
    const { rows } = await fetchPages(runIds.length, async (limit, { pageToken = '0' }) => {
      const from = Number(pageToken);
      const { runs } = await this.session.request('runs/rows', { runIds: runIds.slice(from, from + limit) });
      return { rows: runs, nextPageToken: from + limit < runIds.length ? String(from + limit) : null };
    });
    const updated = rows.map((row) => this.update(row)).filter((node) => node !== null);
    if (updated.length > 0) this.changed.fire(updated);
  }

  private async takeExperiments() {
    const { rows, hasMore } = await fetchPages(this.wantedExperiments, async (limit, page) => {
      const { experiments, nextPageToken } = await this.session.request('experiments/list', { limit, ...page });
      return { rows: experiments, nextPageToken };
    });
    const before = this.experiments;
    const wasShown = new Set(before.filter(({ experiment }) => experiment.runCount > 0));
    const result = reconcile(before, rows, {
      idOfNode: (node: ExperimentNode) => node.experiment.experimentId,
      idOfRow: (row: Experiment) => row.experimentId,
      make: (row) => new ExperimentNode(this.session, row, new RunList({ experimentId: row.experimentId })),
      update: (node, row) => {
        const isSame = isSameRow(node.experiment, row);
        node.experiment = row;
        return !isSame;
      },
    });
    const isOtherSelection = before.some((node) => wasShown.has(node) !== node.experiment.runCount > 0);
    const isOtherList = result.isOtherList || isOtherSelection || hasMore !== this.hasMoreExperiments;
    this.experiments = result.nodes;
    this.hasMoreExperiments = hasMore;
    return { isOtherList, updated: result.updated };
  }

  private async takeRuns(parent: Parent) {
    const list = listOf(parent);
    const { rows, hasMore } = await list.fetch(this.session);
    const result = reconcile(list.nodes, rows, {
      idOfNode: (node: RunNode) => node.row.runId,
      idOfRow: (row: RunRow) => row.runId,
      make: (row) => new RunNode(this.session, parent, row, new RunList({ parentRunId: row.runId })),
      update: (node, row) => this.update(row, node) !== null,
    });
    const kept = new Set(result.nodes);
    for (const node of list.nodes) if (!kept.has(node)) this.forget(node);
    for (const node of result.nodes) this.byRunId.set(node.row.runId, node);
    const isOtherList = result.isOtherList || hasMore !== list.hasMore;
    list.nodes = result.nodes;
    list.hasMore = hasMore;
    list.isLoaded = true;
    return { isOtherList, updated: result.updated };
  }

  /** @returns the node if it shows something else now */
  private update(row: RunRow, node = this.byRunId.get(row.runId)): RunNode | null {
    if (!node || isSameRow(node.row, row)) return null;
    node.row = row;
    return node;
  }

  private forget(node: RunNode): void {
    this.byRunId.delete(node.row.runId);
    for (const child of node.children.nodes) this.forget(child);
  }

  private *loadedParents(): Generator<Parent> {
    for (const experiment of this.experiments) {
      if (!experiment.runs.isLoaded) continue;
      yield experiment;
      yield* loadedBelow(experiment.runs);
    }
  }

  private moreRuns(parent: Parent): MoreNode {
    return new MoreNode(this.session, parent, () =>
      this.inTurn(async () => {
        listOf(parent).wanted = listOf(parent).nodes.length + PAGE;
        await this.takeRuns(parent);
        this.changed.fire([parent]);
      }),
    );
  }

  private moreExperiments(): MoreNode {
    return new MoreNode(this.session, null, () =>
      this.inTurn(async () => {
        this.wantedExperiments = this.experiments.length + PAGE;
        await this.takeExperiments();
        this.changed.fire('root');
      }),
    );
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined); // told to whoever asked; those behind it go on
    return result;
  }
}

export const listOf = (parent: Parent): RunList => (parent.kind === 'experiment' ? parent.runs : parent.children);

function* loadedBelow(list: RunList): Generator<RunNode> {
  for (const node of list.nodes) {
    if (!node.children.isLoaded) continue;
    yield node;
    yield* loadedBelow(node.children);
  }
}
