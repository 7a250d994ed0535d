import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveRuns } from '../../src/extension/views/runs/liveRuns';
import type { Node } from '../../src/extension/views/runs/nodes';
import { RunsModel } from '../../src/extension/views/runs/model';
import { EVERYTHING, type TreeQuery } from '../../src/extension/views/runs/query/query';
import { QueryState } from '../../src/extension/views/runs/query/queryState';
import type { SessionState, StoreSession } from '../../src/extension/stores/session';
import { Signal } from '../../src/extension/signal';
import type { RunRow } from '../../src/protocol/entities';
import type { RunGroup, RunGrouping } from '../../src/protocol/lists';
import { LoopwrightError } from '../../src/protocol/errors';
import { pathsOf } from '../../src/protocol/node/storeFolder';
import type { Changed } from '../../src/protocol/requests';
import { memory, memoryLog, runRow } from './support';

/** A store with tables in memory, behind the requests that the tree makes. */
class FakeStore {
  runs: RunRow[] = [];
  runningCount = 0;
  /** Lists of runs can not be read. */
  isBroken = false;
  readonly asked: string[] = [];
  readonly changed = new Signal<Changed>();
  readonly stateChanged = new Signal<SessionState>();
  state: SessionState = { kind: 'open', store: { state: 'ready', path: '/store', adopted: true } };

  get session(): StoreSession {
    const fake: Pick<StoreSession, 'paths' | 'label' | 'canWrite' | 'onDidChange' | 'onDidChangeState'> & {
      state: SessionState;
      settled: () => Promise<SessionState>;
      request: (method: string, params: Record<string, unknown>) => Promise<unknown>;
    } = {
      paths: pathsOf('/store'),
      label: 'store',
      canWrite: true,
      onDidChange: this.changed.on,
      onDidChangeState: this.stateChanged.on,
      state: this.state,
      settled: () => Promise.resolve(this.state),
      request: (method, params) => new Promise((resolve) => resolve(this.answer(method, params))),
    };
    Object.defineProperty(fake, 'state', { get: () => this.state });
    return fake as unknown as StoreSession;
  }

  private answer(method: string, params: Record<string, unknown>): unknown {
    this.asked.push(method);
    const limit = Number(params.limit ?? 100);
    const from = Number(params.pageToken ?? 0);
    const page = <T>(all: T[]) => ({
      items: all.slice(from, from + limit),
      nextPageToken: from + limit < all.length ? String(from + limit) : null,
    });
    switch (method) {
      case 'runs/groups': {
        const { items, nextPageToken } = page(this.groups(params));
        return { groups: items, nextPageToken };
      }
      case 'runs/list': {
        if (this.isBroken) throw new Error('broken');
        const { parentRunId = null, group } = params as { parentRunId?: string; group?: { value: string | null } };
        const { items, nextPageToken } = page(
          this.matching(params).filter(
            (run) =>
              run.parentRunId === parentRunId && (group === undefined || valueIn(params.group, run) === group.value),
          ),
        );
        return { runs: items.map((row) => ({ ...row })), nextPageToken };
      }
      case 'runs/rows': {
        const ids = params.runIds as string[];
        return { runs: this.runs.filter(({ runId }) => ids.includes(runId)).map((row) => ({ ...row })) };
      }
      default:
        throw new Error(`not asked by the tree: ${method}`);
    }
  }

  private groups(params: Record<string, unknown>): RunGroup[] {
    const runs = this.matching(params).filter(({ parentRunId }) => parentRunId === null);
    const values = [...new Set(runs.map((run) => valueIn(params, run)))];
    return values.map((value) => {
      const own = runs.filter((run) => valueIn(params, run) === value);
      return { value, runCount: own.length, runningCount: this.runningCount, lastStartMs: 0 };
    });
  }

  /** As far as these tests go: words of names, and `run_id = '…'`. */
  private matching({ search = '', filter = '' }: { search?: string; filter?: string }): RunRow[] {
    if (filter.includes('nonsense')) throw new LoopwrightError('bad_request', 'What is nonsense?');
    const only = /run_id = '(\w+)'/.exec(filter)?.[1];
    return this.runs.filter(({ name, runId }) => name.includes(search) && (only === undefined || only === runId));
  }
}

