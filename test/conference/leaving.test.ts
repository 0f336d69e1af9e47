import { expect } from 'chai';
import type { Caller } from '../../lib/conference/calls.ts';
import { leave } from '../../lib/conference/leaving.ts';
import { Identities, type People } from '../../lib/conference/people.ts';
import { controlDefaults } from '../../lib/conference/control-parts.ts';
import { timeDefaults } from '../../lib/conference/times.ts';
import { commitDefaults } from '../../lib/conference/commits.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { standingOf } from '../../lib/conference/standing.ts';
import { type ConferenceObject, emptyObject, ObjectEdit } from '../../lib/model/conference-object.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { info, xcon } from '../../lib/model/names.ts';
import { anonymousEntity, type Origin, userRecord } from '../../lib/model/user.ts';
import { as, DOMAIN, idOf, principal, sipOf } from './world.ts';

const people: People = {
  domain: DOMAIN,
  servesDomain: () => true,
  principalById: () => Promise.resolve(undefined),
  principalByAddress: () => Promise.resolve(undefined),
};

interface Person {
  readonly origin?: Origin;
  readonly status?: string;
  readonly role?: string;
  readonly number?: number;
  readonly mayRemove?: boolean;
  readonly alias?: XconUserId;
}

/** A conference of these people; Alice organises it. */
function conferenceOf(all: Readonly<Record<string, Person>>): ConferenceObject {
  const edit = new ObjectEdit(
    emptyObject('xcon:a@example.com' as XconUri, { kind: 'conference', active: true, anonymous: 0 }),
  );
  for (const [name, person] of Object.entries<Person>({ alice: { role: 'organizer' }, ...all })) {
    const { origin = 'named', status, role, number, mayRemove, alias } = person;
    const element = info('user', { entity: idOf(name) }, [
      ...(role === undefined ? [] : [info('roles', {}, [info('entry', {}, [role])])]),
      ...(status === undefined ? [] : [info('endpoint', { entity: sipOf(name) }, [info('status', {}, [status])])]),
      ...(number === undefined ? [] : [xcon('provide-anonymity', {}, ['private'])]),
      ...(mayRemove === undefined ? [] : [xcon('allow-remove-users-dynamically', {}, [String(mayRemove)])]),
    ]);
    const kept = { origin, ...(number !== undefined && { number }), ...(alias !== undefined && { alias }) };
    edit.setUser(idOf(name), userRecord(element, kept));
  }
  return edit.now;
}

