/** What is said of files that are not what was registered. Pure. */
export const DAMAGED_LIST = 'The list of its files (manifest.json) is not the one that was registered.';

export const changedWords = (path: string, now: string, registered: string): string =>
  `${path} is not the file that was registered (sha256 ${now} instead of ${registered}).`;

/** Stands beside files that were taken before their version is registered. */
export const UNREGISTERED = 'unregistered';
