import { expect } from 'chai';
import fc from 'fast-check';
import {
  EMPTY_INBOX,
  Inboxes,
  inboxSince,
  inboxToken,
  type KeptInbox,
  type SchedulingMessage,
  withMessage,
  withoutMessage,
} from '../../../lib/calendar/dav/inbox.ts';
import type { XconUri, XconUserId } from '../../../lib/model/identifiers.ts';
import { MemoryStore } from '../../../lib/store/memory.ts';

const said = (at = 0): SchedulingMessage => ({ uri: 'xcon:1@example.com' as XconUri, at, method: 'REQUEST' });
const namesIn = ({ messages }: Pick<KeptInbox, 'messages'>): string[] => messages.map(({ name }) => name);

describe('a scheduling inbox', () => {
  it('[RFC 6638] has the newest of what is said under one name', () => {
    const inbox = withMessage(withMessage(withMessage(EMPTY_INBOX, 'a', said(1), 9), 'b', said(2), 9), 'a', said(3), 9);
    expect(inbox.messages.map(({ name, at, number }) => [name, at, number])).to.deep.equal([
      ['b', 2, 2],
      ['a', 3, 3],
    ]);
  });

  it('loses the oldest when it has too many', () => {
    const full = ['a', 'b', 'c', 'd'].reduce((inbox, name) => withMessage(inbox, name, said(), 2), EMPTY_INBOX);
    expect(namesIn(full)).to.deep.equal(['c', 'd']);
    expect(inboxSince(full, inboxToken(1))?.gone.map(({ name }) => name)).to.deep.equal(['a', 'b']);
    const more = withMessage(full, 'e', said(), 2);
    expect(inboxSince(more, inboxToken(2)), 'what it lost first is forgotten').to.equal(undefined);
    expect(inboxSince(more, inboxToken(3))).not.to.equal(undefined);
  });

  const step = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), isNew: fc.boolean() });

  it('[RFC 6578] is the same for who follows it, or is read again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), fc.array(fc.boolean()), (steps, looks) => {
        let inbox: KeptInbox = EMPTY_INBOX;
        let known = new Map<string, number>();
        let token = inboxToken(0);
        for (const [index, { name, isNew }] of steps.entries()) {
          inbox = isNew ? withMessage(inbox, name, said(), 3) : withoutMessage(inbox, name, 3);
          expect(inbox.messages.length).to.be.at.most(3);
          if (looks[index % Math.max(1, looks.length)] !== true) continue;
          const changes = inboxSince(inbox, token);
          if (changes === undefined) known = new Map();
          for (const gone of changes?.gone ?? []) known.delete(gone.name);
          for (const one of changes?.messages ?? inbox.messages) known.set(one.name, one.number);
          token = inboxToken(inbox.newest);
          expect([...known].toSorted()).to.deep.equal(inbox.messages.map((one) => [one.name, one.number]).toSorted());
        }
      }),
    );
  });

  it('is kept, whatever comes at once', async () => {
    const records = new MemoryStore().records<KeptInbox>('calendar-inbox');
    const inboxes = new Inboxes(records, 10);
    const bob = 'xcon-userid:bob@example.com' as XconUserId;
    await Promise.all(['a', 'b', 'c'].map((name) => inboxes.deliver(bob, name, said())));
    await Promise.all([inboxes.remove(bob, 'b'), inboxes.deliver(bob, 'd', said())]);
    expect(namesIn(await new Inboxes(records, 10).of(bob))).to.deep.equal(['a', 'c', 'd']);
  });
});
