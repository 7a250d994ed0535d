import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveRuns } from '../../src/extension/views/runs/liveRuns';
import type { Node } from '../../src/extension/views/runs/nodes';
import { RunsModel } from '../../src/extension/views/runs/model';
import type { SessionState, StoreSession } from '../../src/extension/stores/session';
import { Signal } from '../../src/extension/signal';
import type { Experiment, RunRow } from '../../src/protocol/entities';
import { pathsOf } from '../../src/protocol/node/storeFolder';
import type { Changed } from '../../src/protocol/requests';
import { memoryLog, runRow } from './support';

/** A store with tables in memory, behind the requests that the tree makes. */
class FakeStore {
  runs: RunRow[] = [];
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
      request: (method, params) => Promise.resolve(this.answer(method, params)),
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
      case 'experiments/list': {
        const { items, nextPageToken } = page(this.experiments());
        return { experiments: items, nextPageToken };
      }
      case 'runs/list': {
        const { parentRunId = null, experimentId } = params;
        const { items, nextPageToken } = page(
          this.runs.filter(
            (run) => run.parentRunId === parentRunId && (parentRunId !== null || run.experimentId === experimentId),
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

  private experiments(): Experiment[] {
    const ids = [...new Set(this.runs.map(({ experimentId }) => experimentId))];
    return ids.map((experimentId) => {
      const runs = this.runs.filter((run) => run.experimentId === experimentId && run.parentRunId === null);
      return { experimentId, name: `e${String(experimentId)}`, runCount: runs.length, runningCount: 0, lastStartMs: 0 };
    });
  }
}

let store: FakeStore;
let model: RunsModel;
let drawn: (readonly Node[] | 'root')[];

beforeEach(() => {
  store = new FakeStore();
  store.runs = [1, 2, 3].map((n) => runRow({ runId: `run${String(n)}`, name: `n${String(n)}` }));
  model = new RunsModel(store.session);
  drawn = [];
  model.onDidChange((nodes) => drawn.push(nodes));
});

async function expand() {
  const [experiment] = await model.roots();
  if (experiment?.kind !== 'experiment') throw new Error('no experiment');
  return { experiment, children: await model.childrenOf(experiment) };
}
const namesOf = (nodes: readonly Node[]) => nodes.map((node) => (node.kind === 'run' ? node.row.name : node.kind));

describe('the loaded runs of a store', () => {
  it('are asked for once, and level by level', async () => {
    await expand();
    const { children } = await expand();
    expect(namesOf(children)).toEqual(['n1', 'n2', 'n3']);
    expect(store.asked).toEqual(['experiments/list', 'runs/list']);
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
    store.runs.push(runRow({ runId: 'other', experimentId: 2 }));
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

describe('a store in trouble', () => {
  it.each([
    ['can be looked at while it is not adopted', 'readonly', ['problem', 'experiment']],
    ['shows nothing but the trouble if it can not be read', 'unusable', ['problem']],
  ])('%s', async (_, state, kinds) => {
    store.state = {
      kind: 'open',
      store: { state, path: '/store', adopted: false, code: 'store_corrupt', reason: 'Because.' } as never,
    };
    expect((await model.roots()).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('keeps its rows while the connection comes back', () => {
    const live = new LiveRuns(store.session, true, memoryLog());
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
