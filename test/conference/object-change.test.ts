import { expect } from 'chai';
import { DESCRIPTION_SECTION } from '../../lib/conference/lists.ts';
import { type Edited, objectChange } from '../../lib/conference/object-change.ts';
import type { ObjectChange } from '../../lib/conference/repository.ts';
import { type ConferenceObject, emptyObject, ObjectEdit, objectWith } from '../../lib/model/conference-object.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { info } from '../../lib/model/names.ts';
import { Part } from '../../lib/model/part.ts';
import { type UserFacts, userRecord } from '../../lib/model/user.ts';

const BOB = 'xcon-userid:bob@example.com' as XconUserId;
const NEW = emptyObject('xcon:a@example.com' as XconUri, { kind: 'conference', active: false, anonymous: 0 });

function edited(before: ConferenceObject, change: (edit: ObjectEdit) => void): Required<Edited> {
  const edit = new ObjectEdit(before);
  change(edit);
  return { before, after: objectWith(edit.now, { version: before.version + 1 }), touched: edit.touched };
}

const description = (subject: string) => (edit: ObjectEdit) =>
  edit.setSection(DESCRIPTION_SECTION, Part.of(info('conference-description', {}, [info('subject', {}, [subject])])));
const bob = (kept: Pick<UserFacts, 'origin' | 'number' | 'alias'>, roles: readonly string[]) => (edit: ObjectEdit) => {
  const entries = roles.map((role) => info('entry', {}, [role]));
  edit.setUser(BOB, userRecord(info('user', { entity: BOB }, [info('roles', {}, entries)]), kept));
};
const stored = (edit: Edited): ObjectChange =>
  objectChange('xcon:a@example.com' as XconUri, edit, 'xcon-userid:alice@example.com', 1_000);

describe('what the store is told of a change', () => {
  const made = edited(NEW, description('Planning'));
  const joined = edited(made.after, bob({ origin: 'named' }, ['participant']));

  it('is the new object with its texts, for one that is made', () => {
    const { expected, version, parts, ...rest } = stored({ after: made.after, touched: made.touched });
    expect({ expected, version }).to.deep.equal({ expected: 0, version: 1 });
    expect(rest).to.include({ by: 'xcon-userid:alice@example.com', at: 1_000, header: made.after.header });
    expect(parts.map(({ key, before, after }) => [key, before, after?.includes('Planning')])).to.deep.equal([
      [DESCRIPTION_SECTION, undefined, true],
    ]);
  });

  it('is the texts of what was touched, before and after it', () => {
    const { expected, version, parts } = stored(edited(made.after, description('Budget')));
    expect({ expected, version }).to.deep.equal({ expected: 1, version: 2 });
    expect(parts).to.have.length(1);
    expect(parts[0]?.before?.toString()).to.include('Planning');
    expect(parts[0]?.after?.toString()).to.include('Budget');
    expect(parts[0]?.identities).to.deep.equal(['=subject Budget']);
  });

  it('is version 0 and the texts that go, for one that is deleted', () => {
    const { expected, version, parts } = stored({ before: made.after, touched: made.touched });
    expect({ expected, version }).to.deep.equal({ expected: 1, version: 0 });
    expect(
      parts.map(({ before, after, identities }) => [before?.includes('Planning'), after, identities]),
    ).to.deep.equal([[true, undefined, []]]);
  });

  it('holds the description where the conference begins or ends, whose tokens tell of it', () => {
    const begins = edited(made.after, (edit) => edit.setHeader({ ...made.after.header, active: true }));
    expect(begins.touched).to.deep.equal([]);
    const { parts } = stored(begins);
    expect(parts.map(({ key, identities }) => [key, identities])).to.deep.equal([
      [DESCRIPTION_SECTION, ['=subject Planning', '=active']],
    ]);
  });

  it('holds the facts of a user before it where they do not follow from her text and the facts after it', () => {
    const factsBefore = (edit: Edited) => stored(edit).parts[0]?.factsBefore;
    expect(factsBefore(joined)).to.equal(undefined);
    expect(factsBefore(edited(joined.after, bob({ origin: 'named' }, ['moderator'])))).to.equal(undefined);
    expect(factsBefore(edited(joined.after, bob({ origin: 'named', number: 1 }, [])))).to.include({ origin: 'named' });
    expect(factsBefore(edited(joined.after, (edit) => edit.setUser(BOB, undefined)))).to.include({ origin: 'named' });
  });

  it('needs an object before or after', () => {
    expect(() => stored({ touched: [] })).to.throw('before or after');
  });
});
