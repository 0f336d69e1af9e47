import { expect } from 'chai';
import fc from 'fast-check';
import { type ConferenceObject, emptyObject, ObjectEdit } from '../../lib/model/conference-object.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { info, xcon } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { AddressTaken, anonymousEntity, isPresent, type Origin, userRecord } from '../../lib/model/user.ts';

const URI = 'xcon:a@example.com' as XconUri;
const empty = (): ConferenceObject => emptyObject(URI, { kind: 'conference', active: false, anonymous: 0 });

interface Step {
  readonly who: number;
  readonly gone: boolean;
  readonly address: number;
  readonly status: string;
  readonly anonymity: string;
  readonly role: string;
  readonly origin: Origin;
  readonly guest: boolean;
  readonly number: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat(4),
  gone: fc.boolean(),
  address: fc.nat(5),
  status: fc.constantFrom('', 'connected', 'on-hold', 'pending', 'disconnected'),
  anonymity: fc.constantFrom('', 'private', 'semi-private', 'hidden', 'anonymous'),
  role: fc.constantFrom('', 'organizer', 'Administrator', 'moderator', 'observer'),
  origin: fc.constantFrom<Origin>('named', 'invited', 'joined'),
  guest: fc.boolean(),
  number: fc.nat(3),
});

const idOf = (who: number): XconUserId => `xcon-userid:u${who}@example.com` as XconUserId;

function recordOf({ who, address, status, anonymity, role, origin, guest, number }: Step) {
  const endpoint = info(
    'endpoint',
    { entity: `sip:e${who}@example.com` },
    status ? [info('status', {}, [status])] : [],
  );
  const user = info('user', { entity: idOf(who) }, [
    info('associated-aors', {}, [info('entry', {}, [info('uri', {}, [`SIP:A${address}@example.com:5060`])])]),
    ...(role ? [info('roles', {}, [info('entry', {}, [role])])] : []),
    ...(status ? [endpoint] : []),
    ...(anonymity ? [xcon('provide-anonymity', {}, [anonymity])] : []),
  ]);
  const alias = `xcon-userid:alias${who}@example.com` as XconUserId;
  return userRecord(user, { origin, ...(guest && { alias }), ...(number > 0 && { number: who * 10 + number }) });
}

/** Counts and names as somebody would find them who walks all users. */
function recounted({ users }: ConferenceObject) {
  const all = [...users.values()].map(({ facts }) => facts);
  const count = (has: (facts: (typeof all)[number]) => boolean): number => all.filter(has).length;
  const addresses = [...users].flatMap(([key, { facts }]) => {
    const names = facts.alias === undefined ? facts.addresses : [facts.alias];
    return [...names, ...(facts.number === undefined ? [] : [anonymousEntity(facts.number)])].map((name) => [
      name,
      key,
    ]);
  });
  return {
    counts: {
      connected: count((facts) => facts.connected),
      hidden: count((facts) => facts.connected && facts.anonymity === 'hidden'),
      present: count(isPresent),
      pending: count((facts) => facts.pending),
      organizers: count((facts) => facts.privilege === 'organizer'),
      joined: count((facts) => facts.origin === 'joined'),
    },
    addresses: Object.fromEntries(addresses) as Record<string, string>,
  };
}

describe('an edit of a conference object', () => {
  it('keeps counts and addresses as a recount from scratch finds them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let object = empty();
        for (const one of steps) {
          const edit = new ObjectEdit(object);
          try {
            edit.setUser(idOf(one.who), one.gone ? undefined : recordOf(one));
          } catch (error) {
            if (error instanceof AddressTaken) continue;
            throw error;
          }
          object = edit.now;
          const { counts, addresses } = recounted(object);
          expect(object.counts).to.deep.equal(counts);
          expect(object.addresses.toObject()).to.deep.equal(addresses);
        }
      }),
    );
  });

  it('[L10] gives no address to two users', () => {
    const edit = new ObjectEdit(empty());
    const alice = {
      who: 1,
      gone: false,
      address: 1,
      status: '',
      anonymity: '',
      role: '',
      origin: 'named',
      guest: false,
      number: 0,
    } as const;
    edit.setUser(idOf(1), recordOf(alice));
    expect(() => edit.setUser(idOf(2), recordOf({ ...alice, who: 2 }))).to.throw(AddressTaken);
  });

  it('names each part that it touched once, and shares the others', () => {
    const first = new ObjectEdit(empty());
    first.setSection('{x}a', Part.of(info('host-info')));
    first.setSection('{x}b', Part.of(info('host-info')));
    const second = new ObjectEdit(first.now);
    second.setSection('{x}b', Part.of(info('host-info', {}, [info('display-text', {}, ['b'])])));
    second.setSection('{x}b', undefined);
    second.setSection('{x}c', undefined);
    expect(second.touched).to.deep.equal([{ kind: 'section', key: '{x}b' }]);
    expect(second.now.sections.get('{x}a')).to.equal(first.now.sections.get('{x}a'));
  });

  it('keeps the place of a user who goes and comes back in one edit', () => {
    const person = {
      gone: false,
      status: '',
      anonymity: '',
      role: '',
      origin: 'named',
      guest: false,
      number: 0,
    } as const;
    const first = new ObjectEdit(empty());
    for (const who of [0, 1, 2]) first.setUser(idOf(who), recordOf({ ...person, who, address: who }));
    const second = new ObjectEdit(first.now);
    second.setUser(idOf(0), undefined);
    second.setUser(idOf(1), undefined);
    second.setUser(idOf(0), recordOf({ ...person, who: 0, address: 5 }));
    expect([...second.now.users.keys()]).to.deep.equal([idOf(0), idOf(2)]);
  });

  it('takes names that objects of JavaScript have as any other', () => {
    const edit = new ObjectEdit(empty());
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const id = `xcon-userid:${name}` as XconUserId;
      expect(edit.now.users.has(id)).to.equal(false);
      edit.setUser(id, userRecord(info('user', { entity: id }), { origin: 'named' }));
      expect(edit.now.users.has(id)).to.equal(true);
    }
    expect(edit.now.users.size).to.equal(3);
  });
});
