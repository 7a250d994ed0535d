/** What survives a reload of the page. What the runs are comes from the extension again; this is where the reader was. */
import * as z from 'zod';
import { AXIS_TYPES } from '../plots/scale';

export const TABS = ['curves', 'parallel', 'scatter', 'table', 'code', 'data', 'environment'] as const;
export type Tab = (typeof TABS)[number];

export const SORTS = ['added', 'name', 'start', 'best'] as const;
export type Sort = (typeof SORTS)[number];

const CompareState = z.object({
  /** The extension finds the runs by them when VS Code brings the page back. */
  runIds: z.array(z.string()).catch([]),
  tab: z.enum(TABS).catch('curves'),
  hidden: z.array(z.string()).catch([]),
  /** The colours of runs, see `ColourBook`. */
  slots: z.record(z.string(), z.number().int().min(0)).catch({}),
  sort: z.enum(SORTS).catch('added'),
  /** The metric by which the best is marked; null as long as the user has not chosen. */
  bestBy: z.string().nullable().catch(null),
  /** Of that metric; null as its name says. */
  goal: z.enum(['min', 'max']).nullable().catch(null),
  /** Of the parallel coordinates, by their ids; null as long as the user has not chosen. */
  axes: z.array(z.string()).nullable().catch(null),
  types: z.record(z.string(), z.enum(AXIS_TYPES)).catch({}),
  brushes: z.record(z.string(), z.object({ from: z.number(), to: z.number() })).catch({}),
  colourBy: z.string().catch(''),
  x: z.string().catch(''),
  y: z.string().catch(''),
  scatterColour: z.string().catch(''),
  isPlotTable: z.boolean().catch(false),
  onlyDifferences: z.boolean().catch(true),
  tableSearch: z.string().catch(''),
  chartSearch: z.string().catch(''),
  chartAxis: z.enum(['step', 'time']).catch('step'),
  log: z.boolean().catch(false),
  smoothing: z.number().min(0).max(0.99).catch(0),
  chartTables: z.array(z.string()).catch([]),
  scrollTop: z.number().catch(0),
});
export type CompareState = z.infer<typeof CompareState>;

const Given = z.object({ runIds: z.array(z.string()) });

/**
 * Whatever was kept: what does not fit is forgotten, nothing is thrown.
 *
 * @param given what the extension's document says the page shows, as JSON
 */
export function readCompareState(kept: unknown, given: string | undefined): CompareState {
  const parsed = CompareState.safeParse(kept);
  const state = parsed.success ? parsed.data : CompareState.parse({});
  try {
    // The document is as old as the page: runs may have been added and removed since.
    return state.runIds.length > 0 ? state : { ...state, ...Given.parse(JSON.parse(given ?? '{}')) };
  } catch {
    return state; // a document of another form says nothing
  }
}

/** VS Code writes each state to disk: not for every wheel tick. */
const SAVE_DELAY_MS = 200;

export class CompareKeeper {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly current: CompareState,
    private readonly write: (state: CompareState) => void,
    private readonly onChange: () => void,
  ) {}

  /** Changes what is shown. */
  change(change: Partial<CompareState>): void {
    this.note(change);
    this.onChange();
  }

  /** Keeps what needs no drawing. */
  note(change: Partial<CompareState>): void {
    Object.assign(this.current, change);
    this.timer ??= setTimeout(() => this.flush(), SAVE_DELAY_MS);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.write({ ...this.current });
  }
}
