/**
 * What few windows need: a program of its own, `dist/later.js`, loaded when something of it is asked for. So no other
 * window pays for it when it starts.
 */
export const later = () => import('./later');
