/** What of one store is loaded into the tree, kept up to date by what the engine tells. */
import type { RunRow } from '../../../protocol/entities';
import { LoopwrightError } from '../../../protocol/errors';
import type { RunGroup } from '../../../protocol/lists';
import type { Changed } from '../../../protocol/requests';
import { problemOf } from '../../stores/problem';
import type { StoreSession } from '../../stores/session';
import { type Disposable, Signal } from '../../signal';
import { isSameRow, reconcile } from './collect';
import { GroupNode, MoreNode, type Node, NothingNode, ProblemNode, RunNode } from './nodes';
import { isFiltered, selectionOf, selectionWith, type TreeQuery } from './query/query';
import { fetchPages, PAGE, RunList } from './runList';

export type Parent = GroupNode | RunNode;

/** How old lists may be that depend on values which change. */
const LIST_AGAIN_MS = 5000;
/** Groups that are looked through for the one of a run that shall be revealed. */
const MAX_GROUPS_SEARCHED = 2000;

/** What came of looking for a run: `hidden` is one that the filter leaves out. */
export type Found = RunNode | 'hidden' | 'gone';

export class RunsModel implements Disposable {
  private readonly changed = new Signal<readonly Node[] | 'root'>();
  /** Nodes to be drawn again, with what is below them; `root` for everything of this store. */
  readonly onDidChange = this.changed.on;

