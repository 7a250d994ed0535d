/** A virtual environment in the cache with the packages of a requirements file; its interpreter. */
export function ensureVenv(name: string, requirements: string): Promise<string>;
