import { expect } from 'chai';
import fc from 'fast-check';
import {
  CCMP_MISPRINTED,
  MESSAGE_NAMES,
  messageType,
  OPERATIONS,
  UnreadableMessage,
} from '../../../lib/ccmp/codec/messages.ts';
import { decodeRequest, encodeRequest, type CcmpRequest } from '../../../lib/ccmp/codec/request.ts';
import { CONFERENCE_INFO, info, xcon } from '../../../lib/model/names.ts';
import { XmlElement } from '../../../lib/xml/element.ts';
import { parse } from '../../../lib/xml/parse.ts';
import { ALICE, linphoneConf, requestText } from '../messages.ts';

const read = (text: string): CcmpRequest => decodeRequest(parse(text));
const failure = (text: string): UnreadableMessage => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UnreadableMessage) return error;
    throw error;
  }
  throw new Error('was read');
};
const retrieve = `${ALICE}<confObjID>xcon:1@example.com</confObjID><operation>retrieve</operation>`;

describe('a CCMP request that is read', () => {
  it('[M1] has unqualified parameters and a qualified specialised element', () => {
    const request = read(requestText('conf', retrieve));
    expect(request).to.include({
      type: 'conf',
      confUserID: 'xcon-userid:alice@example.com',
      confObjID: 'xcon:1@example.com',
      operation: 'retrieve',
      info: undefined,
    });
  });

  it('may have the namespace that RFC 6504 misprints', () => {
    expect(read(requestText('blueprint', retrieve, '', CCMP_MISPRINTED)).type).to.equal('blueprint');
  });

  it('may qualify its parameters', () => {
    const text = requestText('conf', retrieve, '<ccmp:confInfo entity="xcon:1@example.com"/>')
      .replace(/<(\/?)(confUserID|confObjID|operation)>/g, '<$1ccmp:$2>')
      .replaceAll('<ccmpRequest', '<ccmp:ccmpRequest')
      .replaceAll('</ccmpRequest', '</ccmp:ccmpRequest');
    const request = read(text);
    expect(request).to.include({ confUserID: 'xcon-userid:alice@example.com', operation: 'retrieve' });
    expect(request.info?.attribute('entity')).to.equal('xcon:1@example.com');
  });

  it('[M2] names its type under any prefix, also the default one', () => {
    const text = requestText('conf', retrieve);
    expect(
      read(text.replace('xsi:type="ccmp:', 'xmlns:q="urn:ietf:params:xml:ns:xcon-ccmp" xsi:type=" q:')).type,
    ).to.equal('conf');
    const unprefixed = text
      .replaceAll('ccmp:ccmpRequest', 'ccmpRequest')
      .replace('xmlns:ccmp', 'xmlns')
      .replaceAll('ccmp:confRequest', 'confRequest')
      .replace('xsi:type="ccmp:', 'xsi:type="');
    expect(read(unprefixed).type).to.equal('conf');
  });

  it('[M4] has simple values without the white space around them', () => {
    const text = requestText('conf', '<confUserID>\n xcon-userid:a@b \t</confUserID><operation> delete\n</operation>');
    expect(read(text)).to.include({ confUserID: 'xcon-userid:a@b', operation: 'delete' });
  });

  it('[M5] may carry a subject, whose password RFC 6504 also calls conference-password', () => {
    const subject = (password: string) =>
      read(requestText('confs', `<subject><username>alice</username>${password}</subject>${ALICE}`)).subject;
    expect(subject('<password> demo </password>')).to.deep.equal({ username: 'alice', password: 'demo' });
    expect(subject('<conference-password>demo</conference-password>')).to.deep.equal({
      username: 'alice',
      password: 'demo',
    });
    expect(subject('')).to.deep.equal({ username: 'alice', password: '' });
  });

  it('[M19] may hold elements and attributes of unknown namespaces', () => {
    const foreign = '<x:a xmlns:x="urn:x"><confUserID>xcon-userid:eve@example.com</confUserID></x:a>';
    const request = read(requestText('conf', `${foreign}${retrieve}${foreign}`, foreign));
    expect(request).to.include({ confUserID: 'xcon-userid:alice@example.com', info: undefined });
  });

  it('[B1][C1][O3] has no operation and no object where the message takes none', () => {
    for (const name of ['blueprints', 'confs', 'options']) {
      const request = read(requestText(name, `${ALICE}<confObjID>xcon:1@b</confObjID><operation>nonsense</operation>`));
      expect(request).to.include({ type: name, operation: undefined, confObjID: undefined });
    }
  });

  it('counts an empty parameter as absent', () => {
    const request = read(requestText('user', '<confUserID/><confObjID> </confObjID><operation/>'));
    expect(request).to.include({ confUserID: undefined, confObjID: undefined, operation: undefined });
  });

  it('[B2][C3] may hold a filter', () => {
    expect(read(requestText('confs', ALICE, '<xpathFilter>/conference-info[1]</xpathFilter>')).xpathFilter).to.equal(
      '/conference-info[1]',
    );
  });

  it('gives conference data its name of the data model', () => {
    const named = (name: string, parameter: string) => read(requestText(name, retrieve, `<${parameter}/>`)).info;
    expect(named('blueprint', 'blueprintInfo')).to.include({ namespace: CONFERENCE_INFO, local: 'conference-info' });
    expect(named('conf', 'confInfo')).to.include({ local: 'conference-info' });
    expect(named('sidebarByVal', 'sidebarByValInfo')).to.include({ local: 'conference-info' });
    expect(named('users', 'usersInfo')).to.include({ namespace: CONFERENCE_INFO, local: 'users' });
    expect(named('user', 'userInfo')).to.include({ namespace: CONFERENCE_INFO, local: 'user' });
  });

  it('may come from Linphone', () => {
    const request = read(linphoneConf('create'));
    expect(request).to.include({
      type: 'conf',
      operation: 'create',
      confObjID: undefined,
      confUserID: 'xcon-userid:al%20ice@example.com:5061;transport=tls',
    });
    const description = request.info?.first(CONFERENCE_INFO, 'conference-description');
    expect(description?.first(CONFERENCE_INFO, 'subject')?.text).to.equal('Weekly');
    expect(read(linphoneConf('delete', 'xcon:1@example.com'))).to.include({
      operation: 'delete',
      confObjID: 'xcon:1@example.com',
    });
  });
});

