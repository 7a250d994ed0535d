/** What says of a run that it is a scoring job. */
/** Its artifact: the result, as `ScoreResult`. */
export const SCORE_RESULT = 'score.json';
/** Its tag: the model. */
export const SCORED_TAG = 'loopwright.score.model';
