/** The pages that compare two versions of registered models: one for each two, which the user may swap. */
import { type CompareVersionsModel, CompareVersionsState } from '../../protocol/pages/compareVersions';
import type { StoreSession } from '../stores/session';
import { compareVersionsContract, compareVersionsHandlers, titleOf } from './compareVersionsPage';
import { describeError } from '../log';
import { PageHost } from './host';
import type { ModelVersionPanels } from './modelVersionPanel';
import { type Change, type OpenPage, PagePanels, type PanelParts } from './pagePanels';
import { storeOfVersions } from './versionStores';
import { COMPARE_VERSIONS } from './viewTypes';

export class CompareVersionsPanels extends PagePanels<CompareVersionsState> {
  private readonly runs = new WeakMap<OpenPage<CompareVersionsState>, readonly string[]>();

  constructor(
    parts: PanelParts,
    private readonly versions: () => Promise<ModelVersionPanels>,
  ) {
    super(parts, {
      viewType: COMPARE_VERSIONS,
      bundle: 'compareVersions',
      icon: 'model',
      state: CompareVersionsState,
    });
  }

  show(session: StoreSession, { left, right }: Pick<CompareVersionsState, 'left' | 'right'>): void {
    const of = {
      left: { name: left.name, version: left.version },
      right: { name: right.name, version: right.version },
    };
    this.reveal({ ...of, store: session.paths.root }, titleOf(of), session);
  }

  /** The same two are the same page, whichever stands on the left. */
  protected override keyOf({ left, right, store }: CompareVersionsState): string {
    const both = [left, right].map(({ name, version }) => JSON.stringify([name, version]));
    return JSON.stringify([...both.sort(), store]);
  }

  protected override storeOf({ left, right, store }: CompareVersionsState): Promise<StoreSession> {
    return storeOfVersions(this.parts.stores, store, [left, right]);
  }

  /** What their runs have is compared, and those may go on. */
  protected override concerns(page: OpenPage<CompareVersionsState>, changed: Change): boolean {
    if (changed === 'all' || changed.registry === true) return true;
    return (this.runs.get(page) ?? []).some((runId) => changed.runIds.includes(runId));
  }

  protected override connect(page: OpenPage<CompareVersionsState>) {
    const { actions, attempt, showLog, log } = this.parts;
    const running = new Set<() => Promise<unknown>>();
    const handlers = compareVersionsHandlers({
      running,
      of: () => page.state,
      session: page.session,
      swap: () => {
        const { left, right, ...rest } = page.state;
        page.state = { ...rest, left: right, right: left };
        this.retitle(page, titleOf(page.state));
        this.tellPage(page);
      },
      actions: actions(),
      openVersion: async (of, session) => (await this.versions()).show(session, of),
      onLoaded: (model) => this.runs.set(page, runsOf(model)),
      showLog,
    });
    const host = new PageHost(page.panel, { contract: compareVersionsContract, handlers, attempt, log });
    // A page that is hidden comes back and asks again; of one that was closed nobody does.
    page.panel.onDidDispose(() => {
      for (const cancel of running) cancel().catch((error: unknown) => log.debug(describeError(error)));
    });
    return host;
  }
}

const runsOf = ({ left, right }: CompareVersionsModel): string[] =>
  [left, right].flatMap(({ version }) => version.run?.runId ?? []);
