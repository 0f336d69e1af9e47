import { expect } from 'chai';
import { Subscriber } from '../../../lib/sip/event/subscriber.ts';
import type { SubscriberLimits, SubscriberOptions } from '../../../lib/sip/event/subscriber.ts';
import { BadMessage } from '../../../lib/sip/message/bad-message.ts';
import { Request } from '../../../lib/sip/message/request.ts';
import { Response } from '../../../lib/sip/message/response.ts';
import { Dialog } from '../../../lib/sip/dialog/dialog.ts';
import type { ServerTransaction } from '../../../lib/sip/transaction/server.ts';
import { Network } from '../network.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { ALICE, BOB, party } from './stage.ts';

type Fields = readonly (readonly [string, string])[];

/** Alice subscribes; Bob answers and notifies as he is told to. */
function stage(options: Partial<SubscriberOptions> & { limits?: Partial<SubscriberLimits> } = {}) {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const alice = party(network, ALICE);
  const bob = party(network, BOB);
  const subscribes: { at: number; request: Request }[] = [];
  const seen: string[] = [];
  const replies: { status: number; fields?: Fields; silent?: boolean }[] = [];
  let dialog: Dialog | undefined;
  bob.transactions.onRequest((server: ServerTransaction) => {
    const { request } = server;
    subscribes.push({ at: clock.now(), request });
    const {
      status,
      fields = [['Expires', request.header('Expires') ?? '']],
      silent,
    } = replies.shift() ?? { status: 200 };
    if (silent === true) return;
    if (request.to.tag === undefined)
      dialog = Dialog.ofRequest(request, `b${subscribes.length}`, `<sip:bob@${BOB}>`, server.flow);
    else dialog?.follows(request);
    server.respond(
      status < 300
        ? dialog!.response(request, status, { fields })
        : Response.to(request, status, { fields, toTag: 'b' }),
    );
  });
  alice.transactions.onRequest(async (server) => {
    if (!(await alice.dialogs.receive(server))) server.respond(Response.to(server.request, 481));
  });
  const subscriber = new Subscriber({
    clock,
    dialogs: alice.dialogs,
    send: (request) => alice.outgoing.send(request),
    target: `sip:conference@${BOB}`,
    from: '<sip:alice@example.com>',
    contact: `<sip:alice@${ALICE}:5060>`,
    event: 'conference',
    expires: 3_600,
    notified: (request, { state }) => seen.push(`${state} ${request.body.toString()}`.trim()),
    ended: (cause) => seen.push(`ended ${cause.reason ?? cause.status ?? ''}`),
    ...options,
  });

  /** Bob's NOTIFY, and the status of its answer. */
  async function notify(
    state: string | undefined,
    body = '',
    fields: Fields = [['Event', 'conference']],
    from = dialog,
  ) {
    const all: Fields = [...fields, ...(state === undefined ? [] : [['Subscription-State', state] as const])];
    const answer = bob.outgoing.send(from!.request('NOTIFY', { fields: all, body: Buffer.from(body) }), {});
    await clock.pass(100);
    return (await answer).response.status;
  }

  /** Subscribed, with a first NOTIFY. */
  async function begin(state = 'active;expires=3600'): Promise<void> {
    void subscriber.start();
    await clock.pass(100);
    await notify(state, 'first');
  }

  const times = () => subscribes.map(({ at }) => Math.round(at / 1_000));
  const asked = (name: string) => subscribes.map(({ request }) => request.header(name));
  return {
    clock,
    network,
    alice,
    bob,
    subscriber,
    subscribes,
    seen,
    replies,
    notify,
    begin,
    times,
    asked,
    dialogOf: () => dialog!,
  };
}

