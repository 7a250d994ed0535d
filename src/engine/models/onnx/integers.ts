/** A list of integers that grows, at four bytes each and outside the heap: a large forest has millions. */
export class Integers {
  length = 0;
  private values = new Int32Array(1024);

  /** @returns false where it has no room for more, or the value is none of 32 bits */
  add(value: number, most: number): boolean {
    if (this.length >= most || (value | 0) !== value) return false;
    if (this.length === this.values.length) {
      const larger = new Int32Array(this.values.length * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
    return true;
  }

  at(index: number): number {
    return this.values[index] ?? 0;
  }
}
