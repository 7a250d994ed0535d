/** Tests of shares on numbers, each with the bins that its name has in the field. */
import { jensenShannon, jensenShannonBase2, hellinger } from '../categories/distances';
import { kullbackLeibler, kullbackLeiblerEvidently, psi, psiEvidently } from '../categories/divergences';
import { type BinnedTest, overBins } from './bins';
import { doaneBins } from './doane';
import { quantileBins } from './quantiles';
import { sturgesBins, sturgesBinsOfDistinct } from './sturges';

/** Over ten quantile bins of the reference: the PSI of scorecards. */
export const psiOfNumbers: BinnedTest = overBins(
  (samples) => quantileBins(samples),
  (counts) => psi(counts),
);
/** Over the same bins. */
export const kullbackLeiblerOfNumbers: BinnedTest = overBins(
  (samples) => quantileBins(samples),
  (counts) => kullbackLeibler(counts),
);

/** As NannyML has them: over Doane's bins of the reference, and what lies outside. */
export const jensenShannonDoane: BinnedTest = overBins(doaneBins, jensenShannonBase2);
export const hellingerDoane: BinnedTest = overBins(doaneBins, hellinger);

/** As Evidently has them: over Sturges' bins of both. */
export const psiSturges: BinnedTest = overBins(sturgesBins, psiEvidently);
export const jensenShannonSturges: BinnedTest = overBins(sturgesBins, jensenShannon);
export const kullbackLeiblerSturges: BinnedTest = overBins(sturgesBins, kullbackLeiblerEvidently);
export const hellingerSturges: BinnedTest = overBins(sturgesBinsOfDistinct, hellinger);
