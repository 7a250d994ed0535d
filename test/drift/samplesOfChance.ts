/** Made-up samples, the same for the same seed. */
import { type Random, randomFrom } from '../../src/drift/random';

/** Standard normal (Box and Muller 1958). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export const rowsOf = (count: number, seed: number, row: (random: Random, at: number) => number[]): number[][] => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, at) => row(random, at));
};

/** Independent standard normal columns, all moved by `shift`. */
export const normals = (count: number, columns: number, seed: number, shift = 0): number[][] =>
  rowsOf(count, seed, (random) => Array.from({ length: columns }, () => normal(random) + shift));
