import { expect } from 'chai';
import { STATE_SECTION } from '../../lib/conference/lists.ts';
import { settleOccurrence, withoutEndpoints } from '../../lib/conference/occurrence.ts';
import { type ConferenceObject, emptyObject, ObjectEdit, type ObjectKind } from '../../lib/model/conference-object.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { info, xcon } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { anonymousEntity, type UserFacts, userRecord } from '../../lib/model/user.ts';
import { idOf, sipOf } from './world.ts';

type Kept = Pick<UserFacts, 'origin' | 'number' | 'alias'>;
type Person = readonly [name: string, status: string | undefined, kept: Kept];

const begin = (kind: ObjectKind = 'conference'): ObjectEdit =>
  new ObjectEdit(emptyObject('xcon:a@example.com' as XconUri, { kind, active: false, anonymous: 0 }));

/** Puts people with an endpoint of this status, or with none, into a conference. */
function put(edit: ObjectEdit, ...people: readonly Person[]): ObjectEdit {
  for (const [name, status, kept] of people) {
    const phone =
      status === undefined ? [] : [info('endpoint', { entity: sipOf(name) }, [info('status', {}, [status])])];
    const anonymity = kept.number === undefined ? [] : [xcon('provide-anonymity', {}, ['private'])];
    edit.setUser(idOf(name), userRecord(info('user', { entity: idOf(name) }, [...phone, ...anonymity]), kept));
  }
  return edit;
}

const settled = (edit: ObjectEdit): ConferenceObject => {
  settleOccurrence(edit);
  return edit.now;
};
const names = (object: ConferenceObject): string[] => [...object.users.keys()];
const named: Kept = { origin: 'named' };

describe('an occurrence', () => {
  for (const [status, begins] of [
    ...['connected', 'on-hold', 'muted-via-focus', 'pending'].map((one) => [one, true] as const),
    ...['dialing-out', 'dialing-in', 'alerting', 'disconnecting', 'disconnected'].map((one) => [one, false] as const),
    [undefined, false] as const,
  ]) {
    it(`${begins ? 'begins' : 'does not begin'} with the first user, when her endpoint is ${status ?? 'not there'}`, () => {
      expect(settled(put(begin(), ['bob', status, named])).header.active).to.equal(begins);
      expect(settled(put(begin('blueprint'), ['bob', status, named])).header.active).to.equal(false);
    });
  }

  it('goes on while anybody is in or waits, and changes nobody', () => {
    const on = settled(
      put(begin(), ['bob', 'connected', named], ['carol', 'connected', named], ['dave', 'pending', named]),
    );
    const first = put(new ObjectEdit(on), ['bob', undefined, named], ['carol', undefined, named]);
    expect(settled(first).header.active).to.equal(true);
    expect(first.touched.map(({ key }) => key)).to.deep.equal([idOf('bob'), idOf('carol')]);
    expect(settled(put(new ObjectEdit(first.now), ['dave', undefined, named])).header.active).to.equal(false);
  });

  it('takes with it, when the last one leaves, whoever came into it alone, endpoints, lock and anonymous numbers', () => {
    const edit = put(
      begin(),
      ['bob', 'connected', named],
      ['carol', 'disconnected', { origin: 'invited' }],
      ['dave', undefined, { origin: 'joined' }],
      ['erin', 'disconnected', { origin: 'joined', alias: idOf('alias') }],
      ['frank', undefined, { origin: 'named', number: 2 }],
    );
    edit.setHeader({ ...edit.now.header, anonymous: 2 });
    const more = xcon('allow-conference-event-subscription', {}, ['true']);
    edit.setSection(STATE_SECTION, Part.of(info('conference-state', {}, [info('locked', {}, ['true']), more])));
    const on = settled(edit);
    expect(names(on)).to.have.length(5);
    expect(on.addresses.get(anonymousEntity(2))).to.equal(idOf('frank'));
    const off = settled(put(new ObjectEdit(on), ['bob', undefined, named]));
    expect(off.header).to.include({ active: false, anonymous: 0 });
    expect(names(off)).to.deep.equal([idOf('bob'), idOf('carol'), idOf('frank')]);
    for (const { facts } of off.users.values()) {
      expect(facts).to.include({ endpoints: 0, connected: false, pending: false }).and.not.have.property('number');
    }
    expect([...off.addresses.keys()]).to.deep.equal([]);
    expect(off.counts).to.deep.equal({ connected: 0, hidden: 0, present: 0, pending: 0, organizers: 0, joined: 0 });
    const state = off.sections.get(STATE_SECTION)?.element;
    expect(state?.elements.map(({ local }) => local)).to.deep.equal(['allow-conference-event-subscription']);
  });

  it('leaves what the reservation says of a user, as it was', () => {
    const her = info('user', { entity: idOf('bob') }, [
      info('display-text', {}, ['Bob']),
      info('roles', {}, [info('entry', {}, ['moderator'])]),
    ]);
    const edit = begin();
    const phone = info('endpoint', { entity: sipOf('bob') }, [info('status', {}, ['connected'])]);
    edit.setUser(idOf('bob'), userRecord(her.withChildren([...her.children, phone]), named));
    const on = settled(edit);
    const record = on.users.get(idOf('bob'));
    const left = record && withoutEndpoints(record);
    expect(left?.part.element.elements).to.deep.equal(her.elements);
    expect(left?.facts).to.include({ origin: 'named', privilege: 'moderator' });
    if (left === undefined) throw new Error('Bob was in');
    expect(withoutEndpoints(left).part, 'the very same where nothing goes').to.equal(left.part);
  });

  it('that ended may begin again, with numbers from the first one', () => {
    const on = settled(put(begin(), ['bob', 'connected', named]));
    const off = settled(put(new ObjectEdit(on), ['bob', undefined, named]));
    const again = settled(put(new ObjectEdit(off), ['carol', 'connected', named]));
    expect(again.header).to.include({ active: true, anonymous: 0 });
    const untouched = new ObjectEdit(again);
    expect(settled(untouched)).to.equal(again);
  });
});
