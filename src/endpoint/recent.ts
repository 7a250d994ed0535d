/**
 * The last requests that inferred, in a few words each, whether or not there is a log. Thousands pass in a second: a place is
 * written over, nothing is made, and no input or output is held on to.
 */
import { rowsOf } from '../inference/batch';
import type { RecentRequest } from '../protocol/endpoints';
import type { Call } from './call';

const MOST = 50;
const MESSAGE_LIMIT = 500;

type Place = { -readonly [Key in keyof RecentRequest]: RecentRequest[Key] };

export class RecentRequests {
  private readonly places: Place[] = [];
  private count = 0;

  /** @param failure why it was not answered as it wished */
  add({ id, dialect, timeMs, sinceMs, model, feeds }: Call, status: number, failure: string | null): void {
    const place = (this.places[this.count % MOST] ??= emptyPlace());
    place.number = ++this.count;
    place.id = id;
    place.dialect = dialect;
    place.timeMs = timeMs;
    place.tookMs = performance.now() - sinceMs;
    place.version = model === null ? null : model.version;
    place.rows = feeds === null ? null : rowsOf(feeds);
    place.status = status;
    place.failure = failure;
  }

  /** The one that was answered last first. */
  get list(): readonly RecentRequest[] {
    const next = this.count % MOST;
    return [...this.places.slice(next), ...this.places.slice(0, next)].reverse().map((place) => ({
      ...place,
      tookMs: Number(place.tookMs.toPrecision(4)),
      failure: place.failure?.slice(0, MESSAGE_LIMIT) ?? null,
    }));
  }
}

const emptyPlace = (): Place => ({
  ...{ number: 0, id: '', dialect: '', timeMs: 0, tookMs: 0, version: null, rows: null, status: 0, failure: null },
});
