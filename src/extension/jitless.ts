/**
 * Imported before anything that makes a schema: zod would try whether it may compile code, and to tell it looks at
 * `navigator`, which VS Code reports as an error of the extension. Messages here are small; nothing is lost.
 */
import { config } from 'zod';

config({ jitless: true });
