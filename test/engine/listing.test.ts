import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { listingOf, parseListing } from '../../src/engine/data/listing';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const listing = (files: Readonly<Record<string, string>>) =>
  listingOf(Object.entries(files).map(([relpath, text]) => ({ relpath, md5: md5(text) })));

describe("a folder's digest", () => {
  // The first four from DVC's own tests; the last made with Python's json.dumps over such names.
  it.each([
    ['5ea40360f5b4ec688df672a4db9c17d1.dir', { foo: 'foo', bar: 'bar' }],
    ['8761c4e9acad696bee718615e23e22db.dir', { foo: 'foo', bar: 'bar', 'subdir/data': 'data' }],
    ['af314506f1622d107e0ed3f14ec1a3b5.dir', { data: 'data' }],
    ['70922d6bf66eb073053a82f77d58c536.dir', { 'subdir/file': 'file', other: 'other' }],
    ['9af7242e3e285cf2bf976029e80def67.dir', { 'é😀"\\/x\x7f': 'a', '\uffee': 'b' }],
  ])('%s', (digest, files) => {
    expect(listing(files).md5).toBe(digest);
  });

  it('does not depend on the order in which the files were found', () => {
    expect(listing({ b: '1', a: '2', '😀': '3', '\uffee': '4' })).toEqual(
      listing({ '\uffee': '4', '😀': '3', a: '2', b: '1' }),
    );
  });

  it('can be read again, and what is no listing can not', () => {
    const files = [{ relpath: 'a\nb', md5: md5('x') }];
    expect(parseListing(listingOf(files).text)).toEqual(files);
    expect(() => parseListing('[{"md5": "../../etc", "relpath": "a"}]')).toThrow();
  });
});
