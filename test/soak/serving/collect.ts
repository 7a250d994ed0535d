/**
 * Loaded into the endpoint of a soak: its garbage is collected now and then. V8 leaves it for minutes where little is asked, and that would be
 * taken for memory that something holds on to (measured over 76,000 requests: 90 to 244 MB without, 12 MB of objects in use throughout).
 */
const COLLECT_MS = 5000;

setInterval(() => globalThis.gc?.(), COLLECT_MS).unref();
