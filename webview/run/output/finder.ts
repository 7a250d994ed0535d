/** Where a text stands in the whole output: asked of the engine, which answers a moment's worth at a time. */
import { type OutputHit, type OutputPlace } from '../../../src/protocol/requests';
import { causeOf, type RunHost } from '../api';

/** More is nothing that one steps through. */
const MAX_HITS = 10_000;

export class OutputFinder {
  hits: OutputHit[] = [];
  /** The place of the hit that is looked at; -1 for none yet. */
  current = -1;
  isSearching = false;
  problem: string | null = null;
  /** Whether there are more than `hits`. */
  isCut = false;
  /** How much there was to search. */
  sizeBytes = 0;
  private turn = 0;

  constructor(
    private readonly host: Pick<RunHost, 'request'>,
    private readonly onChange: () => void,
  ) {}

  get hit(): OutputHit | null {
    return this.hits[this.current] ?? null;
  }

  /** Another search replaces this one. An empty text ends it. */
  async search(text: string, matchCase: boolean): Promise<void> {
    const turn = ++this.turn;
    this.hits = [];
    this.current = -1;
    this.problem = null;
    this.isCut = false;
    this.isSearching = text !== '';
    this.onChange();
    let from: OutputPlace | null = text === '' ? null : { offset: 0, line: 0 };
    try {
      while (from !== null && this.hits.length < MAX_HITS) {
        const found: Awaited<ReturnType<typeof this.ask>> = await this.ask(text, matchCase, from);
        if (turn !== this.turn) return;
        this.hits.push(...found.hits);
        this.sizeBytes = found.sizeBytes;
        from = found.next;
        this.onChange();
      }
      this.isCut = from !== null;
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem = causeOf(error);
    }
    this.isSearching = false;
    this.onChange();
  }

  /** Goes on to the next hit, or back, and round at the ends. The first step goes to the last hit: the end is what one sees. */
  step(way: 1 | -1): OutputHit | null {
    const { length } = this.hits;
    if (length === 0) return null;
    if (this.current < 0) this.current = way === 1 ? 0 : length - 1;
    else this.current = (this.current + way + length) % length;
    this.onChange();
    return this.hit;
  }

  words(): string {
    if (this.problem !== null) return `The output could not be searched. ${this.problem}`;
    const count = `${String(this.hits.length)}${this.isCut || this.isSearching ? '+' : ''}`;
    if (this.hits.length === 0) return this.isSearching ? 'Searching…' : 'No matches';
    return this.current < 0
      ? `${count} ${count === '1' ? 'match' : 'matches'}`
      : `${String(this.current + 1)} of ${count}`;
  }

  private ask(text: string, matchCase: boolean, from: OutputPlace) {
    return this.host.request('searchOutput', { text, matchCase, from });
  }
}
