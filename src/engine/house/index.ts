/** Order in the house: what a store holds and what of it may go. */
export { storeUsage } from './usage';
