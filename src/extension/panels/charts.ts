/** What the charts of a run page need of its surroundings: other runs, a metric by choice, the order of last time. */
import * as vscode from 'vscode';
import type { RunRow } from '../../protocol/entities';
import { goalOf } from '../../protocol/goal';
import { ChartLayout, type Rival } from '../../protocol/pages/charts';
import { MAX_PAGE } from '../../protocol/requests';
import { pickRun } from '../commands/pickRun';
import type { Log } from '../log';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';

/** More metrics are not offered to choose from; typing finds those that are. */
const MAX_OFFERED = 5000;
/** Experiments whose charts are remembered in a workspace. */
const MAX_LAYOUTS = 50;
const LAYOUTS = 'loopwright.chartLayouts';

const rivalOf = ({ runId, name }: RunRow): Rival => ({ runId, name });

export async function rivalsOf(
  store: StoreSession,
  runId: string,
): Promise<{ parent: Rival | null; best: Rival | null }> {
  const { run } = await store.request('runs/get', { runId });
  const parent =
    run.parentRunId === null ? null : rivalOf((await store.request('runs/get', { runId: run.parentRunId })).run);
  const best = await bestBeside(store, run);
  return { parent, best: best ? rivalOf(best) : null };
}

/** By the metric that stands in the run's row, if its name tells which is better. */
async function bestBeside(store: StoreSession, { headline, experimentId, runId }: RunRow): Promise<RunRow | null> {
  const goal = headline ? goalOf(headline.key) : null;
  if (!headline || goal === null) return null;
  const { key } = headline;
  const { runs } = await store.request('runs/list', {
    experimentId,
    allLevels: true,
    orderBy: { by: 'metric', key, descending: goal === 'max' },
    columns: [{ kind: 'metric', key }],
    limit: 1,
  });
  const best = runs.find(({ values }) => typeof values[0] === 'number');
  return best && best.runId !== runId ? best : null;
}

export async function chooseRival(store: StoreSession, log: Log): Promise<Rival | null> {
  const chosen = await pickRun([store], 'all', vscode.l10n.t('Compare with Another Run'), log);
  return chosen ? rivalOf(chosen.row) : null;
}

export async function chooseMetric(
  store: StoreSession,
  runId: string,
  purpose: 'add' | 'axis',
  without: readonly string[],
): Promise<string | null> {
  const chosen = await vscode.window.showQuickPick(metricItems(store, runId, new Set(without)), {
    title: purpose === 'add' ? vscode.l10n.t('Add Metric to Chart') : vscode.l10n.t('Metric to Draw Along'),
    placeHolder: vscode.l10n.t('Choose a metric of this run'),
  });
  return chosen?.key ?? null;
}

async function metricItems(store: StoreSession, runId: string, without: ReadonlySet<string>) {
  const items: (vscode.QuickPickItem & { readonly key: string })[] = [];
  let pageToken: string | null = null;
  do {
    const after: { pageToken?: string } = pageToken === null ? {} : { pageToken };
    const page: { metrics: { key: string }[]; nextPageToken: string | null } = await store.request('runs/metrics', {
      runId,
      which: 'own',
      limit: MAX_PAGE,
      ...after,
    });
    for (const { key } of page.metrics) if (!without.has(key)) items.push({ label: plain(key, 120), key });
    pageToken = page.nextPageToken;
  } while (pageToken !== null && items.length < MAX_OFFERED);
  return items;
}

/** The charts that a user pinned, by experiment: there again for its next run. */
export class ChartLayouts {
  constructor(private readonly memory: vscode.Memento) {}

  of(experiment: string): ChartLayout | null {
    const kept = ChartLayout.safeParse(this.all.find(([name]) => name === experiment)?.[1]);
    return kept.success ? kept.data : null;
  }

  async keep(experiment: string, layout: ChartLayout): Promise<void> {
    const others = this.all.filter(([name]) => name !== experiment);
    await this.memory.update(LAYOUTS, [[experiment, layout], ...others].slice(0, MAX_LAYOUTS));
  }

  private get all(): [string, unknown][] {
    return this.memory.get<[string, unknown][]>(LAYOUTS, []);
  }
}