function valueIn(params: unknown, run: RunRow): string | null {
  const { by } = (params as { grouping: RunGrouping }).grouping;
  return by === 'status' ? run.timing.status : run.experiment;
}

let store: FakeStore;
let model: RunsModel;
let query: TreeQuery;
let drawn: (readonly Node[] | 'root')[];

beforeEach(() => {
  store = new FakeStore();
  store.runs = [1, 2, 3].map((n) => runRow({ runId: `run${String(n)}`, name: `n${String(n)}` }));
  query = EVERYTHING;
  model = new RunsModel(store.session, () => query);
  drawn = [];
  model.onDidChange((nodes) => drawn.push(nodes));
});

async function expand() {
  const [experiment] = await model.roots();
  if (experiment?.kind !== 'group') throw new Error('no experiment');
  return { experiment, children: await model.childrenOf(experiment) };
}
const namesOf = (nodes: readonly Node[]) => nodes.map((node) => (node.kind === 'run' ? node.row.name : node.kind));

describe('the loaded runs of a store', () => {
  it('are asked for once, and level by level', async () => {
    await expand();
    const { children } = await expand();
    expect(namesOf(children)).toEqual(['n1', 'n2', 'n3']);
    expect(store.asked).toEqual(['runs/groups', 'runs/list']);
  });

  it('draw only the run that changed', async () => {
    const { children } = await expand();
    store.runs[1] = runRow({ runId: 'run2', name: 'n2', headline: { key: 'auc', value: 0.99 } });
    await model.refresh({ structure: false, runIds: ['run2', 'run3', 'not loaded'] });
    expect(drawn).toEqual([[children[1]]]);
    expect(store.asked.slice(2)).toEqual(['runs/rows']);
  });

  it('ask for nothing when something changed that is not loaded', async () => {
    await expand();
    await model.refresh({ structure: false, runIds: ['other'] });
    expect(store.asked).toHaveLength(2);
  });

  it('come unfolded as they were left, also where a filter took them away in between', async () => {
    store.runs.push(
      runRow({ runId: 'run9', name: 'n9', experiment: 'older' }),
      runRow({ runId: 'run8', experiment: 'oldest' }),
    );
    const unfolded = async () =>
      (await model.roots()).map((node) => node.kind === 'group' && [node.group.value, model.isUnfolded(node)]);
    const groups = (await model.roots()).filter((node) => node.kind === 'group');
    const [first, older, oldest] = groups;
    if (!first || !older || !oldest) throw new Error('no groups');
    for (const group of groups) await model.childrenOf(group);
    model.setOpen(oldest, false);
    query = { ...EVERYTHING, text: 'nothing has this name' };
    model.reset();
    expect((await model.roots()).map(({ kind }) => kind)).toEqual(['nothing']);
    query = EVERYTHING;
    model.reset();
    expect(await unfolded()).toEqual([
      ['Default', true],
      ['older', true],
      ['oldest', false],
    ]);
  });

  it('draw an experiment that changed also where its runs can not be read', async () => {
    const { experiment } = await expand();
    store.runningCount = 1;
    await model.refresh({ structure: true, runIds: ['run1'] });
    store.runningCount = 0;
    store.isBroken = true;
    await expect(model.refresh({ structure: true, runIds: ['run1'] })).rejects.toThrow('broken');
    expect(drawn).toEqual([[experiment], [experiment]]);
  });

  it('draw the experiment, but not the tree, when a run came', async () => {
    const { experiment, children } = await expand();
    store.runs.unshift(runRow({ runId: 'run4', name: 'n4' }));
    await model.refresh({ structure: true, runIds: ['run4'] });
    expect(drawn).toEqual([[experiment]]);
    const after = await model.childrenOf(experiment);
    expect(namesOf(after)).toEqual(['n4', 'n1', 'n2', 'n3']);
    // The nodes that were there are the same objects: selection and expansion survive.
    expect(after.slice(1)).toEqual(children);
    expect(after[1]).toBe(children[0]);
  });

  it('draw the tree when an experiment came', async () => {
    await expand();
    store.runs.push(runRow({ runId: 'other', experiment: 'e2' }));
    await model.refresh({ structure: true, runIds: [] });
    expect(drawn).toEqual(['root']);
    expect(await model.roots()).toHaveLength(2);
  });

  it('are not touched before anybody looked at them', async () => {
    await model.refresh({ structure: true, runIds: [] });
    expect(store.asked).toEqual([]);
  });

  it('come in pages', async () => {
    store.runs = Array.from({ length: 130 }, (_, n) => runRow({ runId: `r${String(n)}`, name: `n${String(n)}` }));
    const { experiment, children } = await expand();
    expect(children).toHaveLength(51);
    const more = children.at(-1);
    if (more?.kind !== 'more') throw new Error('no more');
    await more.load();
    expect(await model.childrenOf(experiment)).toHaveLength(101);
    expect(drawn).toEqual([[experiment]]);
  });

  it('show children below their parent', async () => {
    store.runs[0] = runRow({ runId: 'run1', name: 'n1', childCount: 1 });
    store.runs.push(runRow({ runId: 'child', name: 'c', parentRunId: 'run1' }));
    const { children } = await expand();
    const [parent] = children;
    if (parent?.kind !== 'run') throw new Error('no run');
    expect(namesOf(await model.childrenOf(parent))).toEqual(['c']);
    expect(model.find('child')?.parent).toBe(parent);
  });

  it('leave out an experiment whose runs were all deleted', async () => {
    await expand();
    store.runs = [runRow({ runId: 'child', parentRunId: 'gone' })];
    await model.refresh({ structure: true, runIds: [] });
    expect(await model.roots()).toEqual([]);
    expect(drawn.at(-1)).toBe('root');
  });
});

