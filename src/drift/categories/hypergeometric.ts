/** How many of the marked are drawn, where some of a lot are drawn without being put back. */
import type { Random } from '../random';
import { lnFactorial } from './lnFactorial';

/** So few marked ones are asked one by one whether they are drawn. */
const ONE_BY_ONE = 6;

/**
 * By inversion from the mode on: the probabilities are summed up outwards from the most probable number until the sum is beyond
 * a random number (Kachitvichyanukul & Schmeiser 1985, algorithm HIN, begun at the mode). A draw takes as many steps as the
 * standard deviation is large.
 *
 * @param marked, others whole numbers: how many of the lot are marked, and how many are not
 * @param drawn from 0 to marked + others
 */
export function hypergeometric(marked: number, others: number, drawn: number, random: Random): number {
  const least = Math.max(0, drawn - others);
  const most = Math.min(marked, drawn);
  if (least === most) return least;
  return marked <= ONE_BY_ONE
    ? asked(marked, others, drawn, random)
    : inverted(marked, others, drawn, least, most, random);
}

function asked(marked: number, others: number, drawn: number, random: Random): number {
  let [lot, left, found] = [marked + others, drawn, 0];
  for (let one = 0; one < marked; one++) {
    if (random() * lot < left) {
      found++;
      left--;
    }
    lot--;
  }
  return found;
}

function inverted(marked: number, others: number, drawn: number, least: number, most: number, random: Random): number {
  const lot = marked + others;
  const mode = Math.min(most, Math.max(least, Math.floor(((marked + 1) * (drawn + 1)) / (lot + 2))));
  const atMode = probability(marked, others, drawn, mode);
  let left = random() - atMode;
  if (left < 0) return mode;
  let [up, down] = [mode, mode];
  let [above, below] = [atMode, atMode];
  while (up < most || down > least) {
    if (up < most) {
      above *= ((marked - up) / (up + 1)) * ((drawn - up) / (others - drawn + up + 1));
      up++;
      left -= above;
      if (left < 0) return up;
    }
    if (down > least) {
      below *= (down / (marked - down + 1)) * ((others - drawn + down) / (drawn - down + 1));
      down--;
      left -= below;
      if (left < 0) return down;
    }
    // What is left is the rounding of the sum.
    if (above + below < TINY) return mode;
  }
  return mode;
}

const TINY = 1e-18;

function probability(marked: number, others: number, drawn: number, found: number): number {
  return Math.exp(lnChoose(marked, found) + lnChoose(others, drawn - found) - lnChoose(marked + others, drawn));
}

const lnChoose = (all: number, some: number): number => lnFactorial(all) - lnFactorial(some) - lnFactorial(all - some);
