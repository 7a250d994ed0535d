/** The tests by their names: one line for each. */
import type { DriftTestName } from '../protocol/drift';
import { countsOf, binPerValue } from './binning/bins';
import {
  hellingerDoane,
  jensenShannonDoane,
  jensenShannonSturges,
  kullbackLeiblerOfNumbers,
  psiOfNumbers,
  psiSturges,
} from './binning/tests';
import { chiSquared, chiSquaredGoodnessOfFit, gTest } from './categories/chiSquared';
import { hellinger, jensenShannon, jensenShannonBase2, lInfinity } from './categories/distances';
import { kullbackLeibler, psi, psiEvidently } from './categories/divergences';
import { totalVariation } from './categories/totalVariation';
import { twoProportions } from './categories/twoProportions';
import { andersonDarling } from './numbers/andersonDarling';
import { cramerVonMises } from './numbers/cramerVonMises';
import { kolmogorovSmirnov } from './numbers/kolmogorovSmirnov';
import { kuiper } from './numbers/kuiper';
import { mannWhitney } from './numbers/mannWhitney';
import { energyDistance, normedWasserstein, wasserstein } from './numbers/wasserstein';
import { welch } from './numbers/welch';
import type { CategoriesTest, NumbersTest } from './samples';

const NUMBERS: Readonly<Partial<Record<DriftTestName, NumbersTest>>> = {
  ks: kolmogorovSmirnov,
  wasserstein,
  wasserstein_normed: normedWasserstein,
  cramer_von_mises: cramerVonMises,
  anderson_darling: andersonDarling,
  kuiper,
  energy: energyDistance,
  mann_whitney: mannWhitney,
  welch_t: welch,
  psi: psiOfNumbers,
  psi_evidently: psiSturges,
  jensen_shannon: jensenShannonSturges,
  jensen_shannon_base2: jensenShannonDoane,
  hellinger: hellingerDoane,
  kullback_leibler: kullbackLeiblerOfNumbers,
};

const CATEGORIES: Readonly<Partial<Record<DriftTestName, CategoriesTest>>> = {
  chi_squared: chiSquared,
  chi_squared_fit: chiSquaredGoodnessOfFit,
  g_test: gTest,
  two_proportions: twoProportions,
  total_variation: totalVariation,
  jensen_shannon: jensenShannon,
  jensen_shannon_base2: jensenShannonBase2,
  hellinger,
  kullback_leibler: (counts) => kullbackLeibler(counts),
  l_infinity: lInfinity,
  psi: (counts) => psi(counts),
  psi_evidently: psiEvidently,
};

/** Null for one that numbers do not have. One of shares takes each value of them by itself. */
export function numberTest(name: DriftTestName): NumbersTest | null {
  const test = NUMBERS[name];
  if (test) return test;
  const ofShares = CATEGORIES[name];
  if (!ofShares) return null;
  return (samples, options) => ofShares({ ...countsOf(binPerValue(samples)), values: [] }, options);
}

/** Null for one that categories do not have. */
export const categoryTest = (name: DriftTestName): CategoriesTest | null => CATEGORIES[name] ?? null;
