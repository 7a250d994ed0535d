/** The content of what runs read and wrote: digests, schemas of tables, and the copies that the store keeps. */
export { digestRun } from './digestRun';
export { type OpenTable, withRows } from './tableRows';
export { md5OfDescriptor } from './md5';
export { childrenOf, ObjectStore, type StoredObject } from './objectStore';
export { contentNow, type ContentNow, type KnownContent } from './contentNow';
