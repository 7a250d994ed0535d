/** How far two samples are apart by their cumulative shares: in one walk, for the tests that ask for it. */
import type { PairedNumbers, SortedSamples } from '../samples';

export interface Apart {
  /** The largest distance of the cumulative shares, from 0 to 1. */
  readonly largest: number;
  /** The area between them, in the unit of the values. */
  readonly area: number;
  /** The same of their squared distance. */
  readonly squaredArea: number;
  /** How many different values both have, and either. */
  readonly distinct: { readonly both: number; readonly reference: number; readonly current: number };
}

const known = new WeakMap<PairedNumbers, Apart>();

/** Distances are NaN where a sample is empty. */
export function apartOf(samples: PairedNumbers): Apart {
  const before = known.get(samples);
  if (before) return before;
  const made = samples.sorted ? ofSorted(samples.sorted) : ofCounts(samples);
  known.set(samples, made);
  return made;
}

// Distances are taken times the rows of both, as whole numbers.

function ofSorted({ reference, current }: SortedSamples): Apart {
  const [n, m] = [reference.length, current.length];
  let [one, other, last, largest, area, squaredArea] = [0, 0, 0, 0, 0, 0];
  let [both, ofReference, ofCurrent] = [0, 0, 0];
  const unit = 1 / (n * m);
  while (one < n || other < m) {
    const next = one < n ? (reference[one] ?? 0) : Infinity;
    const second = other < m ? (current[other] ?? 0) : Infinity;
    const value = next < second ? next : second;
    const distance = Math.abs(one * m - other * n);
    if (distance > largest) largest = distance;
    const width = both++ === 0 ? 0 : value - last;
    const share = distance * unit;
    area += share * width;
    squaredArea += share * share * width;
    last = value;
    if (next === value) {
      ofReference++;
      do one++;
      while (one < n && reference[one] === value);
    }
    if (second === value) {
      ofCurrent++;
      do other++;
      while (other < m && current[other] === value);
    }
  }
  const distinct = { both, reference: ofReference, current: ofCurrent };
  return { largest: largest / (n * m), area, squaredArea, distinct };
}

function ofCounts({ values, reference, current, referenceCount: n, currentCount: m }: PairedNumbers): Apart {
  let [one, other, last, largest, area, squaredArea] = [0, 0, 0, 0, 0, 0];
  let [both, ofReference, ofCurrent] = [0, 0, 0];
  const unit = 1 / (n * m);
  for (let at = 0; at < values.length; at++) {
    const [own, others] = [reference[at] ?? 0, current[at] ?? 0];
    if (own + others === 0) continue;
    const value = values[at] ?? 0;
    const distance = Math.abs(one * m - other * n);
    if (distance > largest) largest = distance;
    const width = both++ === 0 ? 0 : value - last;
    const share = distance * unit;
    area += share * width;
    squaredArea += share * share * width;
    last = value;
    if (own > 0) ofReference++;
    if (others > 0) ofCurrent++;
    one += own;
    other += others;
  }
  const distinct = { both, reference: ofReference, current: ofCurrent };
  return { largest: largest / (n * m), area, squaredArea, distinct };
}
