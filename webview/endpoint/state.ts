/** What survives a reload of the page: which endpoint it is, as it was last seen, and what the reader wrote. */
import * as z from 'zod';
import { EndpointFile } from '../../src/protocol/endpoints';
import { Keeper } from '../keeper';

const FORMS = ['row', 'json', 'csv'] as const;
export type FormKind = (typeof FORMS)[number];
const CALLS = ['curl', 'python', 'javascript'] as const;
export type CallKind = (typeof CALLS)[number];

const PageState = z.object({
  /** The extension finds it by these when VS Code brings the page back. */
  name: z.string().optional(),
  store: z.string().optional(),
  last: EndpointFile.optional().catch(undefined),
  scrollTop: z.number().catch(0),
  open: z.record(z.string(), z.boolean()).catch({}),
  form: z.enum(FORMS).optional().catch(undefined),
  call: z.enum(CALLS).catch('curl'),
  /** Undefined as long as nothing else than what it began with was written. */
  cells: z.array(z.string()).optional().catch(undefined),
  json: z.string().optional().catch(undefined),
  csv: z.string().optional().catch(undefined),
});
export type PageState = z.infer<typeof PageState>;

const Given = PageState.pick({ name: true, store: true, last: true });

/** Whatever was kept: what does not fit is forgotten, nothing is thrown. */
export function readEndpointState(kept: unknown, given: string | undefined): PageState {
  const parsed = PageState.safeParse(kept);
  const shown = readGiven(given);
  const isOther = shown.name !== parsed.data?.name || shown.store !== parsed.data?.store;
  const state = parsed.success && !isOther ? parsed.data : PageState.parse({});
  return { ...state, ...shown, last: state.last ?? shown.last };
}

function readGiven(given: string | undefined): z.infer<typeof Given> {
  try {
    return Given.parse(JSON.parse(given ?? '{}'));
  } catch {
    return {}; // a document of another form says nothing
  }
}

export class EndpointKeeper extends Keeper<PageState> {}
