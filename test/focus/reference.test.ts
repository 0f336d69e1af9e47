import { expect } from 'chai';
import fc from 'fast-check';
import { readReference } from '../../lib/focus/reference.ts';
import { parseUri } from '../../lib/sip/message/parse-uri.ts';

const read = (text: string) => readReference(parseUri(text));

function action(text: string): Readonly<Record<string, unknown>> {
  const reference = read(text);
  if ('status' in reference) return { ...reference };
  return {
    ...reference,
    address: String(reference.address),
    ...('referTo' in reference && { referTo: String(reference.referTo) }),
  };
}

describe('what a REFER asks of the focus', () => {
  it('adds whom Refer-To names (RFC 4579 §5.5)', () => {
    expect(action('sip:carol@example.com')).to.deep.equal({ action: 'add', address: 'sip:carol@example.com' });
    expect(action('sip:carol@example.com;method=INVITE')).to.deep.equal({
      action: 'add',
      address: 'sip:carol@example.com',
    });
    expect(action('tel:+49-30-1234')).to.deep.equal({ action: 'add', address: 'tel:+49-30-1234' });
  });

  it('removes by method=BYE, also where that is written as a header (RFC 4579 §5.11, RFC 5368 §9)', () => {
    const removal = { action: 'remove', address: 'sip:carol@example.com' };
    expect(action('sip:carol@example.com;method=BYE')).to.deep.equal(removal);
    expect(action('sip:carol@example.com?method=BYE')).to.deep.equal(removal);
  });

  it('lets the focus refer somebody (RFC 4579 §5.7)', () => {
    expect(action('sip:bob@example.com;method=REFER?Refer-To=sip:42%40example.com')).to.deep.equal({
      action: 'refer',
      address: 'sip:bob@example.com',
      referTo: 'sip:42@example.com',
    });
  });

  it('takes the place of a dialog by Replaces (RFC 4579 §5.10)', () => {
    expect(action('sip:bob@example.com?Replaces=abc%40host%3Bto-tag%3D1%3Bfrom-tag%3D2%3Bearly-only')).to.deep.equal({
      action: 'add',
      address: 'sip:bob@example.com',
      replaces: 'abc@host;to-tag=1;from-tag=2;early-only',
    });
  });

  it('lets nobody choose the way, other headers or other methods', () => {
    for (const uri of [
      'sip:bob@example.com?Route=%3Csip:evil.example%3E',
      'sip:bob@example.com?Join=a%3Bto-tag%3D1%3Bfrom-tag%3D2',
      'sip:bob@example.com?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Subject=x',
      'sip:bob@example.com?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=b%3Bto-tag%3D1%3Bfrom-tag%3D2',
      'sip:bob@example.com;method=BYE?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2',
      'sip:bob@example.com?Replaces=nothing',
      'sip:bob@example.com;maddr=192.0.2.1',
      'sip:bob@example.com;method=SUBSCRIBE',
      'sip:bob@example.com;method=MESSAGE',
      'sip:bob@example.com;method=REFER',
      'sip:example.com',
      'http://example.com/slides',
    ])
      expect(action(uri), uri).to.include({ status: 403 });
  });

  it('keeps of a URI what says whom to call, and nothing else', () => {
    expect(action('sip:bob:secret@example.com:5070;transport=tcp;user=phone;lr;x=y')).to.deep.equal({
      action: 'add',
      address: 'sip:bob@example.com:5070;transport=tcp;user=phone',
    });
  });

  it('never fails on a URI that can be read', () => {
    const piece = fc.stringMatching(/^[a-zA-Z0-9-]{1,8}$/);
    const value = fc.stringMatching(/^[a-zA-Z0-9.;=@%<> -]{1,20}$/).map((text) => encodeURIComponent(text));
    const name = fc.oneof(fc.constantFrom('Replaces', 'Refer-To', 'method', 'Route'), piece);
    const pairs = (join: string) =>
      fc.array(fc.tuple(name, value).map(([n, v]) => `${n}=${v}`)).map((all) => all.join(join));
    fc.assert(
      fc.property(piece, pairs(';'), pairs('&'), (user, parameters, headers) => {
        const uri = `sip:${user}@example.com${parameters && `;${parameters}`}${headers && `?${headers}`}`;
        const reference = read(uri);
        if (!('status' in reference)) expect(String(reference.address)).not.to.include('?');
      }),
    );
  });
});
