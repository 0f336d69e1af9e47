import { expect } from 'chai';
import type { NotifierLimits } from '../../../lib/sip/event/notifier.ts';
import type { EventPackage, Notification } from '../../../lib/sip/event/package.ts';
import type { Subscription } from '../../../lib/sip/event/subscription.ts';
import { settled } from '../virtual-clock.ts';
import { party, stage, BOB, OPENING } from './stage.ts';

interface Watched {
  watcher: string;
}

/** A conference whose state is one word. */
class Conference implements EventPackage<Watched> {
  readonly name = 'conference';
  readonly mediaTypes = ['application/conference-info+xml', 'application/xcon-conference-info+xml'];
  readonly expires = { default: 3_600, minimum: 60, maximum: 7_200 };
  readonly maxRate?: number;
  readonly subscriptions = new Set<Subscription<Watched>>();
  readonly events: string[] = [];
  word = 'empty';
  pending = false;
  hasTags = false;
  refusal: { status: number } | undefined;
  compose: (() => Promise<Notification>) | undefined;
  keeping: () => Promise<void> = () => Promise.resolve();

  constructor(maxRate?: number) {
    if (maxRate !== undefined) this.maxRate = maxRate;
  }

  admit() {
    const admission = { context: { watcher: 'alice' }, pending: this.pending };
    return Promise.resolve(this.refusal ?? admission);
  }

  state(): Notification | Promise<Notification> {
    if (this.compose !== undefined) return this.compose();
    const tag = this.hasTags ? { entityTag: this.word } : {};
    return { contentType: 'application/conference-info+xml', body: Buffer.from(this.word), ...tag };
  }

  entityTag() {
    return this.hasTags ? this.word : undefined;
  }

  async keep(subscription: Subscription<Watched>) {
    await this.keeping();
    this.subscriptions.add(subscription);
    this.events.push('kept');
  }

  delivered(_subscription: Subscription<Watched>, notification: Notification) {
    this.events.push(`delivered ${notification.body?.toString() ?? ''}`);
  }

  ended(subscription: Subscription<Watched>, cause: string) {
    this.subscriptions.delete(subscription);
    this.events.push(`ended ${cause}`);
  }

  become(word: string) {
    this.word = word;
    for (const subscription of this.subscriptions) subscription.changed();
  }

  get only(): Subscription<Watched> {
    const [only, other] = this.subscriptions;
    if (only === undefined || other !== undefined) throw new Error('not one subscription');
    return only;
  }
}

function conference({ maxRate, ...limits }: { maxRate?: number } & Partial<NotifierLimits> = {}) {
  const pack = new Conference(maxRate);
  const all = stage(limits);
  all.notifier.add(pack);
  const seen = () => all.told.map(({ state, body }) => `${state} ${body}`.trim());
  return { ...all, pack, seen };
}