async function groupNamed(value: string) {
  const group = (await model.roots()).find((node) => node.kind === 'group' && node.group.value === value);
  if (group?.kind !== 'group') throw new Error(`no group ${value}`);
  return group;
}

describe('what is folded', () => {
  it('is not asked for again before it is unfolded', async () => {
    const { experiment } = await expand();
    model.setOpen(experiment, false);
    store.runs.unshift(runRow({ runId: 'run4', name: 'n4' }));
    store.asked.length = 0;
    await model.refresh({ structure: true, runIds: ['run4'] });
    await model.refresh({ structure: false, runIds: ['run1'] });
    expect(store.asked).toEqual(['runs/groups']);
    drawn = [];
    model.setOpen(experiment, true);
    await vi.waitFor(() => expect(drawn).toEqual([[experiment]]));
    expect(namesOf(await model.childrenOf(experiment))).toEqual(['n4', 'n1', 'n2', 'n3']);
  });

  it('is right when it was never unfolded since', async () => {
    const { experiment } = await expand();
    model.setOpen(experiment, false);
    store.runs.pop();
    await model.refresh({ structure: true, runIds: [] });
    expect(namesOf(await model.childrenOf(experiment))).toEqual(['n1', 'n2']);
  });
});

describe('a run that moves', () => {
  it('is never in two places, and the whole tree is drawn', async () => {
    store.runs.push(runRow({ runId: 'other', name: 'o', experiment: 'e2' }));
    const { experiment } = await expand();
    await model.childrenOf(await groupNamed('e2'));
    store.runs[0] = runRow({ runId: 'run1', name: 'n1', experiment: 'e2' });
    await model.refresh({ structure: true, runIds: ['run1'] });
    expect(drawn).toEqual(['root']);
    expect(namesOf(await model.childrenOf(experiment))).toEqual(['n2', 'n3']);
    expect(namesOf(await model.childrenOf(await groupNamed('e2')))).toEqual(['n1', 'o']);
  });

  it('leaves a folded list, too', async () => {
    store.runs.push(runRow({ runId: 'other', name: 'o', experiment: 'e2' }));
    const { experiment } = await expand();
    const target = await groupNamed('e2');
    await model.childrenOf(target);
    model.setOpen(experiment, false);
    store.runs[0] = runRow({ runId: 'run1', name: 'n1', experiment: 'e2' });
    await model.refresh({ structure: true, runIds: ['run1'] });
    expect(experiment.runs.nodes.map(({ row }) => row.runId)).toEqual(['run2', 'run3']);
    expect(model.find('run1')?.parent).toBe(target);
  });

  it('has the same id however runs are grouped', async () => {
    const { children } = await expand();
    query = { ...EVERYTHING, grouping: { by: 'status', key: '' } };
    model.reset();
    const again = await model.childrenOf(await groupNamed('FINISHED'));
    expect(again.map(({ id }) => id)).toEqual(children.map(({ id }) => id));
    expect(again[0]).not.toBe(children[0]);
  });
});

