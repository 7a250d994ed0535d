/** The database as the rest of the engine sees it. */
export { Lease, whyNotOurs } from './lease';
export { asStoreError, openForReading, openForWriting } from './open';
