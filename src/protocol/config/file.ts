/** What everybody has to know of `loopwright.yaml` who does not read it. */

export const CONFIG_FILE = 'loopwright.yaml';
/** Reading takes longer than its size says, and what people write themselves is far smaller. */
export const MAX_CONFIG_BYTES = 256 * 1024;
/** The model whose gates hold for every model that says nothing itself. */
export const ANY_MODEL = '*';
/** Accepted at the top, and said to be without effect. */
export const LATER_KEYS: readonly string[] = ['endpoints', 'monitors', 'triggers', 'views'];
