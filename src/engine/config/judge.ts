/** Whether a model version goes through a gate. Pure: the same facts give the same verdict, in the same words. */
import type { Comparison, Gate, GateCheck, GateVerdict } from '../../protocol/config/gate';
import { marginText } from '../../protocol/config/gate';
import { formatNumber } from '../../protocol/format';
import { signatureChange } from './signature';

/** Clocks of one team differ by less. */
const SKEW_MS = 5 * 60_000;
/** What two numbers may differ by that ought to be equal: 0.3 - 0.2 is not quite 0.1. */
const ROUNDING = 1e-9;

export interface JudgedVersion {
  readonly version: number;
  /** The last value of each; what the store has no number for is NaN. */
  readonly metrics: ReadonlyMap<string, number>;
  readonly tags: ReadonlyMap<string, string>;
  /** As MLflow writes it into `MLmodel`, as JSON. Null for none. */
  readonly signature: string | null;
  /** Of the model's files. Null where it is not known. */
  readonly digest: string | null;
}

export interface Approval {
  readonly by: string;
  readonly atMs: number;
  /** Of the content that was approved. */
  readonly digest: string | null;
}

/** @param incumbent the version that has `gate.against` now; null where none has */
export function judge(
  gate: Gate,
  candidate: JudgedVersion,
  incumbent: JudgedVersion | null,
  approvals: readonly Approval[],
  nowMs: number,
): GateVerdict {
  const checks = [
    ...gate.bounds.map((bounds) => judgeBounds(bounds, candidate)),
    ...gate.betterThan.map((comparison) => judgeComparison(comparison, gate.against, candidate, incumbent)),
    ...gate.tags.map((tag) => judgeTag(tag, candidate)),
    ...(gate.signature === 'unchanged' ? [judgeSignature(gate.against, candidate, incumbent)] : []),
    ...(gate.approval ? [judgeApproval(gate.approval.by, candidate, approvals, nowMs)] : []),
  ];
  return { passed: checks.every(({ passed }) => passed), checks };
}

/** The verdict while `loopwright.yaml` can't be read: nobody knows what it asks, so nothing passes. */
export function unreadableGates(problem: string): GateVerdict {
  return {
    passed: false,
    checks: [{ name: 'loopwright.yaml', passed: false, text: `loopwright.yaml has an error, ${problem}` }],
  };
}

function judgeBounds({ metric, min, max }: Gate['bounds'][number], candidate: JudgedVersion): GateCheck {
  const check = (passed: boolean, text: string) => ({ name: `metrics.${metric}`, passed, text });
  const value = candidate.metrics.get(metric);
  if (value === undefined) return check(false, `v${String(candidate.version)} has no ${metric}`);
  if (Number.isNaN(value)) return check(false, `${metric} is NaN`);
  if (min !== null && value < min) return check(false, `${metric} ${apart(value, min).join(' is below ')}`);
  if (max !== null && value > max) return check(false, `${metric} ${apart(value, max).join(' is above ')}`);
  const least = min === null ? [] : [`at least ${formatNumber(min)}`];
  const most = max === null ? [] : [`at most ${formatNumber(max)}`];
  return check(true, `${metric} ${formatNumber(value)} is ${[...least, ...most].join(' and ')}`);
}

