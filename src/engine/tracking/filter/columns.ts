/** Where the database has the attributes of runs. */
import type { AttributeName } from '../../../protocol/filter';

type Column =
  /** `indexed`: an index of the tree begins with it. `isOptional`: NULL for runs that have none. */
  | {
      readonly is: 'plain' | 'unique' | 'time' | 'indexed' | 'flag';
      readonly name: string;
      readonly isOptional?: boolean;
    }
  | { readonly is: 'expression'; readonly sql: string }
  | { readonly is: 'duration' | 'experiment' };

/** As the server of MLflow's protocol answers with it: clients resolve it against the address of the server. */
export const ARTIFACT_URI = "'mlflow-artifacts:/' || r.experiment_id || '/' || r.run_id || '/artifacts'";

const COLUMNS: Readonly<Record<AttributeName, Column>> = {
  run_id: { is: 'unique', name: 'run_id' },
  name: { is: 'plain', name: 'name' },
  status: { is: 'indexed', name: 'status' },
  user_id: { is: 'plain', name: 'user' },
  start_time: { is: 'time', name: 'start_ms' },
  end_time: { is: 'time', name: 'end_ms', isOptional: true },
  duration: { is: 'duration' },
  kind: { is: 'plain', name: 'kind' },
  experiment: { is: 'experiment' },
  script: { is: 'indexed', name: 'source' },
  branch: { is: 'indexed', name: 'branch', isOptional: true },
  starred: { is: 'flag', name: 'starred' },
  pinned: { is: 'flag', name: 'pinned' },
  artifact_uri: { is: 'expression', sql: ARTIFACT_URI },
};

export const ATTRIBUTE_COLUMNS: ReadonlyMap<string, Column> = new Map(Object.entries(COLUMNS));
