/** Debugging a script as a tracked run: the debug type `loopwright`, for launch.json and for our own command. */
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { DEBUG_TAG } from '../../client/launch';
import { LoopwrightError } from '../../protocol/errors';
import type { Launcher, Place } from '../commands/launcher';
import { installPackages } from '../interpreters/install';
import type { Interpreters } from '../interpreters/interpreters';
import type { Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import { DebugpyAdapter } from './adapter';
import { debuggedBy, findDebugpy, freePort } from './debugpy';

const TYPE = 'loopwright';
const PYTHON_DEBUGGER = 'ms-python.debugpy';

const Configuration = z.looseObject({
  program: z.string().min(1).optional(),
  module: z.string().min(1).optional(),
  args: z.array(z.coerce.string()).default([]),
  cwd: z.string().min(1).optional(),
  env: z.record(z.string(), z.coerce.string()).default({}),
  python: z.string().min(1).optional(),
  justMyCode: z.boolean().default(true),
});

/** What was found out before VS Code makes a session of it. */
const Resolved = Configuration.extend({ interpreter: z.string(), debugpy: z.array(z.string()) });

export interface DebugRunsParts {
  readonly launcher: Launcher;
  readonly interpreters: Interpreters;
  /** Does something for the user; an error becomes a message. */
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
  readonly log: Log;
}

export class DebugRuns implements Disposable {
  private readonly disposables = new Disposables();

  constructor(private readonly parts: DebugRunsParts) {
    this.disposables.track(
      vscode.debug.registerDebugConfigurationProvider(TYPE, {
        resolveDebugConfiguration: (_, configuration) => completed(configuration),
        resolveDebugConfigurationWithSubstitutedVariables: (folder, configuration) =>
          this.resolve(folder, configuration),
      }),
    );
    this.disposables.track(
      vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, {
        createDebugAdapterDescriptor: (session) => this.start(session),
      }),
    );
  }

  async debugFile(file: vscode.Uri): Promise<void> {
    const configuration = { type: TYPE, request: 'launch', name: nameOf(file), program: file.fsPath };
    await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(file), configuration);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Undefined, after a message, where it can't be debugged: VS Code then does nothing more. */
  private async resolve(
    folder: vscode.WorkspaceFolder | undefined,
    configuration: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    let resolved: vscode.DebugConfiguration | undefined;
    await this.parts.attempt('debug', async () => {
      const { place, python, cwd } = await this.lookUp(folder, configuration);
      const debugpy = await findDebugpy({
        python,
        cwd,
        env: process.env,
        debuggerExtension: vscode.extensions.getExtension(PYTHON_DEBUGGER)?.extensionPath,
      });
      // What the script prints is in its terminal, which the debug console would stand in front of.
      const console = { internalConsoleOptions: 'neverOpen' };
      if (debugpy) resolved = { ...console, ...configuration, cwd, interpreter: python, debugpy };
      else void this.parts.attempt('debugpy', () => this.offerDebugpy(python, place)); // not awaited: a message stands
    });
    return resolved;
  }

  private async lookUp(folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration) {
    const given = parsed(Configuration, configuration);
    const place = placeOf(given, folder);
    return { place, ...(await this.parts.launcher.lookUp(place, given)) };
  }

  private async start(session: vscode.DebugSession): Promise<vscode.DebugAdapterDescriptor> {
    const given = parsed(Resolved, session.configuration);
    const port = await freePort();
    const run = await this.parts.launcher.run(placeOf(given, session.workspaceFolder), {
      args: given.args,
      cwd: given.cwd,
      env: given.env,
      python: given.interpreter,
      pythonArgs: debuggedBy(given.debugpy, port),
      tags: { [DEBUG_TAG]: 'true' },
    });
    if (!run) throw new vscode.CancellationError();
    const { session: store, runId } = run;
    const adapter = new InlineAdapter(
      new DebugpyAdapter({
        port,
        attach: { name: session.name, justMyCode: given.justMyCode, subProcess: false, redirectOutput: false },
        isRunOver: async () => {
          const { runs } = await store.request('runs/rows', { runIds: [runId] });
          return runs[0] !== undefined && runs[0].timing.endMs !== null;
        },
        stopRun: () => store.request('runs/stop', { runId }),
        tooLate: vscode.l10n.t('The run ended before the debugger was attached. Its terminal says why.'),
        log: this.parts.log,
      }),
    );
    return new vscode.DebugAdapterInlineImplementation(adapter);
  }

  private async offerDebugpy(python: string, { at }: Place): Promise<void> {
    const install = vscode.l10n.t('Install debugpy');
    const choose = vscode.l10n.t('Choose Interpreter…');
    const chosen = await vscode.window.showErrorMessage(
      vscode.l10n.t('{0} has no debugpy, which debugging needs. Install it, or choose another interpreter.', python),
      install,
      choose,
    );
    if (chosen === choose) await this.parts.interpreters.choose();
    if (chosen !== install) return;
    await installPackages(python, ['debugpy'], install, vscode.workspace.getWorkspaceFolder(at));
  }
}

/** In the shape that VS Code takes. */
class InlineAdapter extends vscode.Disposable implements vscode.DebugAdapter {
  readonly onDidSendMessage: vscode.Event<vscode.DebugProtocolMessage>;

  constructor(private readonly adapter: DebugpyAdapter) {
    const sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
    const listening = adapter.onDidSendMessage((message) => sent.fire(message));
    super(() => {
      listening.dispose();
      adapter.dispose();
      sent.dispose();
    });
    this.onDidSendMessage = sent.event;
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.adapter.handleMessage(message);
  }
}

/** F5 where there is no launch.json comes without anything: the open file is meant. */
function completed(configuration: vscode.DebugConfiguration): vscode.DebugConfiguration {
  const { type, request, name } = configuration as Partial<vscode.DebugConfiguration>;
  if (type || request || name) return configuration;
  return { type: TYPE, request: 'launch', name: vscode.l10n.t('Debug as Tracked Run'), program: '${file}' };
}

function nameOf(file: vscode.Uri): string {
  return vscode.l10n.t('Debug {0}', vscode.workspace.asRelativePath(file));
}

function placeOf(
  { program, module }: z.infer<typeof Configuration>,
  folder: vscode.WorkspaceFolder | undefined,
): Place {
  const at = folder?.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  if (program !== undefined) return { kind: 'file', at: vscode.Uri.file(resolve(at?.fsPath ?? '', program)) };
  if (module !== undefined && at) return { kind: 'module', module, at };
  throw new LoopwrightError(
    'bad_request',
    vscode.l10n.t('The debug configuration names neither a program nor a module.'),
  );
}

function parsed<T extends z.ZodType>(schema: T, configuration: vscode.DebugConfiguration): z.output<T> {
  const result = schema.safeParse(configuration);
  if (result.success) return result.data;
  throw new LoopwrightError(
    'bad_request',
    vscode.l10n.t('The debug configuration is not valid: {0}', z.prettifyError(result.error)),
  );
}
