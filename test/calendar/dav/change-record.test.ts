import { expect } from 'chai';
import fc from 'fast-check';
import { ChangeRecord, type KeptChanges } from '../../../lib/calendar/dav/change-record.ts';
import type { XconUri, XconUserId } from '../../../lib/model/identifiers.ts';
import { MemoryStore } from '../../../lib/store/memory.ts';

const uriOf = (name: string): XconUri => `xcon:${name}@example.com` as XconUri;

describe('the changes of calendars', () => {
  it('[RFC 6578] are told from every token on, each conference once, in their order', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 });
    fc.assert(
      fc.property(names, fc.nat(), (changed, at) => {
        const record = new ChangeRecord(1_000);
        const tokens = [record.token];
        for (const name of changed) {
          record.note(uriOf(name));
          tokens.push(record.token);
        }
        const from = at % tokens.length;
        const since = changed.slice(from);
        const last = [...new Set(since.toReversed())].toReversed();
        expect(record.since(tokens[from] ?? '')?.map(({ uri }) => uri)).to.deep.equal(last.map(uriOf));
      }),
    );
  });

  it('are forgotten when they are too many, and tokens of before with them', () => {
    const record = new ChangeRecord(10);
    const first = record.token;
    for (let n = 0; n < 100; n += 1) record.note(uriOf(String(n)));
    expect(record.since(first)).to.equal(undefined);
    const recent = record.token;
    record.note(uriOf('x'), { user: 'xcon-userid:alice@example.com' as XconUserId });
    expect(record.since(recent)).to.have.length(1);
    expect(record.since('urn:plenary:sync:00:1')).to.equal(undefined);
    expect(record.since(record.tokenAt(1_000))).to.equal(undefined);
  });

  it('outlive an orderly end, and no other', async () => {
    const records = new MemoryStore().records<KeptChanges>('calendar-changes');
    const before = new ChangeRecord(10);
    const token = before.token;
    before.note(uriOf('a'), { departed: ['sip:bob@example.com'] });
    await before.keep(records, 7);
    const after = new ChangeRecord(10);
    await after.restore(records, 7);
    expect(after.since(token)).to.deep.equal([{ number: 1, uri: uriOf('a'), departed: ['sip:bob@example.com'] }]);
    const crashed = new ChangeRecord(10);
    await crashed.restore(records, 7);
    expect(crashed.since(token)).to.equal(undefined);
    await before.keep(records, 7);
    const changed = new ChangeRecord(10);
    await changed.restore(records, 8);
    expect(changed.since(token)).to.equal(undefined);
  });
});
