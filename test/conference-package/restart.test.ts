import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, title } from '../conference/world.ts';
import { patched } from '../support/independent-patch.ts';
import { ConferenceStage, type Watch } from './stage.ts';

const FULL = 'application/xcon-conference-info+xml';
const DIFF = 'application/xcon-conference-info-diff+xml';
const PHONE = 'application/conference-info+xml';

const told = (watch: Watch): (string | undefined)[] => watch.told.map(({ contentType }) => contentType);
const versionOf = (watch: Watch): number => Number(/ version="(\d+)"/.exec(watch.last?.body ?? '')?.[1]);

describe('subscriptions after a kill', () => {
  let stage: ConferenceStage;
  let uri: XconUri;
  let sip: string;
  beforeEach(async () => {
    stage = await ConferenceStage.open();
    uri = await stage.conference();
    sip = stage.sip(uri);
  });

  const rename = (name: string): Promise<unknown> => stage.control.update(as('alice'), uri, title(name));

  it('go on without a word where the watcher has all, and tell the difference then', async () => {
    const watches = [
      await stage.subscribes('alice', sip, { Accept: `${DIFF}, ${FULL};q=0.5` }),
      await stage.subscribes('alice', sip),
    ] as const;
    const [computer, phone] = watches;
    await rename('Before');
    await stage.pass(10_000);
    expect(told(computer)).to.deep.equal([FULL, DIFF]);
    const [before, sequence] = [versionOf(phone), phone.last?.request.cseq.number ?? NaN];
    const next = await stage.killed();
    await next.pass(10_000);
    expect(watches.map(({ told: all }) => all.length)).to.deep.equal([2, 2]);
    await rename('After');
    await next.pass(10_000);
    expect(told(computer)).to.deep.equal([FULL, DIFF, DIFF]);
    const [whole = '', ...differences] = computer.told.map(({ body }) => body);
    expect(differences.reduce(patched, whole)).to.include('After');
    expect(told(phone)).to.deep.equal([PHONE, PHONE, PHONE]);
    expect(phone.last?.body).to.include('After');
    expect(versionOf(phone)).to.be.above(before);
    expect(phone.last?.request.cseq.number).to.be.above(sequence);
    expect([...stage.errors, ...next.errors]).to.deep.equal([]);
  });

  it('tell all where it is uncertain what the watcher has', async () => {
    const computer = await stage.subscribes('alice', sip, { Accept: `${DIFF}, ${FULL};q=0.5` });
    await stage.pass(10_000);
    computer.answering = 'never';
    await rename('Unheard');
    await stage.pass(0);
    const next = await stage.killed();
    expect(told(computer)).to.deep.equal([FULL, DIFF, FULL]);
    expect(computer.last?.body).to.include('Unheard');
    expect(next.errors).to.deep.equal([]);
  });

  it('tell all where a SUBSCRIBE may not have had its NOTIFY', async () => {
    const computer = await stage.subscribes('alice', sip, { Accept: `${DIFF}, ${FULL};q=0.5` });
    await stage.pass(10_000);
    computer.answering = 'never';
    await computer.refreshes();
    const next = await stage.killed();
    expect(told(computer)).to.deep.equal([FULL, FULL, FULL]);
    expect(next.errors).to.deep.equal([]);
  });
});