describe('a filter', () => {
  it('leaves what matches, and counts it', async () => {
    query = { ...EVERYTHING, text: 'n2' };
    const { children } = await expand();
    expect(namesOf(children)).toEqual(['n2']);
    expect(model.runCount).toBe(1);
  });

  it.each([
    ['leaves nothing', 'zzz', null],
    ['is not understood', 'nonsense = 1', 'What is nonsense?'],
  ])('that %s says so in place of the runs', async (_, text, reason) => {
    query = { ...EVERYTHING, text };
    expect(await model.roots()).toMatchObject([{ kind: 'nothing', reason }]);
  });

  it('says nothing where there are no runs at all', async () => {
    store.runs = [];
    query = { ...EVERYTHING, text: 'zzz' };
    expect(await model.roots()).toEqual([]);
  });

  it('that changes while its runs are on their way has the last word', async () => {
    const first = model.roots();
    query = { ...EVERYTHING, text: 'n3' };
    model.reset();
    await first;
    expect(namesOf((await expand()).children)).toEqual(['n3']);
  });
});

describe('a run that shall be shown', () => {
  beforeEach(() => {
    store.runs = Array.from({ length: 130 }, (_, n) => runRow({ runId: `r${String(n)}`, name: `n${String(n)}` }));
  });

  it('stands behind the others if it is further down, with one more request and no more rows', async () => {
    const { experiment } = await expand();
    const node = await model.locate('r120');
    expect(node).toMatchObject({ row: { runId: 'r120' }, parent: experiment });
    const children = await model.childrenOf(experiment);
    expect(namesOf(children).slice(-3)).toEqual(['n49', 'n120', 'more']);
    const more = children.at(-1);
    if (more?.kind !== 'more') throw new Error('no more');
    await more.load();
    expect(namesOf(await model.childrenOf(experiment)).slice(-2)).toEqual(['n120', 'more']);
  });

  it('is found below its parents', async () => {
    store.runs[0] = runRow({ runId: 'r0', childCount: 1 });
    store.runs.push(runRow({ runId: 'child', name: 'c', parentRunId: 'r0', childCount: 1 }));
    store.runs.push(runRow({ runId: 'grandchild', name: 'g', parentRunId: 'child' }));
    expect(await model.locate('grandchild')).toMatchObject({ parent: { row: { runId: 'child' } } });
  });

  it('may be left out by the filter, or be gone', async () => {
    query = { ...EVERYTHING, text: 'n5' };
    expect(await model.locate('r1')).toBe('hidden');
    expect(await model.locate('nobody')).toBe('gone');
  });
});

describe('a store in trouble', () => {
  it.each([
    ['can be looked at while it is not adopted', 'readonly', ['problem', 'group']],
    ['shows nothing but the trouble if it can not be read', 'unusable', ['problem']],
  ])('%s', async (_, state, kinds) => {
    store.state = {
      kind: 'open',
      store: { state, path: '/store', adopted: false, code: 'store_corrupt', reason: 'Because.' } as never,
    };
    expect((await model.roots()).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('keeps its rows while the connection comes back', () => {
    const live = new LiveRuns(store.session, new QueryState(memory()), true, memoryLog());
    const redrawn = vi.fn();
    live.model.onDidChange(redrawn);
    const ready: SessionState = store.state;
    for (const state of [{ kind: 'lost', store: { state: 'ready', path: '/store', adopted: true } }, ready] as const) {
      store.state = state;
      store.stateChanged.fire(state);
    }
    expect(redrawn).not.toHaveBeenCalled();
    store.state = { kind: 'absent' };
    store.stateChanged.fire(store.state);
    expect(redrawn).toHaveBeenCalledWith('root');
    live.dispose();
  });
});
