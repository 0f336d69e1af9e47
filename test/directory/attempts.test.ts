import { expect } from 'chai';
import fc from 'fast-check';
import { Attempts } from '../../lib/directory/attempts.ts';
import type { AttemptLimits } from '../../lib/directory/attempts.ts';

const limits: AttemptLimits = {
  pair: { free: 2, first: 1, longest: 8 },
  source: { free: 6, first: 2, longest: 4 },
  forgetAfter: 60,
  remembered: 100,
};
const HERE = '192.0.2.1';
const THERE = '192.0.2.2';

function attemptsAt(start = 0) {
  const time = { now: start };
  return { time, attempts: new Attempts(() => time.now, limits) };
}

const failTimes = (attempts: Attempts, times: number, subject = 'alice', source = HERE) => {
  for (let count = 0; count < times; count += 1) attempts.failed(subject, source);
};

describe('failed attempts', () => {
  it('are free at first, then wait 1 s, 2 s, 4 s and never longer than the longest', () => {
    const { attempts } = attemptsAt();
    failTimes(attempts, 2);
    expect(attempts.check('alice', HERE)).to.deep.equal({ allowed: true });
    for (const retryAfter of [1, 2, 4]) {
      attempts.failed('alice', HERE);
      expect(attempts.check('alice', HERE)).to.deep.equal({ allowed: false, retryAfter });
    }
    failTimes(attempts, 20);
    expect(attempts.check('alice', HERE)).to.deep.equal({ allowed: false, retryAfter: 8 });
  });

  it('let the next attempt in when the time is over', () => {
    const { time, attempts } = attemptsAt();
    failTimes(attempts, 3);
    time.now = 999;
    expect(attempts.check('alice', HERE)).to.deep.equal({ allowed: false, retryAfter: 1 });
    time.now = 1000;
    expect(attempts.check('alice', HERE)).to.deep.equal({ allowed: true });
  });

  it('of a stranger elsewhere lock nobody out', () => {
    const { attempts } = attemptsAt();
    failTimes(attempts, 1000, 'alice', THERE);
    expect(attempts.check('alice', HERE)).to.deep.equal({ allowed: true });
  });

  it('with many names from one address slow that address down', () => {
    const { attempts } = attemptsAt();
    for (let user = 0; user < 7; user += 1) attempts.failed(`user${user}`, HERE);
    expect(attempts.check('fresh', HERE)).to.deep.equal({ allowed: false, retryAfter: 2 });
    attempts.succeeded('user1', HERE);
    expect(attempts.check('fresh', HERE)).to.deep.equal({ allowed: false, retryAfter: 2 });
    expect(attempts.check('fresh', THERE)).to.deep.equal({ allowed: true });
  });

  it('count for a whole IPv6 /64', () => {
    const { attempts } = attemptsAt();
    for (let host = 1; host <= 3; host += 1) attempts.failed('alice', `2001:db8:0:1::${host}`);
    expect(attempts.check('alice', '2001:db8:0:1:ffff::9').allowed).to.equal(false);
    expect(attempts.check('alice', '2001:db8:0:2::1').allowed).to.equal(true);
  });

  it('are forgotten after a success, and after a while', () => {
    const { time, attempts } = attemptsAt();
    failTimes(attempts, 3);
    attempts.succeeded('alice', HERE);
    expect(attempts.check('alice', HERE).allowed).to.equal(true);
    failTimes(attempts, 3);
    expect(attempts.check('alice', HERE).allowed).to.equal(false);
    time.now = 60_000;
    failTimes(attempts, 2);
    expect(attempts.check('alice', HERE).allowed).to.equal(true);
  });

  it('of strangers with ever new names and addresses use bounded memory, and a lately failed name stays known', () => {
    const { attempts } = attemptsAt();
    for (let count = 0; count < 1000; count += 1) {
      if (count % 50 === 0) failTimes(attempts, 1);
      attempts.failed(`name${count}`, `10.0.${count >> 8}.${count & 255}`);
    }
    expect(attempts.check('alice', HERE).allowed).to.equal(false);
    expect(attempts.check('name0', '10.0.0.0').allowed).to.equal(true);
  });

  it('never wait longer than the longest, whatever comes', () => {
    const step = fc.record({
      subject: fc.constantFrom('alice', 'bob'),
      source: fc.constantFrom(HERE, THERE),
      fails: fc.boolean(),
      pause: fc.nat(5_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { time, attempts } = attemptsAt();
        for (const { subject, source, fails, pause } of steps) {
          time.now += pause;
          const verdict = attempts.check(subject, source);
          if (!verdict.allowed) expect(verdict.retryAfter).to.be.within(1, 8);
          else if (fails) attempts.failed(subject, source);
          else attempts.succeeded(subject, source);
        }
        time.now += 8_000;
        expect(attempts.check('alice', HERE).allowed).to.equal(true);
      }),
    );
  });

  describe('around a check', () => {
    it('pass what it finds and count what it does not find', async () => {
      const { attempts } = attemptsAt();
      const limit = (found?: string) => attempts.limit('alice', HERE, () => Promise.resolve(found));
      expect(await limit('her')).to.deep.equal({ found: 'her' });
      for (let count = 0; count < 3; count += 1) expect(await limit()).to.deep.equal({});
      expect(await limit('her')).to.deep.equal({ retryAfter: 1 });
    });

    it('give a hundred guesses at the same moment no more than the free ones', async () => {
      const { attempts } = attemptsAt();
      const guesses = Array.from({ length: 100 }, (_, guess) =>
        attempts.limit('alice', HERE, () => Promise.resolve(guess === 99 ? 'her' : undefined)),
      );
      const outcomes = await Promise.all(guesses);
      expect(outcomes.filter(({ found }) => found !== undefined)).to.deep.equal([]);
      expect(outcomes.filter(({ retryAfter }) => retryAfter === undefined)).to.have.length(3);
    });

    it('count nothing when the check itself breaks', async () => {
      const { attempts } = attemptsAt();
      for (let count = 0; count < 9; count += 1) {
        const broken = attempts.limit('alice', HERE, () => Promise.reject(new Error('disk')));
        expect(String(await broken.catch((error: unknown) => error))).to.contain('disk');
      }
      expect(attempts.check('alice', HERE)).to.deep.equal({ allowed: true });
    });
  });
});