/** What becomes of a user when a caller deletes her: why not, gone, in as before, or out but still there. */
function outcome(object: ConferenceObject, who: string | Caller, whom: string, named: XconUserId | undefined): string {
  const caller: Caller = typeof who === 'string' ? { kind: 'user', principal: principal(who) } : who;
  const edit = new ObjectEdit(object);
  try {
    leave(
      {
        call: { ...as('bob'), caller },
        edit,
        standing: standingOf(object, caller),
        identities: new Identities(),
        people,
        limits: { ...commitDefaults, ...controlDefaults },
        rules: timeDefaults,
        now: 0,
        judge: () => undefined,
      },
      named,
    );
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
  const touched = edit.touched.map(({ key }) => key);
  expect(touched, 'nobody else').to.deep.equal(touched.length === 0 ? [] : [idOf(whom)]);
  const record = edit.now.users.get(idOf(whom));
  if (record === undefined) return 'gone';
  return record.facts.endpoints === 0 ? 'out' : 'in';
}

const ORIGINS: readonly Origin[] = ['named', 'invited', 'joined'];
const STATES = ['connected', 'pending', undefined] as const;

/** What a user becomes who is deleted by herself, by a moderator. */
const BECOMES: Readonly<Record<Origin, Readonly<Record<string, readonly [self: string, moderator: string]>>>> = {
  named: { connected: ['out', 'gone'], pending: ['out', 'gone'], absent: ['gone', 'gone'] },
  invited: { connected: ['out', 'out'], pending: ['out', 'out'], absent: ['gone', 'gone'] },
  joined: { connected: ['gone', 'gone'], pending: ['gone', 'gone'], absent: ['gone', 'gone'] },
};

describe('userRequest/delete', () => {
  for (const origin of ORIGINS) {
    for (const status of STATES) {
      const [self, other] = BECOMES[origin][status ?? 'absent'] ?? [];
      it(`[U10] leaves one ${origin} and ${status ?? 'not in'} ${self} by herself, ${other} by those who may`, () => {
        const object = conferenceOf({
          bob: { origin, ...(status && { status }) },
          carol: { role: 'moderator' },
        });
        expect(outcome(object, 'bob', 'bob', undefined)).to.equal(self);
        expect(outcome(object, 'bob', 'bob', idOf('bob'))).to.equal(self);
        for (const who of ['carol', 'alice', 'root'])
          expect(outcome(object, who, 'bob', idOf('bob')), who).to.equal(other);
      });
    }
  }

  it('[U10, E39] of another is for those with privilege, and of these only for organizers', () => {
    const object = conferenceOf({
      bob: { status: 'connected' },
      carol: { role: 'moderator', status: 'connected' },
      dave: { role: 'moderator', status: 'connected' },
      erin: { role: 'administrator', status: 'connected' },
      frank: { status: 'connected' },
    });
    const by = (who: string): string[] =>
      ['frank', 'dave', 'erin'].map((whom) => outcome(object, who, whom, idOf(whom)));
    expect(by('bob')).to.deep.equal(['not-allowed', 'not-allowed', 'not-allowed']);
    expect(by('carol')).to.deep.equal(['gone', 'not-allowed', 'not-allowed']);
    expect(by('alice')).to.deep.equal(['gone', 'gone', 'gone']);
    expect(by('root')).to.deep.equal(['gone', 'gone', 'gone']);
  });

  it('[E40] of another is for a participant with allow-remove-users-dynamically while she is in', () => {
    const by = (person: Person): string =>
      outcome(
        conferenceOf({ bob: person, carol: { status: 'connected' }, dave: { role: 'moderator' } }),
        'bob',
        'carol',
        idOf('carol'),
      );
    expect(by({ mayRemove: true, status: 'connected' })).to.equal('gone');
    expect(by({ mayRemove: false, status: 'connected' })).to.equal('not-allowed');
    expect(by({ mayRemove: true })).to.equal('not-allowed');
    expect(by({ mayRemove: true, status: 'pending' })).to.equal('not-allowed');
    const moderated = conferenceOf({ bob: { mayRemove: true, status: 'connected' }, dave: { role: 'moderator' } });
    expect(outcome(moderated, 'bob', 'dave', idOf('dave'))).to.equal('not-allowed');
  });

  it('leaves a conference its organizer, who may hang up', () => {
    expect(outcome(conferenceOf({}), 'alice', 'alice', undefined)).to.equal('not-allowed');
    const inIt = conferenceOf({ alice: { role: 'organizer', status: 'connected' } });
    expect(outcome(inIt, 'alice', 'alice', undefined)).to.equal('out');
  });

  it('[U8] finds nobody whom the caller may not know of, and the anonymous under that name alone', () => {
    const object = conferenceOf({
      bob: { status: 'connected', mayRemove: true },
      carol: { status: 'connected', number: 1 },
      dave: { role: 'moderator' },
      frank: { origin: 'joined', status: 'pending' },
    });
    expect(outcome(object, 'bob', 'carol', idOf('carol'))).to.equal('no-such-user');
    expect(outcome(object, 'bob', 'carol', anonymousEntity(1))).to.equal('gone');
    expect(outcome(object, 'dave', 'carol', idOf('carol'))).to.equal('no-such-user');
    expect(outcome(object, 'alice', 'carol', idOf('carol'))).to.equal('gone');
    expect(outcome(object, 'bob', 'frank', idOf('frank'))).to.equal('no-such-user');
    expect(outcome(object, 'bob', 'erin', idOf('erin'))).to.equal('no-such-user');
    expect(outcome(object, 'root', 'root', undefined)).to.equal('no-such-user');
  });

  it('[U4] lets a guest go by her secret id, and lets nobody use it', () => {
    const object = conferenceOf({
      guest: { origin: 'joined', status: 'connected', alias: idOf('alias') },
      dave: { role: 'moderator' },
    });
    expect(outcome(object, { kind: 'guest', userId: idOf('guest') }, 'guest', undefined)).to.equal('gone');
    expect(outcome(object, 'dave', 'guest', idOf('guest'))).to.equal('no-such-user');
    expect(outcome(object, 'dave', 'guest', idOf('alias'))).to.equal('gone');
    expect(outcome(object, { kind: 'guest', userId: idOf('alias') }, 'guest', idOf('alias'))).to.equal('no-such-user');
  });
});
