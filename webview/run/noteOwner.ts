/** The note of a run: kept with it, and what is being written with the page. */
import { type NoteOwner } from '../note/note';
import { type RunHost } from './api';
import { type StateKeeper } from './pageState';

export const noteOwnerOf = (host: RunHost, kept: StateKeeper): NoteOwner => ({
  get draft() {
    return kept.current.draft;
  },
  keepDraft: (draft) => kept.change({ draft }),
  save: (note) => host.request('edit', { note }),
  openLink: (url) => host.command('openLink', { url }),
});
