/** What the page says of a version, in words. Pure. */
import { type VersionMetrics } from '../../src/protocol/pages/modelVersion';

type Beside = VersionMetrics['beside'][number];

/** `v5 @champion`, `v6 before it` */
export const besideWords = ({ version, as }: Beside): string =>
  `v${String(version)} ${as === 'previous' ? 'before it' : '@champion'}`;

/** It was no artifact of any run. */
export const isFromFile = (source: string): boolean => source.startsWith('file:');
