import { expect } from 'chai';
import fc from 'fast-check';
import {
  BadMessage,
  headers,
  NameAddress,
  parse,
  parseUri,
  Request,
  Response,
  serialize,
  SipUri,
} from '../../../lib/sip/message/index.ts';
import { text, token } from './arbitraries.ts';
import { subscribe } from './messages.ts';

const written = (message: Request | Response): string => {
  const { head, body } = serialize(message);
  return Buffer.concat([head, body]).toString();
};

const request = (...fields: readonly string[]): Request => parse(subscribe(...fields)) as Request;

describe('a message', () => {
  it('tells what it says about itself', () => {
    const parsed = request(
      'Contact: <sip:alice@192.0.2.1>;isfocus',
      'Record-Route: <sip:p2.example.com;lr>, <sip:p1.example.com;lr>',
      'Route: <sip:p3.example.com;lr>',
      'Event: conference;id=7',
      'Expires: 600',
      'Require: timer',
      'Supported: timer, 100rel',
      'Supported: replaces',
      'Allow: INVITE, BYE',
      'Content-Type: Application/SDP;charset="utf-8"',
    );
    expect(parsed.uri.toString()).to.equal('sip:weekly@example.com');
    expect(parsed.from.displayName).to.equal('Alice');
    expect([parsed.from.tag, parsed.to.tag, parsed.callId]).to.deep.equal(['a1', undefined, 'call-1@192.0.2.1']);
    expect(parsed.cseq).to.deep.equal({ number: 1, method: 'SUBSCRIBE' });
    expect([parsed.maxForwards, parsed.expires]).to.deep.equal([70, 600]);
    expect(headers.isFocus(parsed.contacts[0]!)).to.equal(true);
    expect(parsed.recordRoutes.map(({ uri }) => uri.toString())).to.deep.equal([
      'sip:p2.example.com;lr',
      'sip:p1.example.com;lr',
    ]);
    expect(parsed.routes).to.have.length(1);
    expect(parsed.event).to.include({ type: 'conference', id: '7' });
    expect([parsed.require, parsed.supported, parsed.allow]).to.deep.equal([
      ['timer'],
      ['timer', '100rel', 'replaces'],
      ['INVITE', 'BYE'],
    ]);
    expect(parsed.contentType?.type).to.equal('application/sdp');
    expect(parsed.contentType?.parameters.get('charset')).to.equal('utf-8');
  });

  it('has none of what it does not say', () => {
    const parsed = request();
    expect([parsed.expires, parsed.event, parsed.contentType, parsed.header('Expires')]).to.deep.equal(
      Array.from({ length: 4 }, () => undefined),
    );
    expect([parsed.contacts, parsed.routes, parsed.supported, parsed.headers('Route')]).to.deep.equal([[], [], [], []]);
    expect(parsed.has('Contact')).to.equal(false);
  });

  it('may ask to remove all bindings', () => {
    expect(request('Contact: *')).to.include({ hasWildcardContact: true });
    expect(request('Contact: *').contacts).to.deep.equal([]);
    expect(request('Contact: <sip:a@b>').hasWildcardContact).to.equal(false);
  });

  it('reads a value once', () => {
    const parsed = request('Contact: <sip:alice@192.0.2.1>');
    expect(parsed.contacts).to.equal(parsed.contacts);
    expect(parsed.from).to.equal(parsed.from);
    expect(parsed.via).to.equal(parsed.via);
  });

  it('refuses a field that stands twice or is missing', () => {
    expect(() => request('Event: a', 'Event: b').event).to.throw(BadMessage, 'More than one Event');
    expect(() => request('Expires: soon').expires).to.throw(BadMessage, 'Malformed Expires');
    const bare = parse(Buffer.from('OPTIONS sip:a SIP/2.0\r\n\r\n'));
    expect(() => bare.via).to.throw(BadMessage, 'Missing Via');
    expect(() => bare.callId).to.throw(BadMessage, 'Missing Call-ID');
  });

  it('changed is another one', () => {
    const parsed = request('Subject: old', 'X-A: 1', 'Subject: older', 'Expires: 60');
    const changed = parsed.with(
      { subject: 'new', 'x-a': undefined, Expires: ['1', '2'], 'X-B': 'b' },
      Buffer.from('x'),
    );
    expect([...changed.fields()].slice(6)).to.deep.equal([
      ['Subject', 'new'],
      ['Expires', '1'],
      ['Expires', '2'],
      ['X-B', 'b'],
    ]);
    expect(changed).to.be.instanceOf(Request);
    expect([changed.body.toString(), parsed.body.length, parsed.headers('Subject').length]).to.deep.equal(['x', 0, 2]);
    expect(changed.method).to.equal('SUBSCRIBE');
  });

  it('gets a Via on top and loses it', () => {
    const forwarded = request().prepended('Via', 'SIP/2.0/TCP p.example.com;branch=z9hG4bKp');
    expect(forwarded.vias.map(({ host }) => host)).to.deep.equal(['p.example.com', '192.0.2.1']);
    expect(forwarded.withoutFirst('v').vias.map(({ host }) => host)).to.deep.equal(['192.0.2.1']);
    expect(request().withoutFirst('Route').headers('Route')).to.deep.equal([]);
  });

  it('loses the first of a list, not its line', () => {
    const parsed = request('Route: <sip:a;lr>, <sip:b;lr>', 'Route: <sip:c;lr>').withoutFirst('Route');
    expect(parsed.lines('Route')).to.deep.equal(['<sip:b;lr>', '<sip:c;lr>']);
    expect(parsed.withoutFirst('Route').lines('Route')).to.deep.equal(['<sip:c;lr>']);
  });

  it('goes to another URI', () => {
    expect(request().withUri('sip:b@example.com').uri.toString()).to.equal('sip:b@example.com');
  });

  it('can not be made to hold a second one', () => {
    const uri = parseUri('sip:a@b');
    expect(() => Request.create('INVITE', uri, [['Subject', 'a\r\nVia: x']])).to.throw(TypeError);
    expect(() => Request.create('INVITE', uri, [['Subject: x\r\nVia', 'a']])).to.throw(TypeError);
    expect(() => Request.create('IN VITE', uri, [])).to.throw(TypeError);
    expect(() => Request.create('INVITE', 'sip:a SIP/2.0\r\nx: y', [])).to.throw(TypeError);
    expect(() => request().withUri('sip:a b')).to.throw(TypeError);
    expect(() => request().with({ Subject: 'a\nb' })).to.throw(TypeError);
    expect(() => request().prepended('Route', 'a\rb')).to.throw(TypeError);
    expect(() => Response.to(request(), 200, { reason: 'OK\r\nx: y' })).to.throw(TypeError);
    expect(() => Response.to(request(), 200, { fields: [['X', 'a\nb']] })).to.throw(TypeError);
  });
});