  private groups: readonly GroupNode[] = [];
  private hasMoreGroups = false;
  private wantedGroups = PAGE;
  private isLoaded = false;
  private listedMs = 0;
  /** Why the engine does not understand the filter. */
  private misunderstood: string | null = null;
  private readonly byRunId = new Map<string, RunNode>();
  /** Groups that the user sees into: VS Code forgets it of those that a filter or another grouping takes away. */
  private readonly unfolded = new Set<string>();
  /** Raised by a reset: an answer to what was asked before is thrown away. */
  private epoch = 0;
  /** Loads and refreshes one after the other, so that an older answer never replaces a younger one. */
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    readonly session: StoreSession,
    private readonly currentQuery: () => TreeQuery,
  ) {}

  async roots(): Promise<Node[]> {
    const state = this.session.state.kind === 'lost' ? this.session.state : await this.session.settled();
    const problem = problemOf(state);
    const problems = problem ? [new ProblemNode(this.session, problem)] : [];
    if (state.kind === 'absent' || state.kind === 'failed' || problem?.severity === 'error') return problems;
    if (!this.isLoaded) await this.inTurn(() => this.loadGroups());
    if (this.groups.length === 0 && (await this.isEmptyByFilter()))
      return [...problems, new NothingNode(this.session, this.misunderstood)];
    return [...problems, ...this.groups, ...(this.hasMoreGroups ? [this.moreGroups()] : [])];
  }

  async childrenOf(parent: Parent): Promise<Node[]> {
    const list = listOf(parent);
    list.isOpen = true;
    if (parent.kind === 'group') this.unfolded.add(placeOf(parent));
    if (!list.isLoaded || list.isStale)
      await this.inTurn(async () => {
        if (!list.isLoaded || list.isStale) await this.takeRuns(parent);
      });
    return [...list.nodes, ...(list.hasMore ? [this.moreRuns(parent)] : [])];
  }

  /** A parent was unfolded or folded: only what is unfolded is kept up to date. */
  setOpen(parent: Parent, isOpen: boolean): void {
    listOf(parent).isOpen = isOpen;
    if (!isOpen) {
      if (parent.kind === 'group') this.unfolded.delete(placeOf(parent));
      return;
    }
    const catchUp = async () => {
      const stale = [parent, ...loadedBelow(listOf(parent))].filter(
        (each) => listOf(each).isOpen && listOf(each).isStale,
      );
      await this.refreshLists(stale, new Set());
    };
    if (listOf(parent).isLoaded) void this.inTurn(catchUp).catch(() => undefined); // a lost connection says so itself
  }

  /** Takes over what the engine told, and tells which nodes to draw again. */
  refresh({ structure, runIds }: Pick<Changed, 'structure' | 'runIds'>): Promise<void> {
    return this.inTurn(async () => {
      if (!this.isLoaded) return;
      if (structure || this.mayStandElsewhere(runIds)) await this.refreshAll();
      else await this.refreshRows(runIds);
    });
  }

  /** A value that changed may put a run elsewhere, or let the filter have it. Now and then is enough while runs log. */
  private mayStandElsewhere(runIds: readonly string[]): boolean {
    const query = this.currentQuery();
    const dependsOnValues = isFiltered(query) || ['metric', 'param', 'tag'].includes(query.order.by);
    return dependsOnValues && runIds.length > 0 && Date.now() - this.listedMs > LIST_AGAIN_MS;
  }

  /** Forgets everything, so that it is asked for again. */
  reset(): void {
    this.epoch++;
    this.isLoaded = false;
    this.groups = [];
    this.hasMoreGroups = false;
    this.wantedGroups = PAGE;
    this.misunderstood = null;
    this.byRunId.clear();
    this.changed.fire('root');
  }

  get loadedRuns(): Iterable<RunNode> {
    return this.byRunId.values();
  }

  find(runId: string): RunNode | undefined {
    return this.byRunId.get(runId);
  }

  /** The newest group comes unfolded, so that a first run is seen at once; the others as the user left them. */
  isUnfolded(group: GroupNode): boolean {
    return group === this.groups[0] || this.unfolded.has(placeOf(group));
  }

  /** How many runs there are in all groups; null where that is not known. */
  get runCount(): number | null {
    if (!this.isLoaded || this.hasMoreGroups || this.misunderstood !== null) return null;
    return this.groups.reduce((sum, { group }) => sum + group.runCount, 0);
  }

  /** The node of a run, with whatever is above it loaded: also of one that the lists do not reach yet. */
  async locate(runId: string): Promise<Found> {
    await this.roots();
    return this.inTurn(async () => {
      await this.refreshAll();
      const known = this.byRunId.get(runId);
      if (known) return known;
      const path = await this.pathTo(runId);
      const [top, ...below] = path;
      if (!top) return 'gone';
      const group = await this.groupOf(top.runId);
      if (!group) return 'hidden';
      let parent: Parent = group;
      for (const { runId: id } of [top, ...below]) {
        const node: RunNode | undefined = await this.childOf(parent, id);
        if (!node) return 'gone';
        parent = node;
      }
      return parent.kind === 'run' ? parent : 'gone';
    });
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async loadGroups(): Promise<void> {
    const { epoch } = this;
    if (this.isLoaded) return;
    await this.takeGroups();
    if (epoch === this.epoch) this.isLoaded = true;
  }

  private async refreshAll(): Promise<void> {
    this.listedMs = Date.now();
    const { isOtherList, updated } = await this.takeGroups();
    const parents = [...this.loadedParents()];
    for (const parent of parents) if (!this.isShown(parent)) listOf(parent).isStale = true;
    await this.refreshLists(
      parents.filter((parent) => this.isShown(parent)),
      new Set<Node>(updated),
      isOtherList,
    );
  }

  private async refreshLists(parents: readonly Parent[], changed: Set<Node>, isOtherTree = false): Promise<void> {
    let isOther = isOtherTree;
    try {
      for (const parent of parents) {
        const list = await this.takeRuns(parent);
        if (list.isOtherList) changed.add(parent);
        for (const node of list.updated) changed.add(node);
        // VS Code refuses a run that came here before it is told that it went there: the tree is drawn as a whole.
        isOther ||= list.hasMoved;
      }
    } finally {
      // Also where a later list could not be read: what was taken over by then is no news to the next refresh.
      if (isOther) this.changed.fire('root');
      else if (changed.size > 0) this.changed.fire([...changed]);
    }
  }

  private async refreshRows(runIds: readonly string[]): Promise<void> {
    const loaded = runIds.map((id) => this.byRunId.get(id)).filter((node) => node !== undefined);
    for (const { parent } of loaded) if (!this.isShown(parent)) listOf(parent).isStale = true;
    const wanted = loaded.filter(({ parent }) => this.isShown(parent)).map(({ row }) => row.runId);
    if (wanted.length === 0) return;
    const { epoch } = this;
    const { columns } = this.currentQuery();
    const { rows } = await fetchPages(wanted.length, async (limit, { pageToken = '0' }) => {
      const from = Number(pageToken);
      const { runs } = await this.session.request('runs/rows', { runIds: wanted.slice(from, from + limit), columns });
      return { rows: runs, nextPageToken: from + limit < wanted.length ? String(from + limit) : null };
    });
    if (epoch !== this.epoch) return;
    const updated = rows.map((row) => this.update(row)).filter((node) => node !== null);
    if (updated.length > 0) this.changed.fire(updated);
  }

  private async takeGroups() {
    const { epoch } = this;
    const query = this.currentQuery();
    const { rows, hasMore } = await this.fetchGroups(query, this.wantedGroups);
    if (epoch !== this.epoch) return { isOtherList: false, updated: [] };
    const before = this.groups;
    const result = reconcile(before, rows, {
      idOfNode: (node: GroupNode) => JSON.stringify(node.group.value),
      idOfRow: (row: RunGroup) => JSON.stringify(row.value),
      make: (row) => {
        const place = { group: { grouping: query.grouping, value: row.value } };
        return new GroupNode(this.session, query.grouping, row, new RunList(place));
      },
      update: (node, row) => {
        const isSame = isSameRow(node.group, row);
        node.group = row;
        return !isSame;
      },
    });
    const kept = new Set(result.nodes);
    for (const node of before) if (!kept.has(node)) for (const run of node.runs.nodes) this.forget(run);
    const isOtherList = result.isOtherList || hasMore !== this.hasMoreGroups;
    this.groups = result.nodes;
    this.hasMoreGroups = hasMore;
    return { isOtherList, updated: result.updated };
  }

  private async fetchGroups(query: TreeQuery, wanted: number): Promise<{ rows: RunGroup[]; hasMore: boolean }> {
    this.misunderstood = null;
    try {
      return await fetchPages(wanted, async (limit, page) => {
        const { groups, nextPageToken } = await this.session.request('runs/groups', {
          grouping: query.grouping,
          ...selectionOf(query),
          limit,
          ...page,
        });
        return { rows: groups, nextPageToken };
      });
    } catch (error) {
      // A filter that was kept from another version, or came from elsewhere: the view says so in its place.
      if (!isFiltered(query) || LoopwrightError.from(error).code !== 'bad_request') throw error;
      this.misunderstood = LoopwrightError.from(error).message;
      return { rows: [], hasMore: false };
    }
  }

  private async isEmptyByFilter(): Promise<boolean> {
    const query = this.currentQuery();
    if (!this.isLoaded || !isFiltered(query)) return false;
    const { groups } = await this.session.request('runs/groups', { grouping: query.grouping, limit: 1 });
    return groups.length > 0;
  }

  private async takeRuns(parent: Parent) {
    const { epoch } = this;
    const list = listOf(parent);
    const { rows, hasMore } = await list.fetch(this.session, this.currentQuery());
    if (epoch !== this.epoch) return { isOtherList: false, updated: [], hasMoved: false };
    const result = reconcile(list.nodes, rows, {
      idOfNode: (node: RunNode) => node.row.runId,
      idOfRow: (row: RunRow) => row.runId,
      make: (row) => new RunNode(this.session, parent, row, new RunList({ parentRunId: row.runId })),
      update: (node, row) => this.update(row, node) !== null,
    });
    const kept = new Set(result.nodes);
    for (const node of list.nodes) if (!kept.has(node)) this.forget(node);
    let hasMoved = false;
    for (const node of result.nodes) {
      const known = this.byRunId.get(node.row.runId);
      if (known && known !== node) {
        hasMoved = true;
        const from = listOf(known.parent);
        from.nodes = from.nodes.filter((each) => each !== known);
        this.forget(known);
      }
      this.byRunId.set(node.row.runId, node);
    }
    const isOtherList = result.isOtherList || hasMore !== list.hasMore;
    list.nodes = result.nodes;
    list.hasMore = hasMore;
    list.isLoaded = true;
    list.isStale = false;
    return { isOtherList, updated: result.updated, hasMoved };
  }

  /** A run and those above it, the topmost first; empty if there is no such run. */
  private async pathTo(runId: string): Promise<RunRow[]> {
    const path: RunRow[] = [];
    let next: string | null = runId;
    while (next !== null) {
      const found: RunRow[] = (await this.session.request('runs/rows', { runIds: [next] })).runs;
      const [row] = found;
      if (!row || row.deleted || path.some((each) => each.runId === row.runId)) return [];
      path.unshift(row);
      next = row.parentRunId;
    }
    return path;
  }

  private async groupOf(topRunId: string): Promise<GroupNode | undefined> {
    const query = this.currentQuery();
    const selection = selectionWith(query, topRunId);
    const { groups } = await this.session.request('runs/groups', { grouping: query.grouping, ...selection, limit: 1 });
    const [wanted] = groups;
    if (!wanted) return undefined;
    const find = () => this.groups.find(({ group }) => group.value === wanted.value);
    if (find() === undefined && this.hasMoreGroups && this.wantedGroups < MAX_GROUPS_SEARCHED) {
      this.wantedGroups = MAX_GROUPS_SEARCHED;
      await this.takeGroups();
      this.changed.fire('root');
    }
    return find();
  }

  private async childOf(parent: Parent, runId: string): Promise<RunNode | undefined> {
    const list = listOf(parent);
    const find = () => list.nodes.find(({ row }) => row.runId === runId);
    if (!list.isLoaded || list.isStale) await this.refreshLists([parent], new Set());
    if (find() === undefined && list.hasMore) {
      list.reveal(runId);
      await this.refreshLists([parent], new Set());
    }
    return find();
  }

  /** @returns the node if it shows something else now */
  private update(row: RunRow, node = this.byRunId.get(row.runId)): RunNode | null {
    if (!node || isSameRow(node.row, row)) return null;
    node.row = row;
    return node;
  }

  private forget(node: RunNode): void {
    if (this.byRunId.get(node.row.runId) === node) this.byRunId.delete(node.row.runId);
    for (const child of node.children.nodes) this.forget(child);
  }

  private isShown(parent: Parent): boolean {
    return listOf(parent).isOpen && (parent.kind === 'group' || this.isShown(parent.parent));
  }

  private *loadedParents(): Generator<Parent> {
    for (const group of this.groups) {
      if (!group.runs.isLoaded) continue;
      yield group;
      yield* loadedBelow(group.runs);
    }
  }

  private moreRuns(parent: Parent): MoreNode {
    return new MoreNode(this.session, parent, () =>
      this.inTurn(async () => {
        listOf(parent).wanted = listOf(parent).nodes.length + PAGE;
        await this.refreshLists([parent], new Set([parent]));
      }),
    );
  }

  private moreGroups(): MoreNode {
    return new MoreNode(this.session, null, () =>
      this.inTurn(async () => {
        this.wantedGroups = this.groups.length + PAGE;
        await this.takeGroups();
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

const placeOf = ({ grouping, group }: GroupNode): string => JSON.stringify([grouping, group.value]);

export const listOf = (parent: Parent): RunList => (parent.kind === 'group' ? parent.runs : parent.children);

function* loadedBelow(list: RunList): Generator<RunNode> {
  for (const node of list.nodes) {
    if (!node.children.isLoaded) continue;
    yield node;
    yield* loadedBelow(node.children);
  }
}
