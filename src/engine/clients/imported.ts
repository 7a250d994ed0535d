/** What an import tells of that belongs to no run: as it is at its source now, and as it was when it was last imported. */
import type { WireNumber } from '../../protocol/entities';

export type Texts = Readonly<Record<string, string>>;

export interface Change<Entity> {
  readonly now: Entity;
  /** null for what was never imported. */
  readonly before: Entity | null;
}

export interface ImportedExperiment {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly isDeleted: boolean;
  readonly tags: Texts;
}

export interface ImportedModel {
  readonly id: string;
  /** By name. */
  readonly experiment: string;
  readonly name: string;
  readonly modelType: string | null;
  readonly sourceRunId: string | null;
  readonly status: number;
  readonly statusMessage: string | null;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly isDeleted: boolean;
  readonly params: Texts;
  readonly tags: Texts;
  readonly metrics: readonly ImportedModelMetric[];
}

export interface ImportedModelMetric {
  readonly key: string;
  readonly value: WireNumber;
  readonly timestampMs: number;
  readonly step: number;
  readonly runId: string;
  readonly datasetName: string;
  readonly datasetDigest: string;
}

export interface ImportedVersion {
  readonly version: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly description: string;
  readonly user: string;
  readonly stage: string;
  readonly source: string;
  readonly runId: string | null;
  readonly runLink: string;
  readonly modelId: string | null;
  readonly tags: Texts;
}

export interface ImportedRegistered {
  readonly name: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly description: string;
  readonly tags: Texts;
  readonly aliases: Readonly<Record<string, number>>;
  readonly versions: readonly ImportedVersion[];
}

/**
 * Of the values by key, what is to be written: what has changed at the source since it was last imported, and of what is
 * imported for the first time what is not here. So whatever the user has changed here meanwhile stays. Pure.
 *
 * @returns null for a key that was taken away there, and is here as it was there
 */
export function changedKeys<Value>(
  now: Readonly<Record<string, Value>>,
  before: Readonly<Record<string, Value>> | undefined,
  here: Readonly<Record<string, Value>>,
): Record<string, Value | null> {
  const fresh = Object.entries(now).filter(([key, value]) => {
    const isNews = before === undefined || !(key in before) ? !(key in here) : before[key] !== value;
    return isNews && here[key] !== value;
  });
  const gone = Object.keys(before ?? {}).filter((key) => !(key in now) && key in here && here[key] === before?.[key]);
  return { ...Object.fromEntries(fresh), ...Object.fromEntries(gone.map((key) => [key, null])) };
}

/** The same of one text: what is here is not overwritten by what is not news. */
export const isNews = (now: string, before: string | undefined, here: string): boolean =>
  here !== now && (before === undefined ? here === '' : before !== now);
