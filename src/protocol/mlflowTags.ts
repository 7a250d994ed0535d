/** Tags in which MLflow's clients keep their own affairs: not offered beside the user's, and found when they are searched for. */
const PREFIX = 'mlflow.';

/** What MLflow shows as a run's description: here it is the run's note. */
export const NOTE_TAG = `${PREFIX}note.content`;

export const isMlflowTag = (key: string): boolean => key.startsWith(PREFIX);

/** What finds all of them by their names. */
export const MLFLOW_TAGS = PREFIX;
