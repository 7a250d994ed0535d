/** Whether the most or the least of a metric is its best, as far as its name tells. Pure. */

/** Looked for first: `accuracy_loss` is a loss. */
const LOWER =
  /(^|[/_.\s-])(loss|losses|cost|error|err|rmse|mse|mae|mape|nll|log[_-]?loss|perplexity|ppl|wer|cer|fid|brier|divergence|kl|regret)([/_.\s-]|\d*$)/i;
const HIGHER =
  /(^|[/_.\s-])(auc|roc[_-]?auc|pr[_-]?auc|ap|average[_-]precision|acc|accuracy|f1|f1[_-]score|fbeta|r2|mcc|bleu|rouge|map|m?iou|dice|precision|recall|score|reward|return|hit[_-]?rate|ndcg|mrr|sensitivity|specificity|kappa)([/_.@\s-]|\d*$)/i;

export type Goal = 'min' | 'max';

/** null where the name says nothing, as of a learning rate. */
export function goalOf(key: string): Goal | null {
  if (/^(system[/.]|drift_effect\/)/i.test(key)) return null;
  if (LOWER.test(key)) return 'min';
  return HIGHER.test(key) ? 'max' : null;
}

export function bestOf(key: string, { min, max }: { min: number | null; max: number | null }): number | null {
  const goal = goalOf(key);
  return goal === null ? null : goal === 'min' ? min : max;
}
