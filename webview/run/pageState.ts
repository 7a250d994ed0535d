/** What survives a reload of the page. What the run is comes from the extension again; this is where the reader was. */
import * as z from 'zod';
import { ChartLayout, ChartSettings, Rival } from '../../src/protocol/pages/charts';

const Zoom = z.object({ from: z.number(), to: z.number() });

/** Without what is not there: a key that is undefined would hide the setting of all charts. */
const Override = ChartSettings.partial().transform(
  (given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Override,
);
type Override = Partial<ChartSettings>;
export const LoggedView = z.object({
  sortBy: z.number().int().nullable().catch(null),
  descending: z.boolean().catch(false),
  page: z.number().int().min(0).catch(0),
  shares: z.boolean().catch(false),
  byLabel: z.boolean().catch(false),
  table: z.boolean().catch(false),
});
export type LoggedView = z.infer<typeof LoggedView>;

const PageState = z.object({
  /** The extension finds the run by it when VS Code brings the page back. */
  runId: z.string().optional(),
  scrollTop: z.number().catch(0),
  open: z.record(z.string(), z.boolean()).catch({}),
  zooms: z.record(z.string(), Zoom).catch({}),
  tables: z.array(z.string()).catch([]),
  filter: z.string().catch(''),
  layout: ChartLayout.nullable().catch(null),
  /** Of charts that are not like all others, by their first metric. */
  overrides: z.record(z.string(), Override).catch({}),
  rivals: z.array(Rival).max(19).catch([]),
  /** A note that is being written. */
  draft: z.string().optional().catch(undefined),
  artifactSearch: z.string().catch(''),
  folders: z.array(z.string()).catch([]),
  outputSearch: z.string().catch(''),
  outputMatchCase: z.boolean().catch(false),
  /** Which of a figure's steps is looked at, by place; one that is not here shows the last. */
  steps: z.record(z.string(), z.number().int().min(0)).catch({}),
  /** How logged charts are looked at, by path or name. */
  logged: z.record(z.string(), LoggedView).catch({}),
  metricLimit: z.number().int().positive().optional().catch(undefined),
});
export type PageState = z.infer<typeof PageState>;

/**
 * Whatever was kept: what does not fit is forgotten, nothing is thrown.
 *
 * @param given what the extension's document says the page has to keep, as JSON
 */
export function readPageState(kept: unknown, given: string | undefined): PageState {
  const parsed = PageState.safeParse(kept);
  const { runId } = readGiven(given);
  // A tab may have shown another run before: where its reader was is nothing to this one.
  const isOther = runId !== undefined && parsed.data?.runId !== undefined && parsed.data.runId !== runId;
  const state = parsed.success && !isOther ? parsed.data : PageState.parse({});
  return { ...state, ...(runId === undefined ? {} : { runId }) };
}

function readGiven(given: string | undefined): Pick<PageState, 'runId'> {
  try {
    return z.object({ runId: z.string() }).parse(JSON.parse(given ?? '{}'));
  } catch {
    return {};
  }
}

/** VS Code writes each state to disk: not for every wheel tick. */
const SAVE_DELAY_MS = 200;

export class StateKeeper {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly current: PageState,
    private readonly write: (state: PageState) => void,
  ) {}

  change(change: { readonly [K in keyof PageState]?: PageState[K] | undefined }): void {
    Object.assign(this.current, change);
    this.timer ??= setTimeout(() => this.flush(), SAVE_DELAY_MS);
  }

  setZoom(key: string, range: z.infer<typeof Zoom> | null): void {
    const { [key]: _dropped, ...others } = this.current.zooms;
    this.change({ zooms: range ? { ...others, [key]: range } : others });
  }

  setTable(key: string, isTable: boolean): void {
    const others = this.current.tables.filter((other) => other !== key);
    this.change({ tables: isTable ? [...others, key] : others });
  }

  setOverride(key: string, change: Partial<ChartSettings> | null): void {
    const { [key]: old, ...others } = this.current.overrides;
    this.change({ overrides: change ? { ...others, [key]: { ...old, ...change } } : others });
  }

  setStep(key: string, index: number | null): void {
    const { [key]: _dropped, ...others } = this.current.steps;
    this.change({ steps: index === null ? others : { ...others, [key]: index } });
  }

  loggedView(key: string): LoggedView {
    const { logged } = this.current;
    return (Object.hasOwn(logged, key) ? logged[key] : undefined) ?? LoggedView.parse({});
  }

  setLoggedView(key: string, change: Partial<LoggedView>): void {
    this.change({ logged: { ...this.current.logged, [key]: { ...this.loggedView(key), ...change } } });
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.write({ ...this.current });
  }
}
