/** Order in the house: what a store holds and what of it may go. */
export { Gc } from './gc';
export { houseHandlers } from './handlers';
export { planGc } from './plan';
export { removeFolders, sweepCode, sweepData, sweepVersions } from './remove';
export { storeUsage } from './usage';
export { RetentionKeeper } from './retention';
