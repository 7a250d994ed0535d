/** What the page of an endpoint asks for and what it may do. It keeps nothing: the engine asks the endpoint. */
import * as vscode from 'vscode';
import { EndpointFile } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import {
  endpointPageCommands,
  type EndpointModel,
  endpointPageRequests,
  type ShownEndpoint,
} from '../../protocol/pages/endpoint';
import type { EndpointCommands } from '../endpoints/commands';
import { EndpointNode } from '../endpoints/tree';
import type { StoreSession } from '../stores/session';
import { savePicture, saveText } from './chartFiles';
import { chooseTable } from './chooseTable';
import type { PageHandlers } from './host';
import type { ModelVersionPanels } from './modelVersionPanel';

export const endpointContract = { requests: endpointPageRequests, commands: endpointPageCommands } as const;

export interface EndpointPageParts {
  readonly name: string;
  /** @throws LoopwrightError if this window does not show its store */
  readonly session: () => Promise<StoreSession>;
  readonly commands: () => Promise<EndpointCommands>;
  readonly versions: () => Promise<ModelVersionPanels>;
  /** As it was last seen. */
  readonly last: () => EndpointFile | undefined;
  readonly keepLast: (last: EndpointFile) => void;
  /** Something was done with it. */
  readonly onActed: () => void;
  readonly showLog: () => void;
}

export function endpointHandlers(parts: EndpointPageParts): PageHandlers<typeof endpointContract> {
  const { name, session } = parts;

  const shown = async (): Promise<ShownEndpoint> => (await load({})).endpoint;

  const load = async ({ sinceMs }: { sinceMs?: number | undefined }): Promise<EndpointModel> => {
    const store = await session();
    const look = await store.request('endpoints/look', { name, ...(sinceMs === undefined ? {} : { sinceMs }) });
    const canAct = vscode.workspace.isTrusted && store.canWrite;
    const common = { ...look, canAct, isWindows: process.platform === 'win32' };
    if (look.endpoint) {
      parts.keepLast(EndpointFile.parse(look.endpoint));
      return { ...common, endpoint: look.endpoint };
    }
    const last = parts.last();
    if (!last)
      throw new LoopwrightError('not_found', vscode.l10n.t('There is no endpoint {0} any more: it was stopped.', name));
    return {
      ...common,
      endpoint: { ...last, state: 'stopped', cause: '', crashes: 0, lastLines: [], log: null },
    };
  };

  /** The commands of the view, on this one. */
  const node = async (): Promise<EndpointNode> => {
    const { state, ...row } = await shown();
    const isOver = state === 'stopped' || state === 'ended';
    return new EndpointNode(await session(), {
      ...row,
      state: isOver ? 'ended' : state,
      ...{ requestsPerSecond: null, p95Ms: null },
    });
  };
  const act = async (what: 'stop' | 'restart' | 'change' | 'remove') => {
    try {
      await (await parts.commands())[what](await node());
    } finally {
      parts.onActed();
    }
  };

  return {
    ahead: async () => [{ method: 'load', params: {}, value: await load({}) }],
    requests: {
      load,
      form: async () => (await session()).request('endpoints/form', { name }),
      try: async (given) => (await session()).request('endpoints/try', { name, given }),
      table: async () => {
        const store = await session();
        const title = vscode.l10n.t('Choose a table with rows for the form');
        const path = await chooseTable(store, title, vscode.l10n.t('Open'));
        return path === null ? null : store.request('endpoints/table', { name, path });
      },
      logged: async (order) => (await session()).request('endpoints/logged', { name, ...order }),
    },
    commands: {
      stop: () => act('stop'),
      restart: () => act('restart'),
      change: () => act('change'),
      remove: () => act('remove'),
      copyUrl: async () => (await parts.commands()).copyUrl(await node()),
      openLog: async () => (await parts.commands()).openLog(await node()),
      openVersion: async () => {
        const { model, version, digest } = await shown();
        if (digest !== null) (await parts.versions()).show(await session(), { name: model, version: Number(version) });
      },
      copy: async ({ text }) => {
        await vscode.env.clipboard.writeText(text);
      },
      savePicture,
      saveText,
      showLog: () => {
        parts.showLog();
        return Promise.resolve();
      },
    },
  };
}
