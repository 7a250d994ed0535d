/** Writing runs out into the formats of other programs. */
export { Exports } from './exports';
