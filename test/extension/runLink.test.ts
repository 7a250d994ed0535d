import { describe, expect, it } from 'vitest';
import { parseRunLink } from '../../src/extension/links/runLink';
import { LoopwrightError } from '../../src/protocol/errors';

const runId = '019c0f00000070008000000000000001';

describe('a link to a run', () => {
  it('names the run and where it was', () => {
    const query = `store=${encodeURIComponent('/data/my & runs/.loopwright')}`;
    expect(parseRunLink({ path: `/run/${runId}`, query })).toEqual({ runId, store: '/data/my & runs/.loopwright' });
    expect(parseRunLink({ path: `/run/${runId}`, query: '' })).toEqual({ runId, store: null });
  });

  it.each(['store=relative/.loopwright', 'store=/etc', 'store=//host/share/x', 'store='])(
    'offers no folder that is no store: %s',
    (query) => {
      expect(parseRunLink({ path: `/run/${runId}`, query }).store).toBeNull();
    },
  );

  it.each(['/', '/run/', '/run/../x', '/run/%2e', `/runs/${runId}`, `/run/${runId}/x`, `/x/run/${runId}`])(
    'is none without a run: %s',
    (path) => {
      expect(() => parseRunLink({ path, query: '' })).toThrow(LoopwrightError);
    },
  );
});