describe('a CCMP request that can not be read', () => {
  it('[M9] lacks its specialised element or has more than one', () => {
    const one = requestText('conf', retrieve);
    expect(failure(one.replace(/<ccmp:confRequest>.*<\/ccmp:confRequest>/, ''))).to.include({ type: 'conf' });
    expect(failure(one.replace('</ccmp:confRequest>', '</ccmp:confRequest><ccmp:usersRequest/>'))).to.include({
      type: 'conf',
    });
    expect(failure(one.replace('</ccmp:confRequest>', '</ccmp:confRequest><ccmp:confRequest/>'))).to.include({
      type: 'conf',
    });
  });

  it('[M9] has a type that is missing, unknown, of another namespace or of another message', () => {
    const text = requestText('users', retrieve);
    expect(failure(text.replace(/xsi:type="[^"]*"/, ''))).to.include({ type: 'users' });
    expect(failure(text.replace('ccmp-users-request', 'ccmp-secret-request'))).to.include({ type: 'users' });
    expect(failure(text.replace('xsi:type="ccmp:', 'xsi:type="info:'))).to.include({ type: 'users' });
    expect(failure(text.replace('xsi:type="ccmp:', 'xsi:type="nobody:'))).to.include({ type: 'users' });
    expect(failure(text.replace('ccmp-users-request', 'ccmp-conf-request'))).to.include({ type: 'users' });
  });

  it('still tells its sender, so that the answer can repeat it', () => {
    expect(failure(requestText('users', `${ALICE}<operation>replace</operation>`))).to.include({
      type: 'users',
      confUserID: 'xcon-userid:alice@example.com',
    });
  });

  it('has another root or no message in it', () => {
    expect(failure('<ccmpRequest/>').type).to.equal('conf');
    expect(failure('<c:ccmpResponse xmlns:c="urn:ietf:params:xml:ns:xcon-ccmp"/>').type).to.equal('conf');
    expect(failure('<c:ccmpRequest xmlns:c="urn:ietf:params:xml:ns:xcon-ccmp"/>').type).to.equal('conf');
  });

  it('says a parameter twice', () => {
    expect(failure(requestText('conf', ALICE + ALICE)).message).to.contain('confUserID');
    expect(failure(requestText('conf', retrieve, '<confInfo/><confInfo/>')).message).to.contain('confInfo');
  });

  it('[X1] is extended without a name', () => {
    expect(failure(requestText('extended', ALICE)).type).to.equal('extended');
  });
});

describe('a CCMP request that is written', () => {
  const text = fc
    .string({
      unit: fc.constantFrom('a', 'Z', '9', ' ', ':', '<', '>', '&', '"', "'", '\r', '\n', 'ü', '😀'),
      minLength: 1,
      maxLength: 12,
    })
    .map((value) => `x${value}x`);
  const document = fc.record({ title: text, entity: text }).map(({ title, entity }) => ({ title, entity }));

  it('reads the same again, whatever it says', () => {
    const SEAT = [{ prefix: 'x', namespace: 'urn:x' }];
    const some = fc.option(text, { nil: undefined });
    const requests = fc.record({
      type: fc.constantFrom(...MESSAGE_NAMES),
      subject: fc.option(fc.record({ username: text, password: text }), { nil: undefined }),
      confUserID: some,
      confObjID: some,
      operation: fc.option(fc.constantFrom(...OPERATIONS), { nil: undefined }),
      conferencePassword: some,
      content: fc.option(document, { nil: undefined }),
    });
    fc.assert(
      fc.property(requests, ({ content, ...common }) => {
        const { operation, object, info: shape } = messageType(common.type);
        const sent: CcmpRequest = {
          ...common,
          operation: operation ? common.operation : undefined,
          confObjID: object ? common.confObjID : undefined,
          info:
            content && shape && common.type !== 'options'
              ? info(shape.element.local, { entity: content.entity }, [xcon('any', {}, [content.title])])
              : undefined,
          xpathFilter: undefined,
          extensionName: common.type === 'extended' ? 'name' : undefined,
          ...(common.type === 'extended' &&
            content && { extension: [new XmlElement('urn:x', 'seat', [], [content.title], SEAT)] }),
        };
        expect(read(encodeRequest(sent).toString('utf8'))).to.deep.equal(sent);
      }),
      { numRuns: 200 },
    );
  });
});
