/** `<lw-pair-files>`: the files of both versions; a text that differs opens in the diff editor. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ComparedFile } from '../../src/protocol/comparedVersions';
import { formatSize } from '../../src/protocol/format';
import { counted } from '../../src/protocol/modelWords';
import { type PairFiles } from '../../src/protocol/pages/compareVersions';
import { moreOf, Paged, waiting } from '../run/captured/loading';
import { type VersionsHost } from './api';
import { nameOf, namesOf, type Pair, stampOf } from './model';
import { type PairState, pairStyles, pairTable, type ShownRow } from './pairTable';

const DIGEST_CHARS = 8;
const COUNT_WORDS = { changed: 'changed', only: 'in one only', same: 'the same' } as const;

@customElement('lw-pair-files')
export class PairFilesList extends LitElement {
  static override readonly styles = pairStyles;

  @property({ attribute: false }) host!: VersionsHost;
  @property({ attribute: false }) pair!: Pair;
  @property({ type: Boolean }) differences = true;

  private told: Pick<PairFiles, 'sides' | 'counts'> | null = null;
  private readonly list = new Paged<ComparedFile>(this, async (pageToken) => {
    const page = await this.host.request('files', {
      versions: namesOf(this.pair),
      onlyDifferences: this.differences,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    this.told = page;
    return { items: page.files, next: page.nextPageToken };
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    const isOther = changed.has('differences') || changed.get('pair')?.left.version !== this.pair.left.version;
    const stamp = JSON.stringify([stampOf(this.pair), this.differences]);
    if (isOther && this.list.hasLoaded && stamp !== this.stamp) void this.list.restart();
    else this.list.want(stamp);
    this.stamp = stamp;
  }
  private stamp = '';

  protected override render() {
    const { list, pair } = this;
    if (!list.hasLoaded || !this.told) return waiting(list, 'The files could not be compared.');
    return html`${this.renderSides(this.told)}
    ${list.items.length === 0 ? nothing : pairTable({ label: 'Files', labels: pair.labels }, list.items.map(this.shown))}
    ${moreOf(list, 'Show More')}`;
  }

  private renderSides({ sides, counts }: Pick<PairFiles, 'sides' | 'counts'>) {
    const { labels, left, right } = this.pair;
    const notes = [left, right].flatMap(({ version }, at) => {
      const label = labels[at] ?? '';
      if (sides[at] === 'elsewhere') return [`The files of ${label} are not in this store.`];
      if (version.status === 'PENDING_REGISTRATION') return [`The files of ${label} are still being kept.`];
      if (sides[at] === 'found') return [`The files of ${label} were not kept apart: they have no digests.`];
      return [];
    });
    const total = counts.same + counts.changed + counts.only;
    const words =
      total > 0 && counts.same === total
        ? `${counted(total, 'file')}, the same in both.`
        : (['changed', 'only', 'same'] as const)
            .flatMap((state) => (counts[state] > 0 ? `${String(counts[state])} ${COUNT_WORDS[state]}` : []))
            .join(', ');
    return html`${notes.map((note) => html`<p class="quiet">${note}</p>`)}
    ${words === '' ? nothing : html`<p class="quiet">${words}</p>`}`;
  }

  private readonly shown = ({ path, values, state, isText }: ComparedFile): ShownRow => {
    const [left = null, right = null] = values;
    const shown: PairState = left === null ? 'right' : right === null ? 'left' : state === 'same' ? 'same' : 'changed';
    return {
      key: path,
      name: isText
        ? html`<button class="link" type="button" title="Compare ${path}" @click=${() => this.compare(path)}>
            ${path}
          </button>`
        : path,
      state: shown,
      cells: [
        left && this.renderFile('left', path, left, state),
        right && this.renderFile('right', path, right, state),
      ],
      titles: [left, right].map((file) => file?.sha256 ?? ''),
    };
  };

  private renderFile(
    side: 'left' | 'right',
    path: string,
    { sizeBytes, sha256 }: NonNullable<ComparedFile['values'][number]>,
    state: ComparedFile['state'],
  ) {
    const open = () => this.host.command('openFile', { ...nameOf(this.pair[side]), path });
    return html`<button class="link" type="button" title="Open it" @click=${open}>${formatSize(sizeBytes)}</button>
      <span class="quiet">${sha256?.slice(0, DIGEST_CHARS) ?? (state === 'unknown' ? 'no digest' : '')}</span>`;
  }

  private compare(path: string): void {
    const { left, right } = this.pair;
    this.host.command('openFileDiff', { left: nameOf(left), right: nameOf(right), path });
  }
}
