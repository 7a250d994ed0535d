/** What a page shows of a report, in pieces that fit into messages. Pure. */
import type { DriftFeature, DriftPage, DriftReport } from '../protocol/drift';

/** Of a message to a page. */
const MESSAGE_BYTES = 900_000;
/** Some thousands of features. */
const MOST_PARTS = 9;
/** Of what is drawn: a bar is some hundred pixels high. */
const DIGITS = 4;
/** Of where a bar begins, which is read; a time has more. */
const EDGE_DIGITS = 7;

/** The first of them with all that is not of one feature. */
export function driftPagesOf(report: DriftReport): readonly [DriftPage, ...(readonly DriftFeature[])[]] {
  const pieces: DriftFeature[][] = [[]];
  let bytes = bytesOf({ ...report, features: [] });
  let fitting = 0;
  for (const feature of report.features.map(asDrawn)) {
    const size = bytesOf(feature) + 1;
    if (bytes + size > MESSAGE_BYTES) {
      if (pieces.length > MOST_PARTS) break;
      pieces.push([]);
      bytes = 0;
    }
    pieces.at(-1)?.push(feature);
    bytes += size;
    fitting++;
  }
  const [first = [], ...others] = pieces;
  return [{ ...report, features: first, parts: others.length, omitted: report.features.length - fitting }, ...others];
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function asDrawn(feature: DriftFeature): DriftFeature {
  const { shares, type } = feature;
  if (shares?.kind !== 'numbers') return feature;
  const rounded = (values: readonly number[], digits: number) => values.map((one) => Number(one.toPrecision(digits)));
  const bins = { reference: rounded(shares.reference, DIGITS), current: rounded(shares.current, DIGITS) };
  const edges = type === 'date' ? shares.edges : rounded(shares.edges, EDGE_DIGITS);
  return { ...feature, shares: { ...shares, ...bins, edges } };
}
