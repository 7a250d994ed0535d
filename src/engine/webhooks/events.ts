/** The events that a webhook may ask for, with what MLflow sends of each when it is tried out (`mlflow/webhooks/types.py`). Pure. */
import type { RegistryEvent } from '../clients';

const MODEL = { name: 'example_model' };
const PROMPT = { name: 'example_prompt' };
const VERSION = { version: '1' };
const KEY = { key: 'example_key' };
const VALUE = { ...KEY, value: 'example_value' };
const ALIAS = { alias: 'example_alias' };
const TAGS = { tags: { example_key: 'example_value' } };

/** Those of the registry are told here; of the others there is nothing in a store. */
const EXAMPLES: Readonly<Record<string, object>> = {
  'registered_model.created': { ...MODEL, ...TAGS, description: 'An example registered model' },
  'model_version.created': {
    ...MODEL,
    ...VERSION,
    source: 'models:/123',
    run_id: 'abcd1234abcd5678',
    ...TAGS,
    description: 'An example model version',
  },
  'model_version_tag.set': { ...MODEL, ...VERSION, ...VALUE },
  'model_version_tag.deleted': { ...MODEL, ...VERSION, ...KEY },
  'model_version_alias.created': { ...MODEL, ...ALIAS, ...VERSION },
  'model_version_alias.deleted': { ...MODEL, ...ALIAS },
  'prompt.created': { ...PROMPT, ...TAGS, description: 'An example prompt' },
  'prompt_version.created': {
    ...PROMPT,
    ...VERSION,
    template: 'Hello {{name}}!',
    ...TAGS,
    description: 'An example prompt version',
  },
  'prompt_tag.set': { ...PROMPT, ...VALUE },
  'prompt_tag.deleted': { ...PROMPT, ...KEY },
  'prompt_version_tag.set': { ...PROMPT, ...VERSION, ...VALUE },
  'prompt_version_tag.deleted': { ...PROMPT, ...VERSION, ...KEY },
  'prompt_alias.created': { ...PROMPT, ...ALIAS, ...VERSION },
  'prompt_alias.deleted': { ...PROMPT, ...ALIAS },
  'budget_policy.exceeded': {
    budget_policy_id: 'bp-abc123',
    budget_unit: 'USD',
    budget_amount: 100,
    current_spend: 105.5,
    duration_unit: 'MONTHS',
    duration_value: 1,
    target_scope: 'ENDPOINT',
    workspace: 'default',
    target_value: 'ep-abc123',
    window_start: 1_704_067_200_000,
  },
};

/** In the order of MLflow's numbers, which begin with 1. */
export const ENTITIES: readonly string[] = [
  'registered_model',
  'model_version',
  'model_version_tag',
  'model_version_alias',
  'prompt',
  'prompt_version',
  'prompt_tag',
  'prompt_version_tag',
  'prompt_alias',
  'budget_policy',
];
export const ACTIONS: readonly string[] = ['created', 'updated', 'deleted', 'set', 'exceeded'];

/** @returns null for an event that there is */
export function whyNoEvent(entity: string, action: string): string | null {
  if (`${entity}.${action}` in EXAMPLES) return null;
  const valid = ACTIONS.filter((one) => `${entity}.${one}` in EXAMPLES).map((one) => `'${one}'`);
  return `Invalid action '${action}' for entity '${entity}'. Valid actions are: [${valid.sort().join(', ')}]`;
}

/** @returns null for an event that is none */
export const exampleOf = (event: string): object | null => EXAMPLES[event] ?? null;

/** What is sent, as text. */
export function bodyOf(event: string, data: RegistryEvent['data'] | object, atMs: number): string {
  const [entity = '', action = ''] = event.split('.');
  // As Python writes it: its older versions can't read a time that ends with Z.
  const timestamp = new Date(atMs).toISOString().replace('Z', '+00:00');
  return JSON.stringify({ entity, action, timestamp, data });
}
