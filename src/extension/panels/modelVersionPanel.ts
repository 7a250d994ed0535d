/** The pages of model versions: one for each version. */
import { ModelVersionState } from '../../protocol/pages/modelVersion';
import type { PageFocus } from '../commands/runActions';
import type { ModelCommands } from '../models/commands';
import type { StoreSession } from '../stores/session';
import { PageHost } from './host';
import { modelVersionContract, modelVersionHandlers } from './modelVersionPage';
import { type Change, type OpenPage, PagePanels, type PanelParts } from './pagePanels';
import { storeOfVersions } from './versionStores';
import { MODEL_VERSION } from './viewTypes';

export class ModelVersionPanels extends PagePanels<ModelVersionState> {
  private readonly runs = new WeakMap<OpenPage<ModelVersionState>, string>();

  constructor(
    parts: PanelParts,
    private readonly commands: ModelCommands,
  ) {
    super(parts, { viewType: MODEL_VERSION, bundle: 'modelVersion', icon: 'model', state: ModelVersionState });
  }

  show(session: StoreSession, { name, version }: { name: string; version: number }, how?: PageFocus): void {
    this.reveal({ name, version, store: session.paths.root }, titleOf(name, version), session, how);
  }

  protected override keyOf({ name, version, store }: ModelVersionState): string {
    return JSON.stringify([name, version, store]);
  }

  protected override storeOf({ name, version, store }: ModelVersionState): Promise<StoreSession> {
    return storeOfVersions(this.parts.stores, store, [{ name, version }]);
  }

  /** Its metrics are those of its run, which may go on. */
  protected override concerns(page: OpenPage<ModelVersionState>, changed: Change): boolean {
    if (changed === 'all' || changed.registry === true) return true;
    const runId = this.runs.get(page);
    return runId !== undefined && changed.runIds.includes(runId);
  }

  protected override connect(page: OpenPage<ModelVersionState>) {
    const { actions, attempt, showLog, log } = this.parts;
    const { name, version } = page.state;
    const handlers = modelVersionHandlers({
      of: { name, version },
      session: page.session,
      commands: this.commands,
      actions: actions(),
      openVersion: (other, session) => this.show(session, { name, version: other }),
      onLoaded: (runId) => {
        if (runId !== null) this.runs.set(page, runId);
      },
      showLog,
    });
    return new PageHost(page.panel, {
      contract: modelVersionContract,
      handlers,
      attempt,
      log,
      onUsed: () => this.keep(page),
      isReused: page.isReused,
    });
  }
}

const titleOf = (name: string, version: number): string => `${name} v${String(version)}`;