function judgeComparison(
  { metric, by, direction }: Comparison,
  against: string,
  candidate: JudgedVersion,
  incumbent: JudgedVersion | null,
): GateCheck {
  const check = (passed: boolean, text: string) => ({ name: `better_than.${metric}`, passed, text });
  const value = candidate.metrics.get(metric);
  if (value === undefined) return check(false, `v${String(candidate.version)} has no ${metric}`);
  if (Number.isNaN(value)) return check(false, `${metric} is NaN`);
  if (!incumbent) return check(true, `no ${against} yet: nothing to be better than`);
  if (incumbent.version === candidate.version)
    return check(true, `v${String(candidate.version)} is ${against} already`);
  const holder = `${against} (v${String(incumbent.version)}`;
  const other = incumbent.metrics.get(metric);
  if (other === undefined) return check(false, `${holder}) has no ${metric} to compare with`);
  if (!Number.isFinite(other) || !Number.isFinite(value))
    return check(false, `${metric} ${formatNumber(value)} can't be compared with ${holder}, ${formatNumber(other)})`);
  const gain = direction === 'maximize' ? value - other : other - value;
  const [valueText, otherText] = gain === 0 ? [formatNumber(value), formatNumber(other)] : apart(value, other);
  const slack = ROUNDING * Math.max(Math.abs(value), Math.abs(other));
  const asked = by === null ? 0 : by.isShare ? by.amount * Math.abs(other) : by.amount;
  const passed = by === null ? gain > slack : gain >= asked - slack;
  const size = by?.isShare && other !== 0 ? `${rough(Math.abs((gain / other) * 100))} %` : rough(Math.abs(gain));
  const found =
    Math.abs(gain) <= slack
      ? `${metric} ${valueText} is as good as ${holder}, ${otherText})`
      : `${metric} ${valueText} is ${size} ${gain > 0 ? 'better' : 'worse'} than ${holder}, ${otherText})`;
  return check(passed, `${found}; ${askedText(by)}`);
}

function askedText(by: Comparison['by']): string {
  if (by === null) return 'better is asked';
  if (by.amount === 0) return 'as good is asked';
  if (by.amount > 0) return `${marginText(by)} is asked`;
  return `${marginText({ ...by, amount: -by.amount })} worse is allowed`;
}

function judgeTag({ key, value }: Gate['tags'][number], candidate: JudgedVersion): GateCheck {
  const found = candidate.tags.get(key);
  const name = `tags.${key}`;
  if (found === undefined) return { name, passed: false, text: `the tag ${key} is missing` };
  if (value === null) return { name, passed: true, text: `the tag ${key} is there` };
  if (found === value) return { name, passed: true, text: `the tag ${key} is ${value}` };
  return { name, passed: false, text: `the tag ${key} is ${found === '' ? 'empty' : found}; ${value} is asked` };
}

function judgeSignature(against: string, candidate: JudgedVersion, incumbent: JudgedVersion | null): GateCheck {
  const check = (passed: boolean, text: string) => ({ name: 'signature', passed, text });
  if (!incumbent) return check(true, `no ${against} yet: no signature to keep`);
  if (incumbent.version === candidate.version)
    return check(true, `v${String(candidate.version)} is ${against} already`);
  const change = signatureChange(candidate.signature, incumbent.signature);
  const holder = `${against} (v${String(incumbent.version)})`;
  if (change === null) return check(true, `the signature is that of ${holder}`);
  return check(false, `${change}, compared with ${holder}`);
}

function judgeApproval(
  by: readonly string[] | null,
  { digest }: JudgedVersion,
  approvals: readonly Approval[],
  nowMs: number,
): GateCheck {
  const check = (passed: boolean, text: string) => ({ name: 'approval', passed, text });
  const who = by === null ? null : by.join(' or ');
  const known = approvals.filter(({ atMs }) => atMs <= nowMs + SKEW_MS);
  const ofThis = known.filter((approval) => approval.digest === digest);
  const counted = ofThis.find((approval) => by === null || by.includes(approval.by));
  if (counted) return check(true, `approved by ${counted.by} on ${new Date(counted.atMs).toISOString().slice(0, 10)}`);
  const [other] = ofThis;
  if (other) return check(false, `approved by ${other.by}, but only ${who ?? ''} may`);
  const [stale] = known;
  if (stale) return check(false, `${stale.by} has approved other content than this`);
  return check(false, who === null ? 'nobody has approved it' : `nobody has approved it; ${who} may`);
}

/** Two numbers that differ, with as many digits as it takes to see that. */
function apart(a: number, b: number): [string, string] {
  const short: [string, string] = [formatNumber(a), formatNumber(b)];
  if (short[0] !== short[1]) return short;
  for (const digits of [6, 9, 12])
    if (a.toPrecision(digits) !== b.toPrecision(digits))
      return [String(Number(a.toPrecision(digits))), String(Number(b.toPrecision(digits)))];
  return [String(a), String(b)];
}

/** A difference, without what calculating with binary fractions has put behind it. */
const rough = (value: number): string => formatNumber(Number(value.toPrecision(6)));
