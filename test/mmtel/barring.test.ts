import { expect } from 'chai';
import fc from 'fast-check';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { CommunicationBarring } from '../../lib/mmtel/barring.ts';
import { SimservsDocuments } from '../../lib/mmtel/documents.ts';
import { isFocus } from '../../lib/mmtel/focus-evidence.ts';
import { Cursor } from '../../lib/sip/message/cursor.ts';
import { type NameAddress, readNameAddress } from '../../lib/sip/message/name-address.ts';
import { MemoryRecords } from '../../lib/store/memory-records.ts';
import { DOMAIN, idOf, person, sipOf } from '../conference/world.ts';
import { incoming, one, outgoing, rule, simservs } from './documents.ts';

const CONFERENCE = 'xcon:room@example.com' as XconUri;
const PEOPLE = ['alice', 'bob', 'carol'].map(person);
const ALL = rule('', false);
const parseNameAddress = (text: string): NameAddress => readNameAddress(new Cursor(text, 'Contact'));

async function barred(rules: Readonly<Record<string, string>>): Promise<CommunicationBarring> {
  const documents = await SimservsDocuments.open(new MemoryRecords());
  for (const [name, text] of Object.entries(rules)) await documents.put(idOf(name), simservs(text));
  return new CommunicationBarring({
    documents,
    people: {
      principalById: (id) => Promise.resolve(PEOPLE.find(({ userId }) => userId === id)),
      principalByAddress: (address) => Promise.resolve(PEOPLE.find(({ addresses }) => addresses.includes(address))),
    },
    domain: DOMAIN,
    now: () => 0,
  });
}

const statusOf = async (verdict: Promise<{ allowed: true } | { allowed: false; status: number }>): Promise<number> => {
  const found = await verdict;
  return found.allowed ? 200 : found.status;
};

describe('screening of calls', () => {
  it('finds whose an address is, however it is written', async () => {
    const screening = await barred({ bob: incoming(ALL) });
    for (const address of ['sip:bob@example.com', 'sips:bob@example.com', 'SIP:b%6Fb@EXAMPLE.com:5061;transport=tls'])
      expect(await statusOf(screening.add(undefined, { addresses: [address] }, CONFERENCE, [])), address).to.equal(603);
    expect(await statusOf(screening.add(undefined, { addresses: [sipOf('carol')] }, CONFERENCE, []))).to.equal(200);
  });

  it('knows who adds by all of her addresses, also when she has left', async () => {
    const screening = await barred({ bob: incoming(rule(one(sipOf('alice')), false)) });
    const adder = { userId: idOf('alice'), addresses: [] };
    expect(await statusOf(screening.add(adder, { addresses: [sipOf('bob')] }, CONFERENCE, []))).to.equal(603);
  });

  it('asks who calls, then who is called, for media, anonymity and diversion', async () => {
    const screening = await barred({
      alice: outgoing(rule('<media>video</media>', false)),
      bob: incoming(rule('<anonymous/>', false)),
      carol: incoming(rule('<communication-diverted/>', false)),
    });
    const alice = { userId: idOf('alice'), addresses: [sipOf('alice')] };
    const add = (name: string, media: string[], more = {}, adder = {}): Promise<number> =>
      statusOf(screening.add({ ...alice, ...adder }, { addresses: [sipOf(name)], ...more }, CONFERENCE, media));
    expect(await add('bob', ['audio'])).to.equal(200);
    expect(await add('bob', ['audio', 'VIDEO'])).to.equal(603);
    expect(await add('bob', ['audio'], {}, { anonymous: true })).to.equal(433);
    expect(await add('carol', ['audio'])).to.equal(200);
    expect(await add('carol', ['audio'], { diverted: true })).to.equal(603);
    expect(await statusOf(screening.join(alice, CONFERENCE, ['video']))).to.equal(603);
    expect(await statusOf(screening.join({ addresses: [] }, CONFERENCE, ['video']))).to.equal(200);
  });

  it('takes roaming from who knows it', async () => {
    const screening = await barred({ alice: outgoing(rule('<roaming/>', false)) });
    const alice = { userId: idOf('alice'), addresses: [] };
    expect(await statusOf(screening.join(alice, CONFERENCE, []))).to.equal(200);
    expect(await statusOf(screening.join({ ...alice, roaming: true }, CONFERENCE, []))).to.equal(603);
  });
});

describe('evidence of a focus', () => {
  it('is isfocus among the parameters of a Contact, unless it is false', () => {
    const parameter = fc.constantFrom('isfocus', 'ISFOCUS', 'isfocus="TRUE"', 'isfocus=true');
    fc.assert(
      fc.property(parameter, (written) => {
        expect(isFocus(parseNameAddress(`<sip:a@b>;x=1;${written}`))).to.equal(true);
        expect(isFocus(parseNameAddress(`<sip:a@b;${written.replaceAll('"', '')}>`))).to.equal(false);
      }),
    );
    for (const written of [
      '<sip:a@b>',
      '<sip:a@b>;isfocus="FALSE"',
      '<sip:a@b>;isfocus=false',
      'sip:isfocus@b;isfocused',
    ])
      expect(isFocus(parseNameAddress(written)), written).to.equal(false);
    expect(isFocus(undefined)).to.equal(false);
  });
});
