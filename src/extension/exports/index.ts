/** Exporting, loaded when it is asked for: most windows never do. */
import type { exportRuns as ExportRuns } from './exportRuns';

export const exportRuns: typeof ExportRuns = async (...given) => (await import('./exporting')).exportRuns(...given);
