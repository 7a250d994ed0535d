/** What survives a reload of the page. What the versions are comes from the extension again; this is where the reader was. */
import * as z from 'zod';
import { PredictionTable } from '../../src/protocol/requests/predictions';
import { CompareVersionsState } from '../../src/protocol/pages/compareVersions';

const PageState = CompareVersionsState.partial().extend({
  scrollTop: z.number().catch(0),
  open: z.record(z.string(), z.boolean()).catch({}),
  onlyDifferences: z.boolean().catch(true),
  /** On what their predictions are compared. */
  table: PredictionTable.nullable().catch(null),
  /** Whose graph is drawn. */
  graphOf: z.enum(['left', 'right']).catch('right'),
});
export type PageState = z.infer<typeof PageState>;

/**
 * Whatever was kept: what does not fit is forgotten, nothing is thrown.
 *
 * @param given what the extension's document says the page shows, as JSON; they may have been swapped since
 */
export function readPairState(kept: unknown, given: string | undefined): PageState {
  const parsed = PageState.safeParse(kept);
  const shown = readGiven(given);
  if (!parsed.success) return { ...PageState.parse({}), ...shown };
  return isSamePair(parsed.data, shown) ? parsed.data : { ...PageState.parse({}), ...shown };
}

function readGiven(given: string | undefined): Partial<CompareVersionsState> {
  try {
    return CompareVersionsState.parse(JSON.parse(given ?? '{}'));
  } catch {
    return {}; // a document of another form says nothing
  }
}

const namesOf = ({ left, right }: Pick<PageState, 'left' | 'right'>): string =>
  JSON.stringify([left, right].map((one) => JSON.stringify([one?.name, one?.version])).sort());

const isSamePair = (kept: PageState, shown: Pick<PageState, 'left' | 'right'>): boolean =>
  shown.left === undefined || namesOf(kept) === namesOf(shown);
