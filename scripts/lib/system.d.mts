/** The browser that the end-to-end tests drive. */
export function findChromium(): string | undefined;