describe('the notifier', () => {
  describe('answers SUBSCRIBE', () => {
    it('with 200, the time granted and at once the state [N23] [N24]', async () => {
      const { subscribe, seen, told, pack, notifier } = conference();
      const response = await subscribe({ Expires: '9000' });
      expect([response.status, response.header('Expires')]).to.deep.equal([200, '7200']);
      expect(response.header('Contact')).to.equal(`<sip:conference@${BOB}:5060>;isfocus`);
      expect(response.header('Allow-Events')).to.equal('conference');
      expect(response.to.tag).to.be.a('string');
      expect(seen()).to.deep.equal(['active;expires=7200 empty']);
      expect(told[0]?.request.header('Event')).to.equal('conference');
      expect(told[0]?.request.header('Content-Type')).to.equal('application/conference-info+xml');
      expect(pack.events).to.deep.equal(['kept', 'delivered empty']);
      expect(notifier.size).to.equal(1);
    });

    it('with 3600 seconds when it names none [N16]', async () => {
      const { subscribe, seen } = conference();
      expect((await subscribe({ Expires: undefined })).header('Expires')).to.equal('3600');
      expect(seen()).to.deep.equal(['active;expires=3600 empty']);
    });

    it('with the state once and the end, when it asks for no time (RFC 6665 §4.4.3)', async () => {
      const { subscribe, seen, pack, notifier, clock } = conference();
      expect((await subscribe({ Expires: '0' })).header('Expires')).to.equal('0');
      expect(seen()).to.deep.equal(['terminated;reason=timeout empty']);
      expect(pack.events).to.deep.equal(['delivered empty', 'ended timeout']);
      await clock.pass(60_000);
      expect([notifier.size, clock.pending]).to.deep.equal([0, 0]);
    });

    const refusals: readonly (readonly [
      string,
      Record<string, string | undefined>,
      number,
      (readonly [string, string])?,
    ])[] = [
      ['another event', { Event: 'presence' }, 489, ['Allow-Events', 'conference']],
      ['no event', { Event: undefined }, 489, ['Allow-Events', 'conference']],
      ['media types that we lack', { Accept: 'text/plain, application/pidf+xml' }, 406],
      ['too little time', { Expires: '59' }, 423, ['Min-Expires', '60']],
      ['two Contacts', { Contact: '<sip:mallory@192.0.2.9>' }, 400],
    ];
    for (const [what, fields, status, field] of refusals)
      it(`with ${status} for ${what} [N25]`, async () => {
        const { subscribe, told, notifier } = conference();
        const response = await subscribe(fields);
        expect(response.status).to.equal(status);
        if (field) expect(response.header(field[0])).to.equal(field[1]);
        expect([told.length, notifier.size]).to.deep.equal([0, 0]);
      });

    for (const accept of ['application/*', '*/*', 'text/plain, application/xcon-conference-info+xml'])
      it(`with 200 for Accept: ${accept}, and remembers it`, async () => {
        const { subscribe, pack } = conference();
        expect((await subscribe({ Accept: accept })).status).to.equal(200);
        expect(pack.only.accept).to.equal(accept);
      });

    it('as policy says [N19]', async () => {
      const { subscribe, pack, told } = conference();
      pack.refusal = { status: 403 };
      expect((await subscribe()).status).to.equal(403);
      expect(told).to.have.length(0);
    });

    it('with 503 when there are too many', async () => {
      const { subscribe } = conference({ subscriptions: 1 });
      expect((await subscribe()).status).to.equal(200);
      const response = await subscribe();
      expect([response.status, response.header('Retry-After')]).to.deep.equal([503, '30']);
    });

    it('with 500 when it can not be stored, and nothing remains', async () => {
      const { subscribe, pack, notifier, bob, clock } = conference();
      pack.keeping = () => Promise.reject(new Error('disk full'));
      expect((await subscribe()).status).to.equal(500);
      await clock.pass(60_000);
      expect([notifier.size, bob.dialogs.size, clock.pending]).to.deep.equal([0, 0, 0]);
    });

    it('only when it is stored', async () => {
      const { subscribe, pack, network } = conference();
      const storing: (() => void)[] = [];
      pack.keeping = () => new Promise((resolve) => storing.push(resolve));
      const response = subscribe({}, 5_000);
      while (storing.length === 0) await settled();
      expect(network.trace.filter((line) => line.includes('200'))).to.deep.equal([]);
      storing[0]?.();
      expect((await response).status).to.equal(200);
    });
  });

  describe('in its dialog', () => {
    it('refreshes, and tells the state again [N9] [N23]', async () => {
      const { subscribe, again, dialogOf, seen, clock, pack } = conference();
      const dialog = dialogOf(await subscribe());
      await clock.pass(1_000_000);
      const response = await again(dialog, { Expires: '600', Accept: 'application/xcon-conference-info+xml' });
      expect([response.status, response.header('Expires')]).to.deep.equal([200, '600']);
      expect(seen()).to.deep.equal(['active;expires=3600 empty', 'active;expires=600 empty']);
      expect(pack.only.accept).to.equal('application/xcon-conference-info+xml');
      await clock.pass(600_000);
      expect(seen().at(-1)).to.equal('terminated;reason=timeout empty');
    });

    it('ends by Expires: 0 with a last state', async () => {
      const { subscribe, again, dialogOf, seen, bob, notifier } = conference();
      const dialog = dialogOf(await subscribe());
      expect((await again(dialog, { Expires: '0' })).status).to.equal(200);
      expect(seen()).to.deep.equal(['active;expires=3600 empty', 'terminated;reason=timeout empty']);
      expect([notifier.size, bob.dialogs.size]).to.deep.equal([0, 0]);
      expect((await again(dialog)).status).to.equal(481);
    });

    it('refuses too brief a time and keeps the old one', async () => {
      const { subscribe, again, dialogOf, pack } = conference();
      const dialog = dialogOf(await subscribe());
      const { expiresAt } = pack.only;
      expect((await again(dialog, { Expires: '10' })).status).to.equal(423);
      expect(pack.only.expiresAt).to.equal(expiresAt);
    });

    it('shares the dialog with another subscription, told apart by id (RFC 6665 §4.5.2)', async () => {
      const { subscribe, again, dialogOf, notifier, told, bob } = conference();
      const dialog = dialogOf(await subscribe({ Event: 'conference;id=1' }));
      expect((await again(dialog, { Event: 'conference;id=2' })).status).to.equal(200);
      expect([notifier.size, bob.dialogs.size]).to.deep.equal([2, 1]);
      expect(told.map(({ request }) => request.header('Event'))).to.deep.equal(['conference;id=1', 'conference;id=2']);
      expect((await again(dialog, { Event: 'conference;id=1', Expires: '0' })).status).to.equal(200);
      expect([notifier.size, bob.dialogs.size]).to.deep.equal([1, 1]);
    });

    it('makes one subscription of two SUBSCRIBEs for the same at one time', async () => {
      const { subscribe, alice, clock, dialogOf, notifier } = conference();
      const dialog = dialogOf(await subscribe({ Event: 'conference;id=1' }));
      const fields = [['Event', 'conference;id=2'] as const];
      const both = [1, 2].map(() => alice.dialogs.send(dialog, 'SUBSCRIBE', { fields }));
      await clock.pass(100);
      const statuses = (await Promise.all(both)).map(({ response }) => response.status);
      expect(statuses.toSorted()).to.deep.equal([200, 491]);
      expect(notifier.size).to.equal(2);
    });

    it('follows the target of the subscriber', async () => {
      const { subscribe, again, dialogOf, told } = conference();
      const dialog = dialogOf(await subscribe());
      dialog.contact = '<sip:alice-moved@192.0.2.1:5060>';
      await again(dialog);
      expect(told.map(({ request }) => request.uriText)).to.deep.equal([
        'sip:alice@192.0.2.1:5060',
        'sip:alice-moved@192.0.2.1:5060',
      ]);
    });
  });

  describe('tells changes', () => {
    it('at once when nothing is outstanding, one after the other [N8]', async () => {
      const { subscribe, seen, pack, clock, network } = conference();
      await subscribe();
      pack.become('one');
      pack.become('two');
      pack.become('three');
      await clock.pass(1_000);
      expect(seen()).to.deep.equal([
        'active;expires=3600 empty',
        'active;expires=3599 one',
        'active;expires=3599 three',
      ]);
      const notifies = network.trace.filter((line) => line.endsWith('NOTIFY')).slice(2);
      for (const [at, line] of notifies.entries()) expect(line.includes('200')).to.equal(at % 2 === 1);
    });

    it('not faster than the rate of the package [N17]', async () => {
      const { subscribe, told, pack, clock } = conference({ maxRate: 0.2 });
      await subscribe();
      const first = told[0]!.at;
      for (let second = 1; second <= 12; second++) {
        pack.become(`at ${second}`);
        await clock.pass(1_000);
      }
      expect(told.map(({ at, body }) => [at - first, body])).to.deep.equal([
        [0, 'empty'],
        [5_000, 'at 5'],
        [10_000, 'at 10'],
      ]);
      await clock.pass(5_000);
      expect(told.at(-1)?.body, 'and the last one is not lost').to.equal('at 12');
    });

    it('at once after a SUBSCRIBE, whatever the rate (RFC 6446 §5.2)', async () => {
      const { subscribe, again, dialogOf, told, pack, clock } = conference({ maxRate: 0.01 });
      const dialog = dialogOf(await subscribe());
      pack.become('one');
      await clock.pass(1_000);
      expect(told).to.have.length(1);
      await again(dialog);
      expect(told.at(-1)?.body).to.equal('one');
      await clock.pass(200_000);
      expect(told, 'and the held one is told with it').to.have.length(2);
    });

    it('at the rates that are agreed, and says which (RFC 6446)', async () => {
      const { subscribe, told, pack, clock } = conference();
      await subscribe({ Event: 'conference;max-rate=0.1;min-rate=0.02' });
      expect(told[0]?.state).to.equal('active;expires=3600;max-rate=0.1;min-rate=0.02');
      const first = told[0]!.at;
      pack.become('one');
      await clock.pass(130_000);
      expect(told.map(({ at }) => at - first)).to.deep.equal([0, 10_000, 60_000, 110_000]);
    });

    it('at rates that a 2xx to NOTIFY asks for (RFC 6446 §4.1)', async () => {
      const { subscribe, told, answers, pack, clock } = conference();
      answers.push({ status: 200, fields: [['Event', 'conference;max-rate=0.05']] });
      await subscribe({ Event: 'conference;max-rate=1' });
      const first = told[0]!.at;
      pack.become('one');
      await clock.pass(30_000);
      expect(told.map(({ at, state }) => [at - first, state.split(';').at(-1)])).to.deep.equal([
        [0, 'max-rate=1'],
        [20_000, 'max-rate=0.05'],
      ]);
    });

    it('when they take time to be composed', async () => {
      const { subscribe, seen, pack, clock } = conference();
      const composing: ((notification: Notification) => void)[] = [];
      pack.compose = () => new Promise((resolve) => composing.push(resolve));
      await subscribe();
      expect(seen()).to.deep.equal([]);
      composing[0]?.({ body: Buffer.from('late') });
      await clock.pass(100);
      expect(seen()).to.deep.equal(['active;expires=3599 late']);
    });

    it('with header fields of the package', async () => {
      const { subscribe, told, pack } = conference();
      pack.compose = () => Promise.resolve({ fields: [['Subject', 'roster']] });
      await subscribe();
      expect(told[0]?.request.header('Subject')).to.equal('roster');
      expect(told[0]?.request.has('Content-Type')).to.equal(false);
    });
  });

  describe('while policy is unknown', () => {
    it('is pending, tells nothing, and becomes active when it is granted', async () => {
      const { subscribe, seen, pack, clock } = conference({ maxRate: 0.01 });
      pack.pending = true;
      await subscribe();
      pack.become('one');
      await clock.pass(1_000);
      expect(seen()).to.deep.equal(['pending;expires=3600']);
      pack.only.grant();
      await clock.pass(100);
      expect(seen()).to.deep.equal(['pending;expires=3600', 'active;expires=3598 one']);
    });

    for (const reason of ['rejected', 'giveup'] as const)
      it(`ends with ${reason} and no state`, async () => {
        const { subscribe, seen, pack, clock } = conference();
        pack.pending = true;
        await subscribe();
        pack.only.terminate(reason);
        await clock.pass(100);
        expect(seen()).to.deep.equal(['pending;expires=3600', `terminated;reason=${reason}`]);
      });

    it('tells no state to a poll, or at the end of its time', async () => {
      const { subscribe, seen, pack, clock } = conference();
      pack.pending = true;
      await subscribe({ Expires: '0' });
      await subscribe({ Expires: '60' });
      await clock.pass(61_000);
      expect(seen()).to.deep.equal(['terminated;reason=timeout', 'pending;expires=60', 'terminated;reason=timeout']);
    });
  });

  describe('ends a subscription [N26]', () => {
    for (const [reason, retryAfter, body] of [
      ['deactivated', undefined, 'empty'],
      ['probation', 60, 'empty'],
      ['rejected', undefined, ''],
      ['giveup', 10, ''],
      ['noresource', undefined, 'empty'],
      ['invariant', 31_536_000, 'empty'],
    ] as const)
      it(`as ${reason}`, async () => {
        const { subscribe, seen, pack, clock, bob } = conference();
        await subscribe();
        pack.only.terminate(reason, retryAfter);
        await clock.pass(100);
        const after = retryAfter === undefined ? '' : `;retry-after=${retryAfter}`;
        expect(seen().at(-1)).to.equal(`terminated;reason=${reason}${after} ${body}`.trim());
        expect(pack.events.at(-1)).to.equal(`ended ${reason}`);
        expect(bob.dialogs.size).to.equal(0);
      });

    it('when it was not refreshed', async () => {
      const { subscribe, seen, pack, clock } = conference();
      await subscribe({ Expires: '60' });
      await clock.pass(59_000);
      expect(pack.subscriptions.size).to.equal(1);
      await clock.pass(2_000);
      expect(seen().at(-1)).to.equal('terminated;reason=timeout empty');
      expect(pack.subscriptions.size).to.equal(0);
    });

    it('after the NOTIFY that is outstanding', async () => {
      const { subscribe, seen, pack, clock } = conference();
      await subscribe();
      pack.become('one');
      pack.become('two');
      pack.only.terminate('noresource');
      await clock.pass(1_000);
      expect(seen()).to.deep.equal([
        'active;expires=3600 empty',
        'active;expires=3599 one',
        'terminated;reason=noresource two',
      ]);
    });

    it('once', async () => {
      const { subscribe, seen, pack, clock } = conference();
      await subscribe();
      const { only } = pack;
      only.terminate('noresource');
      only.terminate('rejected');
      only.changed();
      only.grant();
      await clock.pass(1_000);
      only.changed();
      await clock.pass(60_000);
      expect(seen()).to.have.length(2);
      expect(pack.events.filter((event) => event.startsWith('ended'))).to.deep.equal(['ended noresource']);
    });

    for (const status of [404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 502, 604])
      it(`when NOTIFY gets ${status} [N27]`, async () => {
        const { subscribe, answers, pack, clock, notifier, bob } = conference();
        answers.push({ status });
        await subscribe();
        await clock.pass(100_000);
        expect(pack.events.at(-1)).to.equal('ended failure');
        expect([notifier.size, bob.dialogs.size, clock.pending]).to.deep.equal([0, 0, 0]);
      });

    it('when NOTIFY gets no answer (Timer F) [N27]', async () => {
      const { subscribe, answers, pack, clock, notifier } = conference();
      answers.push({ status: 200, silent: true });
      await subscribe();
      await clock.pass(31_800);
      expect(notifier.size).to.equal(1);
      await clock.pass(200);
      expect([notifier.size, pack.events.at(-1)]).to.deep.equal([0, 'ended failure']);
    });
  });

  describe('survives a NOTIFY that gets', () => {
    for (const status of [400, 401, 403, 406, 413, 486, 500, 503, 600, 603])
      it(`${status}, and tells the state later`, async () => {
        const { subscribe, answers, seen, clock, told } = conference();
        answers.push({ status });
        await subscribe();
        await clock.pass(31_000);
        expect(seen()).to.deep.equal(['active;expires=3600 empty', 'active;expires=3569 empty']);
        expect(told[1]!.at - told[0]!.at).to.be.within(30_000, 30_200);
      });

    it('503 with Retry-After, as long as that says', async () => {
      const { subscribe, answers, told, clock, pack } = conference();
      answers.push({ status: 503, fields: [['Retry-After', '120 (too busy)']] });
      await subscribe();
      pack.become('one');
      await clock.pass(119_000);
      expect(told).to.have.length(1);
      await clock.pass(2_000);
      expect(told.at(-1)?.body).to.equal('one');
    });

    it('failures, but not too many in a row', async () => {
      const { subscribe, answers, told, clock, pack } = conference({ failures: 3 });
      answers.push(
        { status: 500 },
        { status: 500 },
        { status: 200 },
        { status: 500 },
        { status: 500 },
        { status: 500 },
      );
      await subscribe();
      await clock.pass(100_000);
      expect(told).to.have.length(3);
      pack.become('one');
      await clock.pass(100_000);
      expect(told).to.have.length(6);
      expect(pack.events.at(-1)).to.equal('ended failure');
    });

    it('a package that breaks', async () => {
      const { subscribe, told, clock, pack, bob } = conference();
      pack.compose = () => Promise.reject(new Error('no database'));
      await subscribe();
      pack.compose = undefined;
      await clock.pass(31_000);
      expect(bob.errors).to.have.length(1);
      expect(told.map(({ body }) => body)).to.deep.equal(['empty']);
    });
  });

  describe('notifies on condition (RFC 5839)', () => {
    async function conditional() {
      const all = conference();
      all.pack.hasTags = true;
      const dialog = all.dialogOf(await all.subscribe());
      return { ...all, dialog };
    }

    it('with the entity-tag of the state', async () => {
      const { told } = await conditional();
      expect(told[0]?.request.header('SIP-ETag')).to.equal('empty');
    });

    it('answers 204 to a refresh of who has the state, and tells nothing (§6.3)', async () => {
      const { again, dialog, told, pack, clock } = await conditional();
      await clock.pass(10_000);
      const response = await again(dialog, { 'Suppress-If-Match': 'empty', Expires: '100' });
      expect([response.status, response.header('Expires')]).to.deep.equal([204, '100']);
      pack.become('empty');
      await clock.pass(50_000);
      expect(told, 'while the condition holds').to.have.length(1);
      pack.become('one');
      await clock.pass(1_000);
      pack.become('empty');
      await clock.pass(1_000);
      expect(
        told.slice(1).map(({ body }) => body),
        'and everything after it',
      ).to.deep.equal(['one', 'empty']);
    });

    it('answers 200 to who has an older one', async () => {
      const { again, dialog, seen } = await conditional();
      expect((await again(dialog, { 'Suppress-If-Match': 'older' })).status).to.equal(200);
      expect(seen()).to.have.length(2);
    });

    it('leaves the body away outside of a dialog (§6.2)', async () => {
      const { subscribe, told } = await conditional();
      expect((await subscribe({ 'Suppress-If-Match': 'empty' })).status).to.equal(200);
      const { request, body } = told[1]!;
      expect([body, request.header('SIP-ETag'), request.has('Content-Type')]).to.deep.equal(['', 'empty', false]);
    });

    it('polls without body (§5.4)', async () => {
      const { subscribe, seen } = await conditional();
      await subscribe({ 'Suppress-If-Match': 'empty', Expires: '0' });
      await subscribe({ 'Suppress-If-Match': 'older', Expires: '0' });
      expect(seen().slice(1)).to.deep.equal(['terminated;reason=timeout', 'terminated;reason=timeout empty']);
    });

    it('ends with 204 and not a word more (§5.7)', async () => {
      const { again, dialog, told, notifier, pack } = await conditional();
      expect((await again(dialog, { 'Suppress-If-Match': 'empty', Expires: '0' })).status).to.equal(204);
      expect([told.length, notifier.size, pack.events.at(-1)]).to.deep.equal([1, 0, 'ended timeout']);
    });

    it('is silent under a wildcard, but for its own state', async () => {
      const { again, dialog, seen, pack, clock } = await conditional();
      expect((await again(dialog, { 'Suppress-If-Match': '*' })).status).to.equal(204);
      pack.become('one');
      await clock.pass(10_000);
      expect(seen()).to.have.length(1);
      pack.only.terminate('noresource');
      await clock.pass(1_000);
      expect(seen().slice(1)).to.deep.equal(['terminated;reason=noresource']);
    });
  });

  describe('after a restart', () => {
    it('goes on from records of plain data', async () => {
      const first = conference();
      const dialog = first.dialogOf(
        await first.subscribe({ Event: 'conference;id=7;max-rate=0.1', Accept: 'application/*' }),
      );
      first.pack.become('one');
      await first.clock.pass(20_000);
      const record = JSON.parse(JSON.stringify(first.pack.only)) as ReturnType<typeof first.pack.only.toJSON>;
      first.bob.transactions.close();

      const bob = party(first.network, BOB);
      const notifier = first.serve(bob);
      const pack = new Conference();
      notifier.add(pack);
      const subscription = notifier.restore<Watched>(record)!;
      pack.subscriptions.add(subscription);
      expect(subscription.context).to.deep.equal({ watcher: 'alice' });
      expect(JSON.parse(JSON.stringify(subscription))).to.deep.equal({
        ...record,
        dialog: { ...record.dialog, localSeq: record.dialog.localSeq + 1_000 },
      });
      const before = first.told.length;
      await first.clock.pass(10_000);
      expect(first.told, 'tells nothing by itself').to.have.length(before);
      pack.become('two');
      await first.clock.pass(10_000);
      expect(first.told.at(-1)?.body).to.equal('two');
      expect((await first.again(dialog, { Event: 'conference;id=7', Expires: '0' })).status).to.equal(200);
      expect(first.told.at(-1)?.state).to.equal('terminated;reason=timeout');
    });

    it('sends no CSeq that is not reserved, and reserves in time', async () => {
      const { subscribe, pack, told, clock } = conference({ sequenceBlock: 4 });
      await subscribe({ Event: 'conference;max-rate=1000' });
      const records: number[] = [];
      let stored: () => void = () => undefined;
      pack.keeping = () => {
        records.push(pack.only.dialog.localSeq);
        return new Promise((done) => (stored = done));
      };
      const tells = async (state: string): Promise<number> => {
        pack.become(state);
        await clock.pass(2_000);
        return told.at(-1)?.request.cseq.number ?? 0;
      };
      expect([await tells('two'), await tells('three')], 'half of the block is used').to.deep.equal([2, 3]);
      expect(records).to.deep.equal([2]);
      expect([await tells('four'), await tells('five')], 'the block is used up').to.deep.equal([4, 4]);
      stored();
      await clock.pass(2_000);
      expect(told.at(-1)).to.include({ body: 'five' });
      expect(told.at(-1)?.request.cseq.number).to.equal(5);
      expect(records).to.deep.equal([2]);
    });

    it('ends what has expired meanwhile', async () => {
      const { subscribe, pack, notifier, clock, seen, bob } = conference();
      await subscribe();
      const record = { ...pack.only.toJSON(), expiresAt: OPENING - 1 };
      pack.only.dialogEnded();
      notifier.restore(record);
      await clock.pass(1_000);
      expect(seen().at(-1)).to.equal('terminated;reason=timeout empty');
      expect([notifier.size, bob.dialogs.size]).to.deep.equal([0, 0]);
    });

    it('drops what belongs to no package any more', () => {
      const { notifier } = conference();
      expect(notifier.restore({ event: 'gone' } as never)).to.equal(undefined);
    });
  });
});