describe('a response', () => {
  it('has what ties it to its request', () => {
    const response = Response.to(request('Timestamp: 54', 'Record-Route: <sip:p;lr>'), 180, {
      toTag: 'b1',
      fields: [['Contact', '<sip:bob@192.0.2.4>']],
    });
    expect(written(response).split('\r\n')).to.deep.equal([
      'SIP/2.0 180 Ringing',
      'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKalice1;rport',
      'From: Alice <sip:alice@example.com>;tag=a1',
      'To: <sip:weekly@example.com>;tag=b1',
      'Call-ID: call-1@192.0.2.1',
      'CSeq: 1 SUBSCRIBE',
      'Contact: <sip:bob@192.0.2.4>',
      'Content-Length: 0',
      '',
      '',
    ]);
  });

  it('of 100 tells the time that the request told', () => {
    expect(Response.to(request('Timestamp: 54'), 100).header('Timestamp')).to.equal('54');
  });

  it('leaves the tag of a request within a dialog', () => {
    const inDialog = request().with({ To: '<sip:weekly@example.com>;tag=w' });
    expect(Response.to(inDialog, 200, { toTag: 'b1' }).to.tag).to.equal('w');
  });

  it('answers a request with a malformed To', () => {
    const malformed = request().with({ To: '"weekly <sip:weekly@example.com>' });
    expect(Response.to(malformed, 400, { toTag: 'b1' }).header('To')).to.equal('"weekly <sip:weekly@example.com>');
  });

  it('has the phrase of its status', () => {
    expect([200, 489, 299].map((status) => Response.to(request(), status).reason)).to.deep.equal([
      'OK',
      'Bad Event',
      'Unknown',
    ]);
  });
});

describe('a message that is written', () => {
  it('shares its body', () => {
    const body = Buffer.from('<conference-info/>');
    const made = Request.create('NOTIFY', SipUri.of({ user: 'a', host: 'b' }), [['Event', 'conference']], body);
    expect(serialize(made).body).to.equal(body);
    expect(serialize(made).head.toString()).to.equal(
      'NOTIFY sip:a@b SIP/2.0\r\nEvent: conference\r\nContent-Length: 18\r\n\r\n',
    );
  });

  it('is in UTF-8', () => {
    const to = new NameAddress(parseUri('sip:b@c'), undefined, 'Žofie 大');
    const parsed = parse(serialize(Request.create('MESSAGE', 'sip:b@c', [['To', to.toString()]])).head);
    expect(parsed.to.displayName).to.equal('Žofie 大');
  });

  it('is read as the same', () => {
    const value = text.map((one) => one.trim());
    fc.assert(
      fc.property(
        token,
        fc.array(fc.tuple(token, value), { maxLength: 8 }),
        fc.uint8Array({ maxLength: 40 }),
        (method, fields, body) => {
          const own = fields.filter(([name]) => !/^(l|content-length)$/i.test(name));
          const made = Request.create(method, 'sip:a@b', own, Buffer.from(body));
          const { head, body: sent } = serialize(made);
          const again = parse(Buffer.concat([head, sent])) as Request;
          expect(again.method).to.equal(method);
          expect([...again.fields()]).to.deep.equal([...made.fields()]);
          expect(again.body.equals(made.body)).to.equal(true);
        },
      ),
    );
  });
});
