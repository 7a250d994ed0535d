/** What has happened, in plain words. Pure. */
import { formatNumber } from '../protocol/format';
import type { DriftFeature } from '../protocol/drift';
import type { FeatureFigures } from './figures';

/** A part of the reference's standard deviation by which a median must move to be spoken of. */
const MOVED = 0.1;
/** Times the standard deviation that a spread must have grown, or shrunk, to be spoken of. */
const SPREAD = 1.25;
/** A difference of shares that is spoken of before all else. */
const MISSING = 0.05;

type Figures = Pick<FeatureFigures, 'reference' | 'current' | 'shares' | 'appeared' | 'vanished'> & {
  readonly column: Pick<FeatureFigures['column'], 'type'>;
};

/** As a sentence goes on behind the name of the feature: `its median fell from 41 to 12`. */
export function featureWords(of: Figures): string {
  return missingWords(of) ?? (of.reference.numbers && of.current.numbers ? numberWords(of) : valueWords(of));
}

const missingShare = ({ rows, missing }: DriftFeature['reference']): number => (rows === 0 ? 0 : missing / rows);

function missingWords({ reference, current }: Figures): string | null {
  const [before, now] = [missingShare(reference), missingShare(current)];
  if (Math.abs(now - before) < MISSING) return null;
  if (now === 1) return 'it has no values any more';
  if (before === 1) return 'it had no values before';
  return `${percent(now)} of it is missing, it was ${percent(before)}`;
}

function numberWords({ reference: { numbers: before }, current: { numbers: now }, column }: Figures): string {
  if (!before || !now) return 'it has no values in one of the tables';
  const shown = column.type === 'date' ? dateText : formatNumber;
  const step = now.median - before.median;
  const unit = before.deviation === 0 ? Math.abs(before.median) : before.deviation;
  if (step !== 0 && Math.abs(step) >= unit * MOVED)
    return `its median ${directionWord(step, column.type)} from ${shown(before.median)} to ${shown(now.median)}`;
  if (before.deviation === 0 && now.deviation > 0) return `it was ${shown(before.median)} throughout, and varies`;
  const ratio = now.deviation / before.deviation;
  if (ratio >= SPREAD || ratio <= 1 / SPREAD)
    return `its spread (standard deviation) ${ratio > 1 ? 'grew' : 'shrank'} from ${spread(before.deviation, column.type)} to ${spread(now.deviation, column.type)}`;
  if (step !== 0) return `its median went from ${shown(before.median)} to ${shown(now.median)}`;
  return `its median stayed at ${shown(now.median)}`;
}

const directionWord = (step: number, type: string): string => (type === 'date' ? 'moved' : step > 0 ? 'rose' : 'fell');

const dateText = (ms: number): string => {
  const text = new Date(ms).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : `${text.slice(0, 16).replace('T', ' ')} UTC`;
};

const DAY_MS = 86_400_000;
const spread = (deviation: number, type: string): string =>
  type === 'date' ? `${formatNumber(deviation / DAY_MS)} days` : formatNumber(deviation);

function valueWords({ shares, appeared, vanished }: Figures): string {
  if (shares?.kind !== 'values') return 'it has no values in one of the tables';
  const most = shares.values.toSorted(
    (one, other) => Math.abs(other.current - other.reference) - Math.abs(one.current - one.reference),
  )[0];
  const isNew = (appeared?.values ?? []).some(({ value }) => value === most?.value);
  if (appeared && appeared.count > 0 && isNew) {
    const share = percent(appeared.values.reduce((sum, one) => sum + one.share, 0));
    if (appeared.count === 1) return `${quoted(most?.value ?? '')} is new, with ${share} of it`;
    return `${String(appeared.count)} values are new, ${quoted(most?.value ?? '')} first, with ${share} of it`;
  }
  if (!most) return 'it has no values in one of the tables';
  if (vanished?.values.some(({ value }) => value === most.value) === true)
    return `${quoted(most.value)} is gone, it was ${percent(most.reference)} of it`;
  const direction = most.current > most.reference ? 'rose' : 'fell';
  return `${quoted(most.value)} ${direction} from ${percent(most.reference)} to ${percent(most.current)}`;
}

const MAX_CHARS = 40;
const quoted = (value: string): string => `"${value.length > MAX_CHARS ? `${value.slice(0, MAX_CHARS)}…` : value}"`;

/** Two digits where it is little: what is there is never told as nothing. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${String(value)} %`;
  if (value < 0.01) return 'less than 0.01 %';
  return `${value < 10 ? String(Number(value.toPrecision(2))) : value.toFixed(value > 99 ? 2 : 0)} %`;
}
