import { expect } from 'chai';
import { Compositor } from '../../../lib/sip/event/compositor.ts';
import type { PublishedPackage } from '../../../lib/sip/event/compositor.ts';
import { settled, VirtualClock } from '../virtual-clock.ts';
import { handled, Received, request } from './server.ts';

describe('the event state compositor (RFC 3903 §6)', () => {
  let published: string[];
  let admitted: (() => void)[];
  let isSlow: boolean;
  let compositor: Compositor;

  const presence: PublishedPackage = {
    name: 'presence',
    mediaTypes: ['application/pidf+xml'],
    expires: { default: 3_600, minimum: 60, maximum: 7_200 },
    admit: async ({ request: one }) => {
      if (one.uriText.startsWith('sip:nobody')) return { status: 404 };
      if (one.uriText.startsWith('sip:broken')) throw new Error('no database');
      if (isSlow) await new Promise<void>((resolve) => admitted.push(resolve));
      return { resource: one.uriText };
    },
    published: (_resource, all) => published.push(all.map(({ body }) => body.toString()).join()),
  };

  beforeEach(() => {
    published = [];
    admitted = [];
    isSlow = false;
    compositor = new Compositor({ clock: new VirtualClock() });
    compositor.add(presence);
  });

  const publish = (body: string, fields: Record<string, string | undefined> = {}, uri = 'sip:bob@example.com') =>
    new Received(
      request('PUBLISH', { Event: 'presence', 'Content-Type': 'application/pidf+xml', ...fields }, { uri, body }),
    );

  const answered = (server: Received) => handled(server, (one) => compositor.receive(one));

  it('takes an initial publication, refreshes, modifies and removes it', async () => {
    const initial = await answered(publish('open'));
    expect([initial.status, initial.header('Expires')]).to.deep.equal([200, '3600']);
    const refreshed = await answered(publish('', { 'SIP-If-Match': initial.header('SIP-ETag'), Expires: '120' }));
    expect([refreshed.status, refreshed.header('Expires')]).to.deep.equal([200, '120']);
    const modified = await answered(publish('busy', { 'SIP-If-Match': refreshed.header('SIP-ETag') }));
    const removed = await answered(publish('', { 'SIP-If-Match': modified.header('SIP-ETag'), Expires: '0' }));
    expect([removed.status, removed.header('Expires')]).to.deep.equal([200, '0']);
    expect(published).to.deep.equal(['open', 'busy', '']);
  });

  const refusals: readonly (readonly [
    what: string,
    server: () => Received,
    status: number,
    field?: readonly [string, string],
  ])[] = [
    ['an unknown resource', () => publish('x', {}, 'sip:nobody@example.com'), 404],
    ['no Event', () => publish('x', { Event: undefined }), 489, ['Allow-Events', 'presence']],
    ['another package', () => publish('x', { Event: 'dialog' }), 489, ['Allow-Events', 'presence']],
    ['an unknown entity-tag', () => publish('x', { 'SIP-If-Match': 'x' }), 412],
    ['two entity-tags', () => publish('x', { 'SIP-If-Match': 'x y' }), 400],
    ['too brief an interval', () => publish('x', { Expires: '5' }), 423, ['Min-Expires', '60']],
    [
      'another media type',
      () => publish('x', { 'Content-Type': 'text/plain' }),
      415,
      ['Accept', 'application/pidf+xml'],
    ],
    ['no state', () => publish(''), 400],
  ];
  for (const [what, server, status, field] of refusals)
    it(`refuses ${what} with ${status}`, async () => {
      const got = await answered(server());
      expect(got.responses.map((one) => one.status)).to.deep.equal([status]);
      if (field) expect(got.header(field[0])).to.equal(field[1]);
      expect(published).to.deep.equal([]);
    });

  it('goes on when its package breaks', async () => {
    const outcome = await compositor.receive(publish('x', {}, 'sip:broken@example.com')).catch(String);
    expect(outcome).to.equal('Error: no database');
    expect((await answered(publish('y'))).status).to.equal(200);
  });

  it('takes the PUBLISHes of one resource in their order, and those of others meanwhile', async () => {
    isSlow = true;
    const [first, second, other] = [publish('1'), publish('2'), publish('3', {}, 'sip:carol@example.com')];
    const all = [first, second, other].map((server) => compositor.receive(server));
    await settled();
    expect(admitted, 'the second waits for the first').to.have.length(2);
    while (admitted.length > 0) {
      admitted.pop()?.();
      await settled();
    }
    await Promise.all(all);
    expect(published).to.deep.equal(['3', '1', '1,2']);
  });
});
