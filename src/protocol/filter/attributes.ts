/** The attributes that a filter may compare: those of runs here, those of models beside it. */
import { RunKind, RunStatus } from '../entities';

export interface Attribute {
  readonly is: 'text' | 'time' | 'seconds' | 'boolean' | 'number';
  /** Runs may have none. */
  readonly isOptional?: boolean;
  /** All that it can be. */
  readonly values?: readonly string[];
}

/** What a filter may be about. */
export interface Vocabulary {
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The attribute's own name, where it is one or another word for it. */
  readonly named: (name: string) => string | null;
}

export const ATTRIBUTES = {
  run_id: { is: 'text' },
  name: { is: 'text' },
  status: { is: 'text', values: RunStatus.options },
  user_id: { is: 'text' },
  start_time: { is: 'time' },
  end_time: { is: 'time', isOptional: true },
  duration: { is: 'seconds', isOptional: true },
  kind: { is: 'text', values: RunKind.options },
  experiment: { is: 'text' },
  script: { is: 'text' },
  branch: { is: 'text', isOptional: true },
  starred: { is: 'boolean', values: ['true', 'false'] },
  pinned: { is: 'boolean', values: ['true', 'false'] },
  artifact_uri: { is: 'text' },
} as const satisfies Readonly<Record<string, Attribute>>;
export type AttributeName = keyof typeof ATTRIBUTES;

/** MLflow's other names of the same. */
const ALIASES: ReadonlyMap<string, AttributeName> = new Map([
  ['run_name', 'name'],
  ['run name', 'name'],
  ['Run name', 'name'],
  ['Run Name', 'name'],
  ['created', 'start_time'],
  ['Created', 'start_time'],
]);

export const isAttributeName = (name: string): name is AttributeName => Object.hasOwn(ATTRIBUTES, name);

export function attributeNamed(name: string): AttributeName | null {
  return isAttributeName(name) ? name : (ALIASES.get(name) ?? null);
}

export const attributeOf = (name: AttributeName): Attribute => ATTRIBUTES[name];

export const RUNS: Vocabulary = { attributes: ATTRIBUTES, named: attributeNamed };
