/** What the page that compares two runs of a notebook asks for and what it may do. */
import * as vscode from 'vscode';
import {
  COMPARED_VALUES,
  compareNotebookCommands,
  compareNotebookRequests,
  type ComparedRun,
  type Side,
} from '../../protocol/pages/compareNotebook';
import { CELLS_AT_A_TIME } from '../../protocol/pages/run';
import type { RunRef } from '../commands/pickRun';
import type { RunActions } from '../commands/runActions';
import { cellUri } from '../notebooks/cellDocuments';
import { goToCell } from '../notebooks/runCellPlace';
import { openExecuted } from '../notebooks/runExecuted';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';
import { resolveArtifact } from './artifacts';
import { areSame, pictureOf, textOf } from './cellFiles';
import type { PageHandlers } from './host';
import { type Asks, notebookOf } from './runFacts';

export const comparePageContract = { requests: compareNotebookRequests, commands: compareNotebookCommands } as const;

export interface ComparePageParts {
  readonly runIds: Readonly<Record<Side, string>>;
  /** @throws LoopwrightError if this window does not show the runs' store */
  readonly session: () => Promise<StoreSession>;
  readonly actions: RunActions;
  readonly showLog: () => void;
}

export function comparePageHandlers(parts: ComparePageParts): PageHandlers<typeof comparePageContract> {
  const { runIds, session, actions } = parts;
  const run = async (side: Side): Promise<RunRef> => {
    const store = await session();
    return { session: store, row: (await store.request('runs/get', { runId: runIds[side] })).run };
  };
  const folder = async (side: Side) => (await session()).paths.runFolder(runIds[side]);

  return {
    requests: {
      load: async () => {
        const store = await session();
        const [before, after] = await Promise.all([
          comparedRun(store, runIds.before),
          comparedRun(store, runIds.after),
        ]);
        return { before, after };
      },
      executions: async ({ side, from }) =>
        (await session()).request('notebooks/executions', { runId: runIds[side], from, limit: CELLS_AT_A_TIME }),
      figure: async ({ side, path }) => ({ dataUrl: await pictureOf(await folder(side), path) }),
      artifactText: async ({ side, path }) => textOf(await folder(side), path),
      sameFiles: async ({ pairs }) => {
        const [before, after] = [await folder('before'), await folder('after')];
        const same: boolean[] = [];
        // One after the other: each pair may be megabytes.
        for (const pair of pairs)
          same.push(await areSame({ folder: before, path: pair.before }, { folder: after, path: pair.after }));
        return { same };
      },
    },
    commands: {
      openRun: async ({ side }) => actions.open(await run(side)),
      openArtifact: async ({ side, path }) => {
        const { file } = await resolveArtifact(await folder(side), path);
        await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
      },
      openExecuted: async ({ side }) => openExecuted(await run(side)),
      goToCell: async (place) => goToCell(await run('after'), place),
      openSourceDiff: async ({ before, after }) => {
        const store = await session();
        const [left, right] = [await run('before'), await run('after')];
        const uri = ({ row }: RunRef, ordinal: number | null) => cellUri(store, row.runId, ordinal, 'cell');
        const title = `${plain(left.row.name, 40)} ↔ ${plain(right.row.name, 40)}`;
        await vscode.commands.executeCommand('vscode.diff', uri(left, before), uri(right, after), title, {
          preview: true,
        });
      },
      showLog: () => {
        parts.showLog();
        return Promise.resolve();
      },
    },
  };
}

/** What the page compares of a run beside its cells. Knows nothing of VS Code. */
export async function comparedRun(store: Asks, runId: string): Promise<ComparedRun> {
  const page = { runId, limit: COMPARED_VALUES };
  const [got, params, metrics] = await Promise.all([
    store.request('runs/get', { runId }),
    store.request('runs/params', page),
    store.request('runs/metrics', { ...page, which: 'own' }),
  ]);
  const { params: paramCount, metrics: metricCount, systemMetrics, executions } = got.counts;
  return {
    run: got.run,
    notebook: await notebookOf(store, got.run),
    params: params.params,
    metrics: metrics.metrics,
    totals: { params: paramCount, metrics: metricCount - systemMetrics, executions },
  };
}
