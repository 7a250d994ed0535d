/**
 * Imported before anything that makes a schema: zod would try whether it may compile code, and the policy of the
 * pages reports the attempt as a violation although zod copes with the refusal. Also by each part of a page that is
 * loaded later: what it shares with the page's beginning is evaluated before that begins.
 */
import { config } from 'zod';

config({ jitless: true });