describe('a subscriber', () => {
  it('asks, is told, and refreshes before the end', async () => {
    const { begin, seen, clock, times, asked, subscribes, subscriber } = stage({
      fields: [['Accept', 'application/x']],
    });
    await begin();
    expect(seen).to.deep.equal(['active first']);
    expect(subscriber.usages.map(({ state }) => state)).to.deep.equal(['active']);
    await clock.pass(3_541_000);
    expect(times()).to.deep.equal([0, 3_540]);
    expect(asked('Accept')).to.deep.equal(['application/x', 'application/x']);
    expect(asked('Expires')).to.deep.equal(['3600', '3600']);
    const [first, refresh] = subscribes.map(({ request }) => request);
    expect([refresh?.callId, refresh?.cseq.number, refresh?.to.tag]).to.deep.equal([first?.callId, 2, 'b1']);
  });

  it('lasts as long as NOTIFY says, not as the response did', async () => {
    const { begin, clock, times } = stage();
    await begin('active;expires=100');
    await clock.pass(51_000);
    expect(times()).to.deep.equal([0, 50]);
  });

  it('lasts as long as the 2xx says where NOTIFY does not', async () => {
    const { begin, clock, times, replies } = stage();
    replies.push({ status: 200, fields: [['Expires', '200']] });
    await begin('active');
    await clock.pass(141_000);
    expect(times()).to.deep.equal([0, 140]);
  });

  it('takes a NOTIFY that overtakes the 2xx (RFC 6665 §4.1.2.4)', async () => {
    const { subscriber, network, clock, notify, seen } = stage();
    network.weather = (message) =>
      message instanceof Response && message.status === 200 && message.cseq.method === 'SUBSCRIBE' ? [300] : [10];
    void subscriber.start();
    await clock.pass(20);
    expect(await notify('pending;expires=60', 'early')).to.equal(200);
    await clock.pass(1_000);
    expect(seen).to.deep.equal(['pending early']);
  });

  it('answers 481 to a NOTIFY that is none of its own', async () => {
    const { begin, notify, dialogOf, seen } = stage();
    await begin();
    const stranger = new Dialog({ ...dialogOf().toJSON(), localTag: 'fork' });
    expect(await notify('active', 'x', [['Event', 'conference']], stranger), 'another fork').to.equal(481);
    expect(await notify('active', 'x', [['Event', 'conference;id=2']]), 'another id').to.equal(481);
    expect(await notify('active', 'x', [['Event', 'presence']]), 'another event').to.equal(481);
    expect(seen).to.deep.equal(['active first']);
  });

  it('takes as many forks as it wants (RFC 6665 §4.1.4)', async () => {
    const { begin, notify, dialogOf, subscriber, clock } = stage({ limits: { forks: 2 } });
    await begin();
    const fork = (tag: string) => new Dialog({ ...dialogOf().toJSON(), localTag: tag, localSeq: 0 });
    expect(await notify('active;expires=60', 'second', [['Event', 'conference']], fork('f2'))).to.equal(200);
    expect(await notify('active;expires=60', 'third', [['Event', 'conference']], fork('f3'))).to.equal(481);
    expect(subscriber.usages).to.have.length(2);
    await clock.pass(32_000);
    expect(await notify('active', 'late', [['Event', 'conference']], fork('f4')), 'after Timer N').to.equal(481);
  });

  it('refuses a NOTIFY without Subscription-State', async () => {
    const { begin, notify, seen } = stage();
    await begin();
    expect(await notify(undefined)).to.equal(400);
    expect(seen).to.deep.equal(['active first']);
  });

  it('answers as its user says when the state is not acceptable, and stays subscribed', async () => {
    const notified = () => {
      throw new BadMessage(415, 'Unsupported Media Type');
    };
    const { subscriber, clock, notify } = stage({ notified });
    void subscriber.start();
    await clock.pass(100);
    expect(await notify('active')).to.equal(415);
    expect(subscriber.usages).to.have.length(1);
  });

  it('refreshes on condition (RFC 5839 §5.6)', async () => {
    const { begin, notify, clock, asked, replies, subscriber } = stage();
    await begin();
    await notify('active;expires=100', 'x', [
      ['Event', 'conference'],
      ['SIP-ETag', 'v1'],
    ]);
    replies.push({ status: 204, fields: [['Expires', '100']] });
    await clock.pass(51_000);
    expect(asked('Suppress-If-Match')).to.deep.equal([undefined, 'v1']);
    await clock.pass(40_000);
    expect(subscriber.usages, 'no NOTIFY is waited for').to.have.length(1);
  });

  it('ends with a last NOTIFY (RFC 6665 §4.1.2.3)', async () => {
    const { begin, subscriber, notify, clock, asked, seen, alice } = stage();
    await begin();
    subscriber.stop();
    await clock.pass(100);
    expect(asked('Expires')).to.deep.equal(['3600', '0']);
    expect(await notify('terminated;reason=timeout', 'last')).to.equal(200);
    await clock.pass(100_000);
    expect(seen).to.deep.equal(['active first', 'terminated last']);
    expect([subscriber.usages.length, alice.dialogs.size, clock.pending]).to.deep.equal([0, 0, 0]);
  });

  it('ends without it when 204 says that there is none (RFC 5839 §5.7)', async () => {
    const { begin, subscriber, clock, replies } = stage();
    await begin();
    replies.push({ status: 204 });
    subscriber.stop();
    await clock.pass(100);
    expect(subscriber.usages).to.have.length(0);
  });

  it('fetches the state once (RFC 6665 §4.4.3)', async () => {
    const { subscriber, clock, notify, seen, times } = stage({ expires: 0 });
    void subscriber.start();
    await clock.pass(100);
    await notify('terminated;reason=timeout', 'now');
    await clock.pass(100_000);
    expect([seen, times()]).to.deep.equal([['terminated now', 'ended timeout'], [0]]);
  });

  describe('that was terminated', () => {
    const cases: readonly (readonly [state: string, again: number | undefined])[] = [
      ['terminated;reason=deactivated', 100],
      ['terminated;reason=deactivated;retry-after=500', 100],
      ['terminated;reason=probation', 160],
      ['terminated;reason=probation;retry-after=500', 600],
      ['terminated;reason=rejected', undefined],
      ['terminated;reason=rejected;retry-after=1', undefined],
      ['terminated;reason=timeout', 100],
      ['terminated;reason=giveup', 160],
      ['terminated;reason=giveup;retry-after=5', 105],
      ['terminated;reason=noresource', undefined],
      ['terminated;reason=invariant;retry-after=1', undefined],
      ['terminated', 100],
      ['terminated;reason=strange;retry-after=7', 107],
    ];
    for (const [state, again] of cases)
      it(`by ${state}: ${again === undefined ? 'never again' : `again after ${again - 100} s`}`, async () => {
        const { begin, clock, notify, times, subscribes, seen } = stage();
        await begin();
        await clock.pass(99_700);
        expect(await notify(state)).to.equal(200);
        await clock.pass(3_000_000);
        expect(times()[1]).to.equal(again);
        if (again === undefined) expect(seen.at(-1)).to.match(/^ended /u);
        else expect(subscribes[1]?.request.callId, 'in a new dialog').not.to.equal(subscribes[0]?.request.callId);
      });

    it('does not subscribe faster than the spacing', async () => {
      const { begin, clock, notify, times } = stage({ limits: { spacing: 10 } });
      await begin();
      await notify('terminated;reason=deactivated');
      await clock.pass(10_000);
      await notify('terminated;reason=deactivated');
      await clock.pass(10_000);
      expect(times()).to.deep.equal([0, 10, 20]);
    });
  });

  describe('whose SUBSCRIBE gets', () => {
    const cases: readonly (readonly [
      what: string,
      reply: { status: number; fields?: Fields },
      next: number | undefined,
    ])[] = [
      ['403', { status: 403 }, undefined],
      ['404', { status: 404 }, undefined],
      ['489', { status: 489 }, undefined],
      ['603', { status: 603 }, undefined],
      ['480', { status: 480 }, 60],
      ['500', { status: 500 }, 60],
      ['503 with Retry-After', { status: 503, fields: [['Retry-After', '200']] }, 200],
      ['404 with Retry-After', { status: 404, fields: [['Retry-After', '20']] }, 20],
      ['423', { status: 423, fields: [['Min-Expires', '5000']] }, 0],
      ['423 that makes no sense', { status: 423, fields: [['Min-Expires', '10']] }, undefined],
    ];
    for (const [what, reply, next] of cases)
      it(`${what}: ${next === undefined ? 'ends' : `again after ${next} s`}`, async () => {
        const { subscriber, clock, replies, times, seen } = stage();
        replies.push(reply);
        void subscriber.start();
        await clock.pass(next === 0 ? 1_000 : 1_000_000);
        expect(times()[1]).to.equal(next);
        if (next === undefined) expect(seen).to.deep.equal([`ended ${reply.status}`]);
      });

    it('423: asks for as much as is wanted', async () => {
      const { subscriber, clock, replies, asked } = stage({ expires: 60 });
      replies.push({ status: 423, fields: [['Min-Expires', '300']] });
      void subscriber.start();
      await clock.pass(1_000);
      expect(asked('Expires')).to.deep.equal(['60', '300']);
    });

    it('no NOTIFY: tries again (Timer N)', async () => {
      const { subscriber, clock, times } = stage();
      void subscriber.start();
      await clock.pass(91_000);
      expect(times()).to.deep.equal([0]);
      await clock.pass(2_000);
      expect(times()).to.deep.equal([0, 92]);
    });
  });

  describe('whose refresh gets', () => {
    for (const status of [404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604])
      it(`${status}: subscribes anew`, async () => {
        const { begin, clock, replies, subscribes, times } = stage();
        await begin('active;expires=100');
        replies.push({ status });
        await clock.pass(51_000);
        expect(times()).to.deep.equal([0, 50, 50]);
        expect(subscribes[2]?.request.to.tag).to.equal(undefined);
      });

    for (const status of [400, 403, 500, 503])
      it(`${status}: is valid until its end, and tries again`, async () => {
        const { begin, clock, replies, times, subscriber } = stage({ limits: { retryAfter: 20 } });
        await begin('active;expires=100');
        replies.push({ status }, { status });
        await clock.pass(89_000);
        expect(times()).to.deep.equal([0, 50, 70]);
        expect(
          subscriber.usages.map(({ state }) => state),
          'also beyond Timer N',
        ).to.deep.equal(['active']);
      });

    it('423: asks for more', async () => {
      const { begin, clock, replies, asked } = stage();
      await begin('active;expires=100');
      replies.push({ status: 423, fields: [['Min-Expires', '7200']] });
      await clock.pass(51_000);
      expect(asked('Expires')).to.deep.equal(['3600', '3600', '7200']);
    });

    it('no NOTIFY: subscribes anew (Timer N)', async () => {
      const { begin, clock, times, subscribes } = stage();
      await begin('active;expires=100');
      await clock.pass(83_000);
      expect(times()).to.deep.equal([0, 50, 82]);
      expect(subscribes[2]?.request.to.tag).to.equal(undefined);
    });

    it('no answer: subscribes anew at its end', async () => {
      const { begin, clock, replies, subscribes } = stage();
      await begin('active;expires=100');
      replies.push(...Array.from({ length: 1 }, () => ({ status: 200, silent: true })));
      await clock.pass(83_000);
      expect(subscribes.at(-1)?.request.to.tag).to.equal(undefined);
      expect(subscribes.filter(({ request }) => request.to.tag === undefined)).to.have.length(2);
    });
  });
});
