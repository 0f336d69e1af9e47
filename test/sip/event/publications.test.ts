import { expect } from 'chai';
import fc from 'fast-check';
import { Publications } from '../../../lib/sip/event/publications.ts';
import type { Publish } from '../../../lib/sip/event/publications.ts';
import { VirtualClock } from '../virtual-clock.ts';

const PIDF = 'application/pidf+xml';
const PACK = { mediaTypes: [PIDF], expires: { default: 3_600, minimum: 60, maximum: 7_200 } };
const state = (text: string, contentType = PIDF) => ({ contentType, body: Buffer.from(text) });
const publish = (parts: Partial<Publish>): Publish => ({
  ifMatch: undefined,
  expires: undefined,
  state: undefined,
  ...parts,
});

describe('publications (RFC 3903)', () => {
  let clock: VirtualClock;
  let changes: string[];
  let publications: Publications;

  beforeEach(() => {
    clock = new VirtualClock();
    changes = [];
    publications = new Publications(clock, PACK, (resource) => changes.push(resource), {
      perResource: 2,
      all: 3,
      body: 10,
    });
  });

  const bodies = (resource: string) => publications.of(resource).map(({ body }) => body.toString());

  function published(resource: string, parts: Partial<Publish>): string {
    const outcome = publications.publish(resource, publish(parts));
    if ('status' in outcome) throw new Error(`${outcome.status}`);
    return outcome.entityTag;
  }

  it('are made, refreshed, modified and removed, with a new entity-tag each time (§4.1, §6)', () => {
    const first = published('bob', { state: state('open') });
    const second = published('bob', { ifMatch: first });
    expect(bodies('bob')).to.deep.equal(['open']);
    const third = published('bob', { ifMatch: second, state: state('busy') });
    expect(bodies('bob')).to.deep.equal(['busy']);
    expect(publications.publish('bob', publish({ ifMatch: third, expires: 0 }))).to.include({ expires: 0 });
    expect(bodies('bob')).to.deep.equal([]);
    expect(new Set([first, second, third]).size).to.equal(3);
    expect(changes, 'a refresh changes nothing').to.deep.equal(['bob', 'bob', 'bob']);
    expect(publications.size).to.equal(0);
  });

  it('with an entity-tag that is not there get 412, also one that was replaced, expired or is of another resource', () => {
    const first = published('bob', { state: state('open') });
    const second = published('bob', { ifMatch: first });
    for (const [resource, ifMatch] of [
      ['bob', 'x'],
      ['bob', first],
      ['alice', second],
    ] as const)
      expect(publications.publish(resource, publish({ ifMatch }))).to.deep.equal({ status: 412 });
    clock.advance(3_600_000);
    expect(publications.publish('bob', publish({ ifMatch: second }))).to.deep.equal({ status: 412 });
  });

  it('expire, and whoever watches is told', () => {
    published('bob', { state: state('a'), expires: 60 });
    clock.advance(1_000);
    published('bob', { state: state('b'), expires: 100 });
    clock.advance(58_999);
    expect(bodies('bob')).to.deep.equal(['a', 'b']);
    clock.advance(1);
    expect(bodies('bob')).to.deep.equal(['b']);
    expect(changes.length).to.equal(3);
  });

  it('live longer by a refresh', () => {
    const first = published('bob', { state: state('a'), expires: 60 });
    clock.advance(50_000);
    published('bob', { ifMatch: first, expires: 60 });
    clock.advance(59_999);
    expect(bodies('bob')).to.deep.equal(['a']);
    clock.advance(1);
    expect(bodies('bob')).to.deep.equal([]);
  });

  const refusals: readonly (readonly [what: string, asked: Partial<Publish>, status: number])[] = [
    ['too brief an interval', { state: state('a'), expires: 59 }, 423],
    ['no state and no entity-tag', {}, 400],
    ['another media type', { state: state('a', 'text/plain') }, 415],
    ['a body beyond the limit', { state: state('12345678901') }, 413],
  ];
  for (const [what, asked, status] of refusals)
    it(`refuse ${what} with ${status}, and nothing has changed`, () => {
      expect(publications.publish('bob', publish(asked))).to.include({ status });
      expect([publications.size, changes]).to.deep.equal([0, []]);
    });

  it('say in 423 what is long enough', () => {
    const outcome = publications.publish('bob', publish({ state: state('a'), expires: 1 }));
    expect(outcome).to.deep.equal({ status: 423, fields: [['Min-Expires', '60']] });
  });

  it('take parameters of the media type', () => {
    published('bob', { state: state('a', 'Application/PIDF+xml; charset=UTF-8') });
    expect(publications.of('bob')[0]?.contentType).to.equal('Application/PIDF+xml; charset=UTF-8');
  });

  it('are bounded, of one resource and of all', () => {
    const first = published('bob', { state: state('a') });
    published('bob', { state: state('b') });
    expect(publications.publish('bob', publish({ state: state('c') }))).to.deep.equal({ status: 503 });
    expect(bodies('bob'), 'a refresh needs no more room').to.have.length(2);
    published('bob', { ifMatch: first, state: state('d') });
    published('alice', { state: state('e') });
    expect(publications.publish('carol', publish({ state: state('f') }))).to.deep.equal({ status: 503 });
  });

  it('hold what a model holds after any sequence', () => {
    const step = fc.record({
      resource: fc.constantFrom('a', 'b'),
      tag: fc.nat(6),
      expires: fc.constantFrom(undefined, 0, 30, 60, 600),
      body: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      later: fc.nat(90),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const time = new VirtualClock();
        const real = new Publications(time, PACK, () => undefined);
        const model = new Map<string, { resource: string; body: string; until: number }>();
        const tags: string[] = [];
        for (const { resource, tag, expires, body, later } of steps) {
          const ifMatch = tags[tag];
          const before = ifMatch === undefined ? undefined : model.get(ifMatch);
          const outcome = real.publish(
            resource,
            publish({ ifMatch, expires, state: body === undefined ? undefined : state(body) }),
          );
          if (!('status' in outcome)) {
            const kept = body ?? before?.body ?? '';
            if (ifMatch !== undefined) model.delete(ifMatch);
            if (outcome.expires > 0)
              model.set(outcome.entityTag, { resource, body: kept, until: time.now() + outcome.expires * 1_000 });
            tags.push(outcome.entityTag);
          } else if (outcome.status === 412) expect(before?.resource).not.to.equal(resource);
          time.advance(later * 1_000);
          for (const [key, { until }] of model) if (until <= time.now()) model.delete(key);
          for (const name of ['a', 'b'])
            expect(real.of(name).map((one) => one.entityTag)).to.have.members(
              [...model].flatMap(([key, one]) => (one.resource === name ? [key] : [])),
            );
          expect(real.size).to.equal(model.size);
        }
        time.advance(7_200_000);
        expect([real.size, time.pending]).to.deep.equal([0, 0]);
      }),
    );
  });
});
