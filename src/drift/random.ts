/** Numbers that look like chance, the same for the same seed: sfc32 (Chris Doty-Humphrey, PractRand), 32 bits at a time. */
export type Random = () => number;

const WARM_UP = 12;

/** @param seed a whole number. @returns from 0 to below 1 */
export function randomFrom(seed: number): Random {
  let [a, b, c, counter] = [0, seed | 0, 0x9e3779b9 | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let round = 0; round < WARM_UP; round++) next();
  return next;
}

/** A whole number from 0 to below `count`. */
export const below = (random: Random, count: number): number => Math.floor(random() * count);
