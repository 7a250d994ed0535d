/**
 * Imported before anything that makes a schema: zod would try whether it may compile code, and the policy of the
 * pages reports the attempt as a violation although zod copes with the refusal.
 */
import { config } from 'zod';

config({ jitless: true });
