/** The pages of endpoints: one for each name in a store. */
import * as vscode from 'vscode';
import type { EndpointFile } from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import { EndpointPageState } from '../../protocol/pages/endpoint';
import type { PageFocus } from '../commands/runActions';
import type { EndpointCommands } from '../endpoints/commands';
import type { StoreSession } from '../stores/session';
import { endpointContract, endpointHandlers } from './endpointPage';
import { PageHost } from './host';
import type { ModelVersionPanels } from './modelVersionPanel';
import { type Change, type OpenPage, PagePanels, type PanelParts } from './pagePanels';
import { ENDPOINT } from './viewTypes';

export class EndpointPanels extends PagePanels<EndpointPageState> {
  constructor(
    parts: PanelParts,
    private readonly commands: () => Promise<EndpointCommands>,
    private readonly versions: () => Promise<ModelVersionPanels>,
  ) {
    super(parts, { viewType: ENDPOINT, bundle: 'endpoint', icon: 'endpoint', state: EndpointPageState });
  }

  show(session: StoreSession, { name }: { name: string }, how?: PageFocus): void {
    this.reveal({ name, store: session.paths.root }, name, session, how);
  }

  protected override keyOf({ name, store }: EndpointPageState): string {
    return JSON.stringify([name, store]);
  }

  /** Another store may have an endpoint of that name, which is another one. */
  protected override storeOf({ store }: EndpointPageState): Promise<StoreSession> {
    if (!vscode.workspace.isTrusted)
      throw new LoopwrightError(
        'not_trusted',
        vscode.l10n.t('This folder is not trusted: its endpoints are not asked.'),
      );
    const { stores } = this.parts;
    const found = store === undefined ? stores.sessions[0] : stores.byPath(store);
    if (found) return Promise.resolve(found);
    throw new LoopwrightError('not_found', vscode.l10n.t('No folder of this window holds this endpoint.'));
  }

  /** It looks by itself while it is seen; of endpoints no store tells when they change. */
  protected override concerns(_page: OpenPage<EndpointPageState>, changed: Change): boolean {
    return changed === 'all';
  }

  protected override connect(page: OpenPage<EndpointPageState>) {
    const { attempt, showLog, log } = this.parts;
    const { name } = page.state;
    const handlers = endpointHandlers({
      name,
      session: page.session,
      commands: this.commands,
      versions: this.versions,
      last: () => page.state.last,
      keepLast: (last: EndpointFile) => (page.state = { ...page.state, last }),
      onActed: () => this.tellPage(page),
      showLog,
    });
    return new PageHost(page.panel, {
      contract: endpointContract,
      handlers,
      attempt,
      log,
      onUsed: () => this.keep(page),
      isReused: page.isReused,
    });
  }
}
