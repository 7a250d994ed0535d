/** Notebooks that are followed while somebody works in them, as the rest of the engine sees it. */
export { FollowedNotebooks } from './followed';
