import { expect } from 'chai';
import { seenChildren } from '../../../lib/calendar/event/seen-children.ts';
import type { XconUri } from '../../../lib/model/identifiers.ts';
import { info } from '../../../lib/model/names.ts';

const uri = (name: string): XconUri => `xcon:${name}@example.com` as XconUri;
const seen = (name: string) => ({ uri: uri(name), version: 1, document: info('conference-info') });
const [FROM, TO] = ['20300107T090000Z', '20300114T090000Z'];

describe('what stands for occurrences of a series, as somebody sees it', () => {
  it('says for which entry it stands and whether for all after it, where he knows', async () => {
    const ranges = [
      { uri: uri('one'), from: FROM, to: TO, entry: 1 },
      { uri: uri('rest'), from: TO },
    ];
    const uris = ['one', 'rest', 'alone'].map(uri);
    const found = await seenChildren(uris, ranges, (one) => Promise.resolve({ ...seen(''), uri: one }));
    expect(found).to.deep.equal([
      { ...seen('one'), endless: false, entry: 1 },
      { ...seen('rest'), endless: true },
      { ...seen('alone'), endless: false },
    ]);
  });

  it('leaves out what he may not see, and keeps the order', async () => {
    const see = (one: XconUri) => Promise.resolve(one === uri('hidden') ? undefined : { ...seen(''), uri: one });
    const found = await seenChildren(['b', 'hidden', 'a'].map(uri), [], see);
    expect(found.map((one) => one.uri)).to.deep.equal([uri('b'), uri('a')]);
  });
});
