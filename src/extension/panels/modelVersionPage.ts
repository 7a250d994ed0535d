/** What the page of a model version asks for and what it may do. */
import * as vscode from 'vscode';
import { codeSummary } from '../../protocol/codeWords';
import { LoopwrightError } from '../../protocol/errors';
import {
  INPUTS_SHOWN,
  modelVersionCommands,
  type ModelVersionModel,
  modelVersionRequests,
  type ModelVersionState,
  VERSION_ROWS,
  type VersionOrigin,
} from '../../protocol/pages/modelVersion';
import type { ModelPlace } from '../../protocol/requests';
import type { RunRef } from '../commands/pickRun';
import type { RunActions } from '../commands/runActions';
import type { ModelCommands } from '../models/commands';
import { VersionNode } from '../models/tree';
import { sourceFileOf } from '../sourceFile';
import type { StoreSession } from '../stores/session';
import { revealArtifact, saveArtifact } from './artifactFiles';
import { savePicture } from './chartFiles';
import type { PageHandlers } from './host';
import { resolveLineageFile } from './lineageFiles';
import { placeBelow, showFile, versionFile } from './versionFiles';
import { webLink } from './webLink';

export const modelVersionContract = { requests: modelVersionRequests, commands: modelVersionCommands } as const;

export interface ModelVersionPageParts {
  readonly of: Pick<ModelVersionState, 'name' | 'version'>;
  /** @throws LoopwrightError if this window does not show the model's store */
  readonly session: () => Promise<StoreSession>;
  readonly commands: ModelCommands;
  readonly actions: RunActions;
  /** Shows the page of another version of the same model. */
  readonly openVersion: (version: number, session: StoreSession) => void;
  /** The page knows its run now. */
  readonly onLoaded: (runId: string | null) => void;
  readonly showLog: () => void;
}

export function modelVersionHandlers(parts: ModelVersionPageParts): PageHandlers<typeof modelVersionContract> {
  const { of, session, commands, actions } = parts;
  const version = async () => (await session()).request('registry/version', { name: of.name, which: of.version });
  const node = async () => new VersionNode(await session(), (await version()).version);
  const run = async (): Promise<RunRef> => {
    const runId = (await version()).version.run?.runId;
    if (runId === undefined)
      throw new LoopwrightError('not_found', vscode.l10n.t('It is not known which run made this version.'));
    const store = await session();
    return { session: store, row: (await store.request('runs/get', { runId })).run };
  };
  const place = async (path: string): Promise<ModelPlace> => placeBelow((await version()).place, path);
  const file = async (path: string) => versionFile(await session(), await place(path));
  const page = { ...of, limit: VERSION_ROWS };
  const after = (pageToken: string | undefined) => (pageToken === undefined ? {} : { pageToken });

  const load = async (): Promise<ModelVersionModel> => {
    const store = await session();
    const told = await version();
    const origin = told.version.run === null ? null : await originOf(store, told.version.run.runId);
    parts.onLoaded(origin?.run.runId ?? null);
    return { ...told, origin, canAct: vscode.workspace.isTrusted && store.canWrite };
  };

  return {
    ahead: async () => [{ method: 'load', params: {}, value: await load() }],
    requests: {
      load,
      metrics: async ({ search, pageToken }) =>
        (await session()).request('registry/metrics', { ...page, search, ...after(pageToken) }),
      files: async ({ under, pageToken }) =>
        (await session()).request('registry/files', { ...page, under, ...after(pageToken) }),
      card: async () => {
        const { place: at } = await version();
        return { card: at && (await (await session()).request('models/card', at)) };
      },
      inspect: async ({ path }) => (await session()).request('models/inspect', await place(path)),
      describe: async ({ description }) => {
        await (await session()).request('registry/edit', { edits: [{ op: 'describeVersion', ...of, description }] });
        return {};
      },
    },
    commands: {
      openRun: async () => actions.open(await run()),
      openVersion: async ({ version: other }) => parts.openVersion(other, await session()),
      openInput: async ({ path }) => {
        await showFile(await resolveLineageFile(path));
      },
      openSource: async () => {
        const { session: store, row } = await run();
        const { provenance } = await store.request('runs/get', { runId: row.runId });
        await showFile({ file: sourceFileOf(provenance), isDirectory: false });
      },
      compareCode: async () => {
        await vscode.commands.executeCommand('loopwright.compareCodeWithCommit', await run());
      },
      openFile: async ({ path }) => {
        await showFile(await file(path));
      },
      saveFile: async ({ path }) => saveArtifact((await file(path)).file),
      revealFile: async ({ path }) => revealArtifact((await file(path)).file),
      copyFilePath: async ({ path }) => {
        await vscode.env.clipboard.writeText((await file(path)).file);
      },
      promote: async () => commands.promote(await node()),
      setAlias: async () => commands.setAlias(await node()),
      compare: async () => commands.compare([await node()]),
      approve: async () => commands.approve(await node()),
      convert: async () => commands.convert(await node()),
      removeAlias: async () => commands.removeAlias(await node()),
      setStage: async () => commands.setStage(await node()),
      copyUri: async () => commands.copyUri(await node()),
      delete: async () => commands.delete(await node()),
      openLink: async ({ url }) => {
        await vscode.env.openExternal(vscode.Uri.parse(webLink(url), true));
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

async function originOf(store: StoreSession, runId: string): Promise<VersionOrigin | null> {
  try {
    const [got, files, { facts }] = await Promise.all([
      store.request('runs/get', { runId }),
      store.request('runs/files', { runId, direction: 'in', limit: INPUTS_SHOWN }),
      store.request('runs/facts', { runId, section: 'code' }),
    ]);
    const { run, provenance, counts } = got;
    return { run, provenance, inputs: files.files, inputCount: counts.inputs, code: codeSummary(facts) };
  } catch (error) {
    // It was removed from the store, or registered with a run of another one.
    if (LoopwrightError.from(error).code === 'not_found') return null;
    throw error;
  }
}
