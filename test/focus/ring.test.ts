import { expect } from 'chai';
import fc from 'fast-check';
import { ring, type Device, type Final, type Ringing } from '../../lib/focus/ring.ts';

/** Telephones by their names; each rings until it is told to answer or is cancelled. */
class Telephones {
  readonly ringing = new Map<string, (final: Final) => void>();
  readonly cancelled: string[] = [];

  readonly invite = (name: string): Ringing => {
    const { promise, resolve } = withResolvers<Final>();
    this.ringing.set(name, resolve);
    const cancel = (reason = ''): void => {
      this.cancelled.push(`${name} ${reason}`.trim());
      this.answer(name, 487);
    };
    return { final: promise, cancel };
  };

  answer(name: string, status: number, more: Partial<Final> = {}): void {
    this.ringing.get(name)?.({ status, reason: `${name} ${status}`, ...more });
    this.ringing.delete(name);
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

const settled = (): Promise<void> => new Promise(setImmediate);
const device = (name: string, q = 1, ...others: string[]): Device<string> => ({ ways: [name, ...others], q });
const never = new AbortController().signal;

describe('calling somebody at all of her telephones', () => {
  let phones: Telephones;
  beforeEach(() => (phones = new Telephones()));

  it('lets those of one preference ring together, and the first that answers has the call', async () => {
    const final = ring([device('desk'), device('mobile')], phones.invite, never);
    expect([...phones.ringing.keys()]).to.deep.equal(['desk', 'mobile']);
    phones.answer('mobile', 200);
    expect(await final).to.include({ status: 200, reason: 'mobile 200' });
    expect(phones.cancelled).to.deep.equal(['desk SIP;cause=200;text="Call completed elsewhere"']);
  });

  it('goes to the less preferred when nobody has taken it', async () => {
    const final = ring([device('home', 0.1), device('desk', 0.9)], phones.invite, never);
    expect([...phones.ringing.keys()]).to.deep.equal(['desk']);
    phones.answer('desk', 486);
    await settled();
    expect([...phones.ringing.keys()]).to.deep.equal(['home']);
    phones.answer('home', 408);
    expect(await final).to.include({ status: 486 });
  });

  it('ends everywhere when one declines for all', async () => {
    const final = ring([device('desk'), device('mobile'), device('home', 0.5)], phones.invite, never);
    phones.answer('desk', 603);
    expect(await final).to.include({ status: 603 });
    expect(phones.cancelled).to.deep.equal(['mobile SIP;cause=603;text="Declined elsewhere"']);
  });

  it('takes another way to the same telephone when one leads nowhere (RFC 5626)', async () => {
    const final = ring([device('first flow', 1, 'second flow', 'third flow')], phones.invite, never);
    phones.answer('first flow', 430);
    await settled();
    phones.answer('second flow', 503, { isUnreached: true });
    await settled();
    phones.answer('third flow', 200);
    expect(await final).to.include({ status: 200 });
  });

  it('is cancelled with a reason, and calls nobody after', async () => {
    const cancelling = new AbortController();
    const final = ring([device('desk'), device('home', 0.5)], phones.invite, cancelling.signal);
    cancelling.abort('SIP;cause=487');
    expect(await final).to.include({ status: 487 });
    expect(phones.cancelled).to.deep.equal(['desk SIP;cause=487']);
    expect(phones.ringing.size).to.equal(0);
  });

  it('finds nobody where nobody is', async () => {
    expect(await ring([], phones.invite, never)).to.include({ status: 480 });
  });

  it('always ends, leaves nothing ringing, and answers 2xx whenever somebody took it', () => {
    const statuses = fc.array(fc.constantFrom(200, 302, 404, 408, 430, 480, 486, 503, 600, 603), {
      minLength: 1,
      maxLength: 8,
    });
    const many = fc.array(fc.record({ q: fc.constantFrom(0.1, 0.5, 1), ways: statuses }), { maxLength: 6 });
    return fc.assert(
      fc.asyncProperty(many, async (asked) => {
        const all = new Telephones();
        const devices = asked.map(({ q, ways }, index) => ({ q, ways: ways.map((_, at) => `${index} ${at}`) }));
        const over = new AbortController();
        const final = ring(devices, all.invite, never).finally(() => over.abort());
        let taken = false;
        for (let turns = 0; !over.signal.aborted && turns < 100; turns++) {
          const [name = ''] = all.ringing.keys();
          const [index = 0, at = 0] = name.split(' ').map(Number);
          const status = asked[index]?.ways[at] ?? 0;
          if (all.ringing.has(name)) taken ||= status === 200;
          all.answer(name, status);
          await settled();
        }
        const { status } = await final;
        expect(status < 300).to.equal(taken);
        expect(all.ringing.size).to.equal(0);
      }),
      { numRuns: 50 },
    );
  });
});
