/** What survives a reload of the page. What the version is comes from the extension again; this is where the reader was. */
import * as z from 'zod';
import { Keeper } from '../keeper';

const PageState = z.object({
  /** The extension finds the version by these when VS Code brings the page back. */
  name: z.string().optional(),
  version: z.number().optional(),
  store: z.string().optional(),
  scrollTop: z.number().catch(0),
  open: z.record(z.string(), z.boolean()).catch({}),
  /** A description that is being written. */
  draft: z.string().optional().catch(undefined),
  metricSearch: z.string().catch(''),
  folders: z.array(z.string()).catch([]),
});
export type PageState = z.infer<typeof PageState>;

const Given = PageState.pick({ name: true, version: true, store: true });

/**
 * Whatever was kept: what does not fit is forgotten, nothing is thrown.
 *
 * @param given what the extension's document says the page shows, as JSON
 */
export function readVersionState(kept: unknown, given: string | undefined): PageState {
  const parsed = PageState.safeParse(kept);
  const shown = readGiven(given);
  const isOther = shown.name !== parsed.data?.name || shown.version !== parsed.data?.version;
  // A tab may have shown another version before: where its reader was is nothing to this one.
  const state = parsed.success && !isOther ? parsed.data : PageState.parse({});
  return { ...state, ...shown };
}

function readGiven(given: string | undefined): z.infer<typeof Given> {
  try {
    return Given.parse(JSON.parse(given ?? '{}'));
  } catch {
    return {}; // a document of another form says nothing
  }
}

export class VersionKeeper extends Keeper<PageState> {}
