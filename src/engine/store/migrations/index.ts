/** The tables of a store, step by step from the first form to today's. Only ever append, to the last of the files. */
import { clients } from './clients';
import { tracked } from './tracked';

export const migrations: readonly string[] = [...tracked, ...clients];
