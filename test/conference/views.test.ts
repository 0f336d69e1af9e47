import { expect } from 'chai';
import fc from 'fast-check';
import { enrol } from '../../lib/conference/enrolment.ts';
import { USERS_SECTION } from '../../lib/conference/lists.ts';
import { Identities } from '../../lib/conference/people.ts';
import { type Reader, usersView, viewOf } from '../../lib/conference/views.ts';
import { emptyObject, ObjectEdit, type ConferenceObject } from '../../lib/model/conference-object.ts';
import { AUDIENCES, type Audience } from '../../lib/model/definitions.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { info, POLICY, PREFIXES, xcon } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { isPresent, type Origin } from '../../lib/model/user.ts';
import { parse } from '../../lib/xml/parse.ts';
import { expectValid } from '../support/schemas.ts';

interface Person {
  readonly anonymity: string;
  readonly role: string;
  readonly origin: Origin;
  readonly status: string;
  readonly guest: boolean;
}

const person: fc.Arbitrary<Person> = fc.record({
  anonymity: fc.constantFrom('', 'private', 'semi-private', 'hidden', 'anonymous', 'other'),
  role: fc.constantFrom('', 'organizer', 'moderator', 'observer'),
  origin: fc.constantFrom<Origin>('named', 'invited', 'joined'),
  status: fc.constantFrom('', 'connected', 'on-hold', 'pending', 'disconnected'),
  guest: fc.boolean(),
});

const idOf = (at: number): XconUserId => `xcon-userid:secret${at}x@example.com` as XconUserId;
const namesOf = (at: number): string[] => [`secret${at}x`, `address${at}x`, `name${at}x`];

function conferenceOf(people: readonly Person[], hidesAttendees: boolean): ConferenceObject {
  const uri = 'xcon:a@example.com' as XconUri;
  const edit = new ObjectEdit(emptyObject(uri, { kind: 'conference', active: true, anonymous: 0 }));
  const users = info('users').withAttribute('attendees', hidesAttendees ? 'hidden' : undefined, POLICY);
  edit.setSection(USERS_SECTION, Part.of(users));
  people.forEach(({ anonymity, role, origin, status, guest }, at) => {
    const uris = info('entry', {}, [info('uri', {}, [`sip:address${at}x@example.com`])]);
    const call = info('call-info', {}, [
      info(
        'sip',
        {},
        ['call-id', 'from-tag', 'to-tag'].map((local) => info(local, {}, ['call'])),
      ),
    ]);
    const phone = info('endpoint', { entity: `sip:address${at}x@example.com` }, [info('status', {}, [status]), call]);
    const user = info('user', { entity: idOf(at) }, [
      info('display-text', {}, [`name${at}x`]),
      info('associated-aors', {}, [uris]),
      ...(role ? [info('roles', {}, [info('entry', {}, [role])])] : []),
      ...(status ? [phone] : []),
      ...(anonymity ? [xcon('provide-anonymity', {}, [anonymity])] : []),
    ]);
    const alias = { alias: `xcon-userid:alias${at}x@example.com` as XconUserId };
    enrol(edit, idOf(at), user, guest ? { origin: 'joined', ...alias } : { origin }, new Identities());
  });
  return { ...edit.now, version: 1 };
}

/** Whether the RFCs and the policy table let a reader of this level know who this is. */
function mayKnow(
  { anonymity, role, origin, status, guest }: Person,
  level: Audience,
  hidesAttendees: boolean,
): boolean {
  if (level === 'organizer') return true;
  const isPrivate = anonymity === 'private' || anonymity === 'anonymous' || anonymity === 'other';
  if (level === 'moderator') return !isPrivate;
  if (anonymity !== '') return false;
  if (hidesAttendees && (guest || (role !== 'organizer' && role !== 'moderator'))) return false;
  const onlyInOccurrence = guest || origin === 'joined';
  return !onlyInOccurrence || (level === 'participant' && status !== 'pending');
}

async function textOf(object: ConferenceObject, reader: Reader): Promise<string> {
  const { content } = await viewOf(object, reader);
  return Buffer.concat([...content]).toString();
}

const documentOf = (content: string): string =>
  `<info:conference-info${PREFIXES.map(({ prefix, namespace }) => ` xmlns:${prefix}="${namespace}"`).join('')} entity="xcon:a@example.com">${content}</info:conference-info>`;

const IN = ['connected', 'on-hold', 'muted-via-focus'];

describe('a view', () => {
  const scene = fc.record({
    people: fc.array(person, { minLength: 1, maxLength: 6 }),
    hides: fc.boolean(),
    level: fc.constantFrom(...AUDIENCES),
    self: fc.option(fc.nat(5), { nil: undefined }),
    profile: fc.constantFrom('standard' as const, 'linphone' as const),
  });

  it('[E41, E44] names nobody whom its reader may not know, and shows him himself', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ people, hides, level, self: at, profile }) => {
        const object = conferenceOf(people, hides);
        const self = at !== undefined && at < people.length ? at : undefined;
        const reader: Reader = { level, self: self === undefined ? undefined : idOf(self), profile };
        const texts = [
          await textOf(object, reader),
          Buffer.concat([...(await usersView(object, reader)).content]).toString(),
        ];
        for (const text of texts) {
          people.forEach((one, who) => {
            if (who === self) for (const own of namesOf(who)) expect(text).to.include(own);
            else {
              const hiddenNames = mayKnow(one, level, hides)
                ? one.guest
                  ? [`secret${who}x`]
                  : []
                : [...namesOf(who), `alias${who}x`];
              for (const secret of hiddenNames) expect(text).to.not.include(secret);
            }
          });
          if (self === undefined && (level === 'invited' || level === 'participant'))
            expect(text).to.not.include('call-id');
        }
        expectValid('xcon-conference-info', documentOf(texts[0] ?? ''));
        expectValid('xcon-conference-info-rng', documentOf(texts[0] ?? ''));
      }),
      { numRuns: 300 },
    );
  });

  it('counts the users that it shows connected, and says active only to those who are in', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ people, hides, level, self: at }) => {
        const object = conferenceOf(people, hides);
        const self = at !== undefined && at < people.length ? idOf(at) : undefined;
        const root = parse(documentOf(await textOf(object, { level, self, profile: 'standard' })));
        const { namespace } = root;
        const connected = root
          .first(namespace, 'users')
          ?.all(namespace, 'user')
          .filter((one) =>
            one.all(namespace, 'endpoint').some((phone) => IN.includes(phone.first(namespace, 'status')?.text ?? '')),
          );
        const state = root.first(namespace, 'conference-state');
        const count = state?.first(namespace, 'user-count')?.text;
        if (level === 'invited') expect(state).to.equal(undefined);
        else if (level === 'participant' && hides) expect(count).to.equal(undefined);
        else expect(count).to.equal(String(connected?.length ?? 0));
      }),
      { numRuns: 300 },
    );
  });

  it('tells the anonymous apart, each under a name of her own', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ people, hides, level }) => {
        const object = conferenceOf(people, hides);
        const root = parse(documentOf(await textOf(object, { level, self: undefined, profile: 'standard' })));
        const users = root.first(root.namespace, 'users')?.all(root.namespace, 'user') ?? [];
        expect(new Set(users.map((one) => one.attribute('entity'))).size).to.equal(users.length);
        expect(object.counts.present).to.equal(
          [...object.users.values()].filter(({ facts }) => isPresent(facts)).length,
        );
      }),
    );
  });
});
