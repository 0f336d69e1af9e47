import { expect } from 'chai';
import { admit, checkRoom } from '../../lib/conference/admission.ts';
import type { Caller } from '../../lib/conference/calls.ts';
import { DESCRIPTION_SECTION, STATE_SECTION, USERS_SECTION } from '../../lib/conference/lists.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { standingOf } from '../../lib/conference/standing.ts';
import { type ConferenceObject, emptyObject, ObjectEdit } from '../../lib/model/conference-object.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { info, xcon } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { userRecord } from '../../lib/model/user.ts';
import { idOf, principal } from './world.ts';

const POLICIES = [undefined, 'closedAuthenticated', 'openAuthenticated', 'anonymous', 'other'] as const;
const HANDLINGS = [undefined, 'block', 'confirm', 'allow', 'authenticate', 'directed-operator', 'other'] as const;
const LISTS = ['none', 'allowed', 'allowed domain', 'denied', 'denied role'] as const;

type List = (typeof LISTS)[number];

const TARGETS: Readonly<Record<Exclude<List, 'none'>, string>> = {
  allowed: 'sip:BOB@example.com',
  'allowed domain': '*@Example.com',
  denied: 'xcon-userid:bob@example.com',
  'denied role': 'observer',
};

/** Alice's conference, in which Bob is named as an observer; Carol is a stranger. */
function conferenceOf(policy: string | undefined, handling: string | undefined, list: List): ConferenceObject {
  const edit = new ObjectEdit(
    emptyObject('xcon:a@example.com' as XconUri, { kind: 'conference', active: false, anonymous: 0 }),
  );
  const target = list === 'none' ? undefined : xcon('target', { uri: TARGETS[list] });
  const name = list.startsWith('denied') ? 'deny-users-list' : 'allowed-users-list';
  edit.setSection(
    USERS_SECTION,
    Part.of(
      info('users', {}, [
        ...(handling === undefined ? [] : [xcon('join-handling', {}, [handling])]),
        ...(policy === undefined ? [] : [xcon('user-admission-policy', {}, [policy])]),
        ...(target === undefined ? [] : [xcon(name, {}, [target])]),
      ]),
    ),
  );
  for (const [who, role] of [
    ['alice', 'organizer'],
    ['bob', 'observer'],
  ] as const) {
    const roles = info('roles', {}, [info('entry', {}, [role])]);
    edit.setUser(idOf(who), userRecord(info('user', { entity: idOf(who) }, [roles]), { origin: 'named' }));
  }
  return edit.now;
}

const CALLERS: Readonly<Record<string, Caller>> = {
  alice: { kind: 'user', principal: principal('alice') },
  bob: { kind: 'user', principal: principal('bob') },
  carol: { kind: 'user', principal: principal('carol') },
  newcomer: { kind: 'newcomer' },
};

function outcome(object: ConferenceObject, caller: Caller): string {
  try {
    return admit(object, caller, standingOf(object, caller));
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

/** What RFC 6501 §4.6.1 and §4.6.2 ask, said once more. */
function asked(policy: string | undefined, handling: string | undefined, list: List, who: string): string {
  if (who === 'alice') return 'in';
  const isUser = who !== 'newcomer';
  const isKnown = who === 'bob' || (who === 'carol' && list === 'allowed domain');
  const no = !isUser ? 'authentication-required' : isKnown ? 'not-allowed' : 'no-such-conference';
  if (!isUser && policy !== 'anonymous') return 'authentication-required';
  const isAllowed = list === 'allowed domain' || (list === 'allowed' && who === 'bob');
  const isDenied = who === 'bob' && list.startsWith('denied');
  if (policy === 'openAuthenticated' && isDenied) return no;
  if (policy === 'closedAuthenticated' && !isAllowed) return handling === 'confirm' ? 'pending' : no;
  if (handling === 'allow') return 'in';
  if (handling === 'confirm') return 'pending';
  return handling === 'authenticate' && isUser ? 'in' : no;
}

describe('admission', () => {
  for (const policy of POLICIES) {
    it(`[E31, E32, E33, E34, E37] with the policy ${policy ?? 'absent'} is what join-handling and lists say, for each caller`, () => {
      for (const handling of HANDLINGS) {
        for (const list of LISTS) {
          const object = conferenceOf(policy, handling, list);
          for (const [who, caller] of Object.entries(CALLERS)) {
            expect(outcome(object, caller), `${String(handling)}, ${list}, ${who}`).to.equal(
              asked(policy, handling, list, who),
            );
          }
        }
      }
    });
  }

  it('says the same to newcomers of a conference that is not for them as of one that is not there', () => {
    const words = POLICIES.filter((one) => one !== 'anonymous').flatMap((policy) =>
      HANDLINGS.map((handling) => {
        const object = conferenceOf(policy, handling, 'none');
        try {
          admit(object, { kind: 'newcomer' }, standingOf(object, { kind: 'newcomer' }));
          return 'in';
        } catch (error) {
          return String(error);
        }
      }),
    );
    expect(new Set(words).size).to.equal(1);
  });

  it('[E27, E21] has no room in a locked or full conference', () => {
    const edit = new ObjectEdit(conferenceOf(undefined, 'allow', 'none'));
    expect(() => checkRoom(edit.now, 1)).to.not.throw();
    expect(() => checkRoom(edit.now, 1, 2))
      .to.throw(Refusal)
      .with.property('reason', 'resources-exhausted');
    edit.setSection(
      DESCRIPTION_SECTION,
      Part.of(info('conference-description', {}, [info('maximum-user-count', {}, ['0'])])),
    );
    expect(() => checkRoom(edit.now, 1))
      .to.throw(Refusal)
      .with.property('reason', 'resources-exhausted');
    edit.setSection(STATE_SECTION, Part.of(info('conference-state', {}, [info('locked', {}, ['1'])])));
    expect(() => checkRoom(edit.now, 1))
      .to.throw(Refusal)
      .with.property('reason', 'not-allowed');
  });

  it('knows a guest only by the id that is her secret', () => {
    const edit = new ObjectEdit(conferenceOf('anonymous', 'allow', 'none'));
    const [secret, alias] = [idOf('secret'), idOf('alias')];
    const phone = info('endpoint', { entity: 'sip:x@y' }, [info('status', {}, ['connected'])]);
    edit.setUser(secret, userRecord(info('user', { entity: secret }, [phone]), { origin: 'joined', alias }));
    const levelOf = (userId: XconUserId) => standingOf(edit.now, { kind: 'guest', userId }).level;
    expect([levelOf(secret), levelOf(alias), levelOf(idOf('bob'))]).to.deep.equal([
      'participant',
      undefined,
      undefined,
    ]);
  });
});
