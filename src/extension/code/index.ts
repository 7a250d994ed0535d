/** The exact code of runs in this window: what pages and commands may use. */
export { openCompare, openDiff, openSource, type Other } from './compare';
export { CODE_SCHEME, CodeDocuments, codeUri } from './documents';
