/** What the page that compares runs asks for and what it may do. */
import * as vscode from 'vscode';
import { COMPARED_ROWS, compareCommands, compareRequests } from '../../protocol/pages/compare';
import { openDiff } from '../code';
import type { RunRef } from '../commands/pickRun';
import type { RunActions } from '../commands/runActions';
import { later } from '../later';
import type { StoreSession } from '../stores/session';
import type { PageHandlers } from './host';

export const compareRunsContract = { requests: compareRequests, commands: compareCommands } as const;

export interface CompareRunsPageParts {
  /** @throws LoopwrightError if this window does not show the runs' store */
  readonly session: () => Promise<StoreSession>;
  readonly runIds: () => readonly string[];
  readonly addRuns: () => Promise<void>;
  readonly removeRun: (runId: string) => void;
  readonly actions: RunActions;
  readonly showLog: () => void;
}

export function compareRunsHandlers(parts: CompareRunsPageParts): PageHandlers<typeof compareRunsContract> {
  const { session, actions } = parts;
  const run = async (runId: string): Promise<RunRef> => {
    const store = await session();
    return { session: store, row: (await store.request('runs/get', { runId })).run };
  };

  return {
    requests: {
      load: async () => {
        const runIds = [...parts.runIds()];
        const { runs } = await (await session()).request('runs/rows', { runIds });
        const rows = new Map(runs.map((row) => [row.runId, row]));
        return {
          runs: runIds.flatMap((id) => rows.get(id) ?? []),
          gone: runIds.filter((id) => !rows.has(id)),
        };
      },
      rows: async ({ pageToken, ...asked }) =>
        (await session()).request('runs/compare', {
          ...asked,
          limit: COMPARED_ROWS,
          ...(pageToken === undefined ? {} : { pageToken }),
        }),
      series: async (query) => (await session()).request('metrics/series', query),
      code: async ({ from, to }) => {
        const { files, count } = await (await session()).request('code/compare', { runId: from, with: { runId: to } });
        return { files, count };
      },
    },
    commands: {
      openRun: async ({ runId }) => actions.open(await run(runId)),
      addRuns: () => parts.addRuns(),
      removeRun: ({ runId }) => {
        parts.removeRun(runId);
        return Promise.resolve();
      },
      openCodeDiff: async ({ from, to, path }) => {
        await openDiff(await run(from), path, await run(to));
      },
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
      },
      savePicture: async (picture) => (await later()).savePicture(picture),
      savePoints: async (points) => (await later()).savePoints(await session(), parts.runIds()[0] ?? '', points),
      saveText: async (given) => (await later()).saveText(given),
      showLog: () => {
        parts.showLog();
        return Promise.resolve();
      },
    },
  };
}
