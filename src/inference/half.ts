/** Numbers of 16 bits (IEEE 754 binary16), as their bits. */
const bits = new DataView(new ArrayBuffer(8));
const SMALLEST_NORMAL = 2 ** -14;
const SMALLEST = 2 ** -24;

export function halfOf(value: number): number {
  bits.setFloat64(0, value);
  const sign = (bits.getUint8(0) & 0x80) << 8;
  if (Number.isNaN(value)) return sign | 0x7e00;
  const size = Math.abs(value);
  // Halfway to what would come next is rounded away, as it is even.
  if (size >= 65_520) return sign | 0x7c00;
  if (size < SMALLEST_NORMAL) return sign | toEven(size / SMALLEST);
  const exponent = Math.floor(Math.log2(size));
  // The logarithm of a number just below a power of two may be rounded up to it.
  const power = size < 2 ** exponent ? exponent - 1 : exponent;
  // A fraction that is rounded up to 1024 carries into the exponent, which is right.
  return sign | (((power + 15) << 10) + toEven((size / 2 ** power - 1) * 1024));
}

export function ofHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * SMALLEST;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

function toEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
