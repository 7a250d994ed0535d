/** What happens in the registry that others may want to hear of: MLflow's events, each with what MLflow says of it. */
import type { Tags } from './experimentWrites';

interface OfVersion {
  readonly name: string;
  /** A number, as text. */
  readonly version: string;
}

export interface RegistryEventData {
  'registered_model.created': { readonly name: string; readonly tags: Tags; readonly description: string };
  'model_version.created': OfVersion & {
    readonly source: string;
    readonly run_id: string | null;
    readonly tags: Tags;
    readonly description: string | null;
  };
  'model_version_tag.set': OfVersion & { readonly key: string; readonly value: string };
  'model_version_tag.deleted': OfVersion & { readonly key: string };
  'model_version_alias.created': OfVersion & { readonly alias: string };
  'model_version_alias.deleted': { readonly name: string; readonly alias: string };
}
export type RegistryEventName = keyof RegistryEventData;

export type RegistryEvent = {
  [Name in RegistryEventName]: { readonly event: Name; readonly data: RegistryEventData[Name] };
}[RegistryEventName];
