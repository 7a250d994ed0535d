/** What the page that compares two versions asks for and what it may do. */
import * as vscode from 'vscode';
import {
  type ComparedVersion,
  compareVersionsCommands,
  type CompareVersionsModel,
  compareVersionsRequests,
  type CompareVersionsState,
  PAIR_ROWS,
  type VersionFile,
  type VersionName,
} from '../../protocol/pages/compareVersions';
import { openDiff } from '../code';
import type { RunRef } from '../commands/pickRun';
import type { RunActions } from '../commands/runActions';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';
import { savePicture } from './chartFiles';
import { chooseTable } from './chooseTable';
import type { PageHandlers } from './host';
import { placeBelow, showFile, versionFile } from './versionFiles';

export const compareVersionsContract = {
  requests: compareVersionsRequests,
  commands: compareVersionsCommands,
} as const;

export interface CompareVersionsPageParts {
  /** Read anew each time: the user swaps them. */
  readonly of: () => CompareVersionsState;
  /** @throws LoopwrightError if this window does not show the versions' store */
  readonly session: () => Promise<StoreSession>;
  readonly swap: () => void;
  readonly actions: RunActions;
  readonly openVersion: (of: CompareVersionsState['left'], session: StoreSession) => Promise<void>;
  /** The page knows the runs of its versions now. */
  readonly onLoaded: (model: CompareVersionsModel) => void;
  readonly showLog: () => void;
  /** What ends each of the comparisons that the page has begun. */
  readonly running: Set<() => Promise<unknown>>;
}

export function compareVersionsHandlers(parts: CompareVersionsPageParts): PageHandlers<typeof compareVersionsContract> {
  const { of, session, actions } = parts;
  const version = async ({ name, version: which }: VersionName): Promise<ComparedVersion> => {
    const found = await (await session()).request('registry/version', { name, which });
    return { version: found.version, place: found.place };
  };
  const placeOf = async ({ path, ...one }: VersionFile) => placeBelow((await version(one)).place, path);
  const load = async (): Promise<CompareVersionsModel> => {
    const [left, right] = await Promise.all([version(of().left), version(of().right)]);
    parts.onLoaded({ left, right });
    return { left, right };
  };
  const run = async (runId: string): Promise<RunRef> => {
    const store = await session();
    return { session: store, row: (await store.request('runs/get', { runId })).run };
  };
  /** Of a version that is a single file, its path is that file. */
  const file = async (one: VersionName, path: string) => {
    const { place } = await version(one);
    const store = await session();
    const whole = place === null ? null : await versionFile(store, place);
    return whole?.isDirectory === false ? whole : versionFile(store, placeBelow(place, path));
  };

  return {
    ahead: async () => [{ method: 'load', params: {}, value: await load() }],
    requests: {
      load,
      rows: async ({ pageToken, ...asked }) =>
        (await session()).request('registry/compare', {
          ...asked,
          limit: PAIR_ROWS,
          ...(pageToken === undefined ? {} : { pageToken }),
        }),
      files: async ({ pageToken, ...asked }) =>
        (await session()).request('registry/compareFiles', {
          ...asked,
          limit: PAIR_ROWS,
          ...(pageToken === undefined ? {} : { pageToken }),
        }),
      card: async (one) => {
        const { place } = await version(one);
        return { card: place && (await (await session()).request('models/card', place)) };
      },
      inspect: async (one) => (await session()).request('models/inspect', await placeOf(one)),
      graphs: async ({ left, right }) => {
        const [ours, theirs] = await Promise.all([placeOf(left), placeOf(right)]);
        return (await session()).request('models/compareGraphs', { left: ours, right: theirs });
      },
      predictions: async (order) => {
        const store = await session();
        const { anew: _, ...asked } = order;
        const cancel = () => store.request('predictions/cancel', asked);
        parts.running.add(cancel);
        try {
          return await store.request('predictions/compare', order);
        } finally {
          parts.running.delete(cancel);
        }
      },
      predictionsState: async (order) => (await session()).request('predictions/state', order),
      chooseTable: async () => {
        const title = vscode.l10n.t('Choose a table on which both are run');
        return { path: await chooseTable(await session(), title, vscode.l10n.t('Compare')) };
      },
      code: async ({ from, to }) => {
        const { files, count } = await (await session()).request('code/compare', { runId: from, with: { runId: to } });
        return { files, count };
      },
    },
    commands: {
      swap: () => {
        parts.swap();
        return Promise.resolve();
      },
      openVersion: async (one) => parts.openVersion(one, await session()),
      openRun: async ({ runId }) => actions.open(await run(runId)),
      openFile: async ({ path, ...one }) => {
        await showFile(await file(one, path));
      },
      openFileDiff: async ({ path, left, right }) => {
        const [ours, theirs] = await Promise.all([file(left, path), file(right, path)]);
        const title = `${plain(path, 80)} (${titleOf({ left, right })})`;
        const [before, after] = [vscode.Uri.file(ours.file), vscode.Uri.file(theirs.file)];
        await vscode.commands.executeCommand('vscode.diff', before, after, title, { preview: true });
      },
      cancelPredictions: async (order) => {
        await (await session()).request('predictions/cancel', order);
      },
      openTable: async ({ path }) => {
        await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path));
      },
      openCodeDiff: async ({ from, to, path }) => {
        await openDiff(await run(from), path, await run(to));
      },
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
      },
      savePicture,
      showLog: () => {
        parts.showLog();
        return Promise.resolve();
      },
    },
  };
}

/** `fraud v1 ↔ v3`; of different models both names. */
export function titleOf({ left, right }: Pick<CompareVersionsState, 'left' | 'right'>): string {
  const after = `v${String(right.version)}`;
  const before = `${plain(left.name, 40)} v${String(left.version)}`;
  return `${before} ↔ ${left.name === right.name ? after : `${plain(right.name, 40)} ${after}`}`;
}
