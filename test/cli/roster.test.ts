import { expect } from 'chai';
import { changesBetween, linesOf, merged, rosterOf, type Look } from '../../lib/cli/roster.ts';
import type { Json } from '../../lib/notification/json.ts';

const user = (name: string, status: string | undefined, more: Record<string, Json> = {}): Json => ({
  'display-text': name,
  ...(status !== undefined && {
    endpoint: { [`sip:${name}`]: { status, media: { 1: { type: 'audio', status: 'sendrecv' } } } },
  }),
  ...more,
});
const document = (users: Record<string, Json>): Json => ({
  entity: 'xcon:1@example.com',
  'conference-description': { 'display-text': 'Board' },
  'conference-state': { active: true },
  users: { user: users },
});

const plain: Look = { columns: 80, lines: 24, colours: false, seen: new Map(), now: new Date('2026-01-01T10:30:00Z') };

describe('the roster that plenary watch shows', () => {
  it('has a line for each user, those who are in the conference first', () => {
    const when = '2026-01-01T10:00:00Z';
    const alice = user('Alice', 'connected', { roles: { entry: ['moderator', 'organizer'] } });
    const bob = {
      ...(user('Bob', 'on-hold') as object),
      endpoint: { x: { status: 'on-hold', 'joining-info': { when } } },
    };
    const lines = linesOf(rosterOf(document({ c: user('Carol', undefined), a: alice, b: bob })), plain);
    const since = new Date(when).toTimeString().slice(0, 5);
    expect(lines).to.deep.equal([
      'Board  active  2 here',
      '',
      `●  Alice  moderator, organizer  connected  audio⇄`,
      `◐  Bob                          on-hold            since ${since}, 30 min`,
      `·  Carol                        invited`,
      '',
    ]);
  });

  it('fits the terminal, whatever people are called', () => {
    const users = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`u${index}`, user(`会議${'x'.repeat(90)}`, 'connected')]),
    );
    const lines = linesOf(rosterOf(document(users)), { ...plain, columns: 40, lines: 10 });
    expect(lines.length).to.be.at.most(10);
    expect(lines.at(-2)).to.equal('   and 25 more');
    for (const line of lines) expect(Array.from(line).length).to.be.at.most(40);
  });

  it('lets no name speak to the terminal', () => {
    const lines = linesOf(rosterOf(document({ a: user('\x1b[2JEve\u202e\x07', 'connected') })), plain);
    expect(lines.join('\n'))
      .to.include('[2JEve')
      .and.not.match(/[\x00-\x09\x0b-\x1f\u202e]/);
  });

  it('tells in words what changed', () => {
    const before = rosterOf(document({ a: user('Alice', 'connected'), b: user('Bob', 'connected') }));
    const patch = {
      users: {
        user: { a: { endpoint: { 'sip:Alice': { status: 'on-hold' } } }, b: null, c: user('Carol', 'pending') },
      },
    };
    const now = rosterOf(merged(document({ a: user('Alice', 'connected'), b: user('Bob', 'connected') }), patch));
    expect(changesBetween(before, now)).to.deep.equal([
      'Alice: on-hold; audio⇄',
      'Carol: pending; audio⇄',
      'Bob: gone',
    ]);
    expect(changesBetween(now, now)).to.deep.equal([]);
    expect(changesBetween(undefined, before)[0]).to.equal('Board: 2 users');
  });

  it('applies merge patches as RFC 7396 says', () => {
    const cases: [Json, Json, Json][] = [
      [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
      [{ a: 'b' }, { a: null }, {}],
      [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
      [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
      [['a'], { b: 1 }, { b: 1 }],
    ];
    for (const [before, patch, after] of cases) expect(merged(before, patch)).to.deep.equal(after);
  });
});
