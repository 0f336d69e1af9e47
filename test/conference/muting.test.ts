import { expect } from 'chai';
import fc from 'fast-check';
import { withMutes } from '../../lib/conference/muting.ts';
import { Refusal } from '../../lib/conference/refusal.ts';
import { CONFERENCE_INFO, info, XCON, xcon } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';

const MODERATOR = { moderates: true, isSelf: false };
const HERSELF = { moderates: false, isSelf: true };

const medium = (...children: XmlElement[]): XmlElement => info('media', { id: '1' }, children);
const user = (...media: XmlElement[]): XmlElement =>
  info('user', { entity: 'xcon-userid:carol@example.com' }, [
    info('endpoint', { entity: 'sip:carol@example.com' }, [
      info('status', {}, ['connected']),
      ...media,
      info('call-info'),
    ]),
  ]);
const says = (mute: boolean): XmlElement =>
  user(medium(xcon('to-mixer', { name: 'AudioIn' }, [xcon('controls', {}, [xcon('mute', {}, [String(mute)])])])));
const mediumOf = (one: XmlElement): XmlElement | undefined =>
  one.first(CONFERENCE_INFO, 'endpoint')?.first(CONFERENCE_INFO, 'media');
const isMuted = (one: XmlElement, path = 'to-mixer'): boolean =>
  mediumOf(one)?.first(XCON, path)?.first(XCON, 'controls')?.first(XCON, 'mute')?.text === 'true';

describe('who mutes, and who lets be heard again', () => {
  it('[E24] whom a moderator has muted is let be heard by a moderator only, whoever tries what in which order', () => {
    const step = fc.record({ mute: fc.boolean(), by: fc.constantFrom(MODERATOR, HERSELF) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let now = says(false);
        let [muted, held] = [false, false];
        for (const { mute, by } of steps) {
          const attempt = (): XmlElement => withMutes(now, mediumAs(now, mute), by);
          if (held && !mute && by === HERSELF) {
            expect(attempt).to.throw(Refusal, 'A moderator has muted you.');
            continue;
          }
          now = attempt();
          // What was silent before is not held by who sends it back as it was.
          held = mute && (held || (by === MODERATOR && !muted));
          muted = mute;
          expect(isMuted(now)).to.equal(mute);
        }
      }),
    );
  });

  it('[E24] what is held can not be taken away with its medium, but by a moderator', () => {
    const held = withMutes(says(false), says(true), MODERATOR);
    expect(() => withMutes(held, user(), HERSELF)).to.throw(Refusal, 'A moderator has muted you.');
    expect(mediumOf(withMutes(held, user(), MODERATOR))).to.equal(undefined);
  });

  it('mutes in a call what a status says is silent, each way (RFC 6504 §6.2)', () => {
    const before = user(medium(info('status', {}, ['sendrecv'])));
    for (const [status, silent] of [
      ['recvonly', ['to-mixer']],
      ['sendonly', ['from-mixer']],
      ['inactive', ['to-mixer', 'from-mixer']],
    ] as const) {
      const after = withMutes(before, user(medium(info('status', {}, [status]))), MODERATOR);
      const paths = ['to-mixer', 'from-mixer'].filter((path) => isMuted(after, path));
      expect(paths, status).to.deep.equal(silent);
    }
  });

  it('leaves a status as it was from which nothing follows, for the focus knows what flows', () => {
    const before = user(medium(info('status', {}, ['recvonly'])));
    const after = withMutes(before, user(medium(info('status', {}, ['sendrecv']))), MODERATOR);
    expect(mediumOf(after)?.first(CONFERENCE_INFO, 'status')?.text).to.equal('recvonly');
  });
});

/** Her user with another word in the control, and all the rest as it is. */
function mediumAs(now: XmlElement, mute: boolean): XmlElement {
  const mapped = (element: XmlElement): XmlElement =>
    element.is(XCON, 'mute')
      ? element.withChildren([String(mute)])
      : element.withChildren(
          element.children.map((child) => (typeof child === 'object' && 'local' in child ? mapped(child) : child)),
        );
  return mapped(now);
}
