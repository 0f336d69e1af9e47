import { expect } from 'chai';
import type { Call } from '../../lib/conference/calls.ts';
import { DESCRIPTION_SECTION } from '../../lib/conference/lists.ts';
import { checkPassword, generatePassword, generatesPassword, passwordsOf } from '../../lib/conference/passwords.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { attemptDefaults, Attempts } from '../../lib/directory/attempts.ts';
import { type ConferenceObject, emptyObject, ObjectEdit } from '../../lib/model/conference-object.ts';
import { AUDIENCES, type Audience } from '../../lib/model/definitions.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { info, POLICY, xcon } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { as, idOf, newcomer, principal } from './world.ts';

/** A conference with one entry of conf-uris for each list of passwords. */
function conferenceWith(...entries: readonly (readonly string[])[]): ConferenceObject {
  const edit = new ObjectEdit(
    emptyObject('xcon:a@example.com' as XconUri, { kind: 'conference', active: false, anonymous: 0 }),
  );
  const uris = entries.map((passwords, index) =>
    info('entry', {}, [
      info('uri', {}, [`sip:${index}@example.com`]),
      ...passwords.map((password) => xcon('conference-password', {}, [password])),
    ]),
  );
  edit.setSection(
    DESCRIPTION_SECTION,
    Part.of(info('conference-description', {}, uris.length === 0 ? [] : [info('conf-uris', {}, uris)])),
  );
  return edit.now;
}

/** A door with its own count of attempts and its own clock, in seconds. */
function door(object: ConferenceObject) {
  const time = { seconds: 0 };
  const attempts = new Attempts(() => time.seconds * 1000);
  const knock = (call: Call, level: Audience = 'participant'): string => {
    try {
      checkPassword(object, call, { level, self: undefined, record: undefined }, attempts);
      return 'open';
    } catch (error) {
      if (error instanceof Refusal) return /\d+ s/.test(error.message) ? 'held back' : error.reason;
      throw error;
    }
  };
  return { time, knock };
}

const FREE = attemptDefaults.pair.free;
const times = (count: number, knock: () => string): string[] => Array.from({ length: count }, knock);

describe('conference passwords', () => {
  it('[M8] are asked of those without privilege alone', () => {
    const { knock } = door(conferenceWith(['1234']));
    const required = 'conference-password-required';
    const answers = AUDIENCES.map((level) => [level, knock(as('bob'), level)]);
    expect(Object.fromEntries(answers)).to.deep.equal({
      invited: required,
      participant: required,
      moderator: 'open',
      organizer: 'open',
    });
    expect(knock(newcomer)).to.equal(required);
    expect(knock(as('bob', 'wrong'), 'moderator')).to.equal('open');
  });

  it('[M8] are told apart from their absence: none is 423, a wrong one 422', () => {
    const { knock } = door(conferenceWith(['1234']));
    expect(knock(as('bob'))).to.equal('conference-password-required');
    for (const wrong of ['', ' ', '123', '12345', '1234\u0000', 'undefined', '１２３４', '9'.repeat(10_000)]) {
      expect(door(conferenceWith(['1234'])).knock(as('bob', wrong)), wrong).to.equal('wrong-conference-password');
    }
    expect(knock(as('bob', ' 1234\n'))).to.equal('open');
  });

  it('[E18] open by any of several, under whichever address they stand', () => {
    const object = conferenceWith([], ['one', ' two '], ['three']);
    expect(passwordsOf(object)).to.deep.equal(['one', 'two', 'three']);
    for (const password of ['one', 'two', 'three', ' one '])
      expect(door(object).knock(as('bob', password)), password).to.equal('open');
    expect(door(object).knock(as('bob', 'one two'))).to.equal('wrong-conference-password');
  });

  it('are not asked where there are none, whatever is sent', () => {
    for (const object of [conferenceWith(), conferenceWith([], [])]) {
      expect([door(object).knock(as('bob')), door(object).knock(as('bob', 'x'))]).to.deep.equal(['open', 'open']);
    }
    const bare = emptyObject('xcon:b@example.com' as XconUri, { kind: 'conference', active: false, anonymous: 0 });
    expect(passwordsOf(bare)).to.deep.equal([]);
  });

  it('[M8] are guessed a limited number of times by one user from one source, then even the right one waits', () => {
    const { knock, time } = door(conferenceWith(['1234']));
    const guess = (): string => knock(as('bob', '0'));
    expect(new Set(times(FREE + 1, guess))).to.deep.equal(new Set(['wrong-conference-password']));
    expect([guess(), knock(as('bob', '1234'))]).to.deep.equal(['held back', 'held back']);
    expect(knock(as('bob'))).to.equal('conference-password-required');
    time.seconds += attemptDefaults.pair.first - 0.001;
    expect(knock(as('bob', '1234'))).to.equal('held back');
    time.seconds += 0.001;
    expect(guess()).to.equal('wrong-conference-password');
    time.seconds += attemptDefaults.pair.first;
    expect(knock(as('bob', '1234')), 'each further failure doubles the wait').to.equal('held back');
    time.seconds += attemptDefaults.pair.first;
    expect(knock(as('bob', '1234'))).to.equal('open');
    expect(new Set(times(FREE, guess)), 'a right one ends it').to.deep.equal(new Set(['wrong-conference-password']));
  });

  it('[M8] are held back from the guesser alone: not from others, nor from another source', () => {
    const { knock } = door(conferenceWith(['1234']));
    times(FREE + 2, () => knock(as('bob', '0')));
    expect(knock(as('bob', '1234'))).to.equal('held back');
    expect(knock(as('carol', '1234'))).to.equal('open');
    expect(knock({ ...as('bob', '1234'), source: '198.51.100.7' })).to.equal('open');
    expect(knock({ ...newcomer, password: '1234' })).to.equal('open');
    expect(knock(as('bob', '0'), 'moderator')).to.equal('open');
  });

  it('[M8] are held back from a source that tries many names', () => {
    const { knock } = door(conferenceWith(['1234']));
    const { source } = as('bob');
    for (let at = 0; at <= attemptDefaults.source.free; at++) {
      const caller = { kind: 'user', principal: { ...principal('bob'), userId: idOf(`u${at}`) } } as const;
      expect(knock({ ...as('bob', '0'), caller }), String(at)).to.equal('wrong-conference-password');
    }
    expect(knock({ ...newcomer, source, password: '1234' })).to.equal('held back');
    expect(knock({ ...newcomer, password: '1234' })).to.equal('open');
  });

  it('that are generated are digits, as many as asked, and no two the same', () => {
    for (const digits of [1, 6, 10, 40]) expect(generatePassword(digits).text).to.match(new RegExp(`^\\d{${digits}}$`));
    const many = new Set(times(200, () => generatePassword(12).text));
    expect(many.size).to.equal(200);
    const digits = new Set([...many].join(''));
    expect([...digits].sort().join('')).to.equal('0123456789');
    expect(generatePassword(4).local).to.equal('conference-password');
  });

  it('are generated where the blueprint says so', () => {
    const description = info('conference-description');
    const says = (value: string) => generatesPassword(description.withAttribute('conference-password', value, POLICY));
    expect([generatesPassword(description), says('generate'), says('1234')]).to.deep.equal([false, true, false]);
  });
});
