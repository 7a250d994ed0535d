/** Which of a run's metrics stands in its row: the one that a reader would look for first. Pure. */

/**
 * From what people name their results by, most telling first; earlier patterns win. A sweep finds its best run by the same
 * (`python/sweep/scores.py`); a test holds both lists equal.
 */
export const PATTERNS: readonly RegExp[] = [
  /(^|[/_.-])(auc|roc[_-]?auc|ap|average[_-]precision|pr[_-]?auc)$/i,
  /(^|[/_.-])(acc|accuracy|balanced[_-]accuracy|f1|f1[_-]score|r2|mcc|bleu|map|miou|iou|dice)$/i,
  /(^|[/_.-])(rmse|mae|mse|mape|log[_-]?loss|perplexity|wer)$/i,
  /(^|[/_.-])loss$/i,
];
export const HELD_OUT = /(^|[/_.-])(test|val|valid|validation|eval|dev)([/_.-]|$)/i;
/** What a run used of the machine is no result of it, nor is how far a feature has moved, whatever that is called. */
const ASIDE = /^(system[/.]|drift_effect\/)/i;

/** How soon a reader looks for it, the least first; infinite for what is no result. */
export function rankOf(key: string): number {
  if (ASIDE.test(key)) return Number.POSITIVE_INFINITY;
  const pattern = PATTERNS.findIndex((candidate) => candidate.test(key));
  const kind = pattern < 0 ? PATTERNS.length : pattern;
  return kind * 2 + (HELD_OUT.test(key) ? 0 : 1);
}

/** The key to show, or null where there is no metric of the script's own. A held-out score goes before the same score in training. */
export function headlineKey(keys: readonly string[]): string | null {
  let best: string | null = null;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    const rank = rankOf(key);
    if (rank < bestRank) {
      best = key;
      bestRank = rank;
    }
  }
  return best;
}
