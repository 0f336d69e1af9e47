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

  it('outlive an orderly end', async () => {
    const records: KeptChanges = new MemoryStore().records('calendar-changes');
    const before = new ChangeRecord(10);
    const token = before.token;
    before.note(uriOf('a'), { departed: ['sip:bob@example.com'] });
    await before.keep(records, true);
    const after = new ChangeRecord(10);
    expect(await after.restore(records)).to.equal(true);
    expect(after.since(token)).to.deep.equal([{ number: 1, uri: uriOf('a'), departed: ['sip:bob@example.com'] }]);
    expect(after.since(before.token)).to.deep.equal([]);
    expect(await new ChangeRecord(10).restore(new MemoryStore().records('calendar-changes'))).to.equal(false);
  });

  it('tell again what a user stored before a crash, until it is kept', async () => {
    const records: KeptChanges = new MemoryStore().records('calendar-changes');
    const alice = 'xcon-userid:alice@example.com' as XconUserId;
    const before = new ChangeRecord(10);
    await before.keep(records);
    const { token, epoch } = before;
    before.note(uriOf('a'), { user: alice });
    const after = new ChangeRecord(10);
    await after.restore(records);
    after.recall(uriOf('a'), alice, epoch);
    after.recall(uriOf('a'), alice, epoch);
    after.recall(uriOf('b'), alice, after.epoch);
    expect(after.since(token)?.map(({ uri, number }) => [uri, number])).to.deep.equal([[uriOf('a'), 1]]);
    expect(after.since(before.token), 'whoever knew it').to.have.length(1);
    expect(after.since(after.token)).to.deep.equal([]);
  });

  // What happens: a change, keeping what is known, a crash, an orderly end, or a client that synchronises.
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ changes: fc.constantFrom('a', 'b', 'c', 'd', 'e') }) },
    fc.constantFrom({ does: 'keep' } as const, { does: 'crash' } as const, { does: 'end' } as const),
    { weight: 2, arbitrary: fc.record({ client: fc.nat(2) }) },
  );

  it('[RFC 6578] are missed by no client, whatever crashes and ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const records: KeptChanges = new MemoryStore().records('calendar-changes');
        let record = new ChangeRecord(6);
        /** The change log behind what is kept. */
        let log: string[] = [];
        const clients = [0, 1, 2].map(() => ({ token: '', unseen: new Set<string>() }));
        const restart = async (): Promise<void> => {
          record = new ChangeRecord(6);
          await record.restore(records);
          for (const name of log) record.note(uriOf(name));
          await record.keep(records);
          log = [];
        };
        await record.keep(records);
        for (const one of steps) {
          if ('changes' in one) {
            record.note(uriOf(one.changes));
            log.push(one.changes);
            for (const { unseen } of clients) unseen.add(uriOf(one.changes));
          } else if ('client' in one) {
            const client = clients[one.client];
            if (client === undefined) throw new Error('there are three');
            const told = record.since(client.token)?.map(({ uri }) => uri);
            if (told !== undefined) expect(told).to.include.members([...client.unseen]);
            client.token = record.token;
            client.unseen.clear();
          } else {
            if (one.does !== 'crash') await record.keep(records, one.does === 'end');
            if (one.does !== 'crash') log = [];
            if (one.does !== 'keep') await restart();
          }
        }
      }),
    );
  });
});
