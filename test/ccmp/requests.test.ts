import { expect } from 'chai';
import { CCMP, type MessageName } from '../../lib/ccmp/codec/messages.ts';
import { RESPONSE_STRINGS } from '../../lib/ccmp/codec/codes.ts';
import type { AskedFilter } from '../../lib/conference/filter.ts';
import { Refusal, type Reason } from '../../lib/conference/refusal.ts';
import { CONFERENCE_INFO } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { ALICE, linphoneConf, requestText } from './messages.ts';
import { basic, Service } from './service.ts';
import { URI } from './stand-in.ts';

const conference = `<confObjID>${URI}</confObjID>`;
const to = (operation: string, object = conference) => `${ALICE}${object}<operation>${operation}</operation>`;
const titleOf = (document: XmlElement | undefined) =>
  document?.first(CONFERENCE_INFO, 'conference-description')?.first(CONFERENCE_INFO, 'display-text')?.text;

describe('CCMP requests', () => {
  let service: Service;
  beforeEach(async () => {
    service = await Service.start();
  });
  afterEach(() => service.close());

  const ask = (name: MessageName, parameters: string, inside = '') =>
    service.ask(requestText(name, parameters, inside));
  const asked = () => service.control.asked.map(({ method }) => method);

  describe('confRequest', () => {
    it('[C8][M13] retrieve shows the document and its version, whatever confInfo says', async () => {
      const answer = await ask('conf', to('retrieve'), '<confInfo entity="xcon:2@example.com"/>');
      expect(answer).to.include({
        type: 'conf',
        code: 200,
        string: 'Success',
        version: 7,
        operation: 'retrieve',
        confObjID: URI,
      });
      expect(answer.info?.attribute('entity')).to.equal(URI);
      expect(titleOf(answer.info)).to.equal('Jour fixe');
    });

    it('[C5][C6][C7] create describes a conference or takes the default', async () => {
      const answer = await ask(
        'conf',
        to('create', ''),
        '<confInfo entity="xcon:AUTO_GENERATE_1@example.com" state="full"/>',
      );
      expect(answer).to.include({ code: 200, confObjID: URI, version: 7, operation: 'create' });
      expect(answer.info?.attribute('state')).to.equal(undefined);
      expect(service.control.last.arguments[0]).to.have.nested.property('document.local', 'conference-info');
      await ask('conf', to('create', ''));
      expect(service.control.last.arguments).to.deep.equal([{}]);
    });

    it('[C4] create clones what confObjID names, and then takes no confInfo', async () => {
      expect(await ask('conf', to('create', '<confObjID>XCON:Room@example.com</confObjID>'))).to.include({
        confObjID: URI,
      });
      expect(service.control.last.arguments).to.deep.equal([{ parent: 'xcon:room@example.com' }]);
      expect(await ask('conf', to('create'), '<confInfo/>')).to.include({ code: 400 });
    });

    it('[C9][C10] update sends the changes and shows the result', async () => {
      const answer = await ask('conf', to('update'), '<confInfo entity="xcon:1@example.com"/>');
      expect(answer).to.include({ code: 200, version: 7, confObjID: URI });
      expect(answer.info).not.to.equal(undefined);
      expect(await ask('conf', to('update'))).to.include({ code: 400, confObjID: URI });
      expect(asked()).to.deep.equal(['update']);
    });

    it('[C12] delete repeats confObjID, without a document and a version', async () => {
      const answer = await ask('conf', to('delete'), '<confInfo/>');
      expect(answer).to.include({
        code: 200,
        confObjID: URI,
        version: undefined,
        info: undefined,
        operation: 'delete',
      });
    });

    it('[M16] without confObjID is malformed; [C14] with one that names nothing finds nothing', async () => {
      for (const operation of ['retrieve', 'update', 'delete']) {
        expect(await ask('conf', to(operation, ''), '<confInfo/>')).to.include({ code: 400, operation });
        expect(await ask('conf', to(operation, '<confObjID>sip:1@x</confObjID>'), '<confInfo/>')).to.include({
          code: 404,
          confObjID: 'sip:1@x',
        });
      }
      expect(asked()).to.deep.equal([]);
    });

    it('[M7] without an operation is malformed', async () => {
      expect(await ask('conf', ALICE + conference)).to.include({ code: 400, confObjID: URI });
    });

    it('[M8] carries the conference password', async () => {
      await ask('conf', `${to('retrieve')}<conference-password> 1234 </conference-password>`);
      expect(service.control.last.call.password).to.equal('1234');
      await ask('conf', to('retrieve'));
      expect(service.control.last.call).not.to.have.property('password');
    });

    it('serves Linphone', async () => {
      const linphone = { ...basic('alice'), 'User-Agent': 'LinphoneiOS', From: 'sip:alice@example.com' };
      expect(await service.ask(linphoneConf('create'), linphone)).to.include({ code: 200, confObjID: URI });
      expect(await service.ask(linphoneConf('delete', URI), linphone)).to.include({ code: 200, confObjID: URI });
      expect(asked()).to.deep.equal(['create', 'delete']);
    });
  });

  describe('blueprintRequest', () => {
    it('[B5] retrieve shows the blueprint with its version', async () => {
      expect(await ask('blueprint', to('retrieve'))).to.include({ type: 'blueprint', code: 200, version: 7 });
    });

    it('[B7] is refused by 403 when one may not change blueprints', async () => {
      service.control.failure = new Refusal('not-allowed', 'Ask an administrator.');
      for (const operation of ['create', 'update', 'delete'])
        expect(await ask('blueprint', to(operation), '<blueprintInfo/>')).to.include({ code: 403 });
    });
  });

  describe('lists', () => {
    it('[B1][B3][C1][C2] hold URIs, also when they are empty, and no operation', async () => {
      const conferences = await ask('confs', ALICE);
      expect(conferences).to.include({
        type: 'confs',
        code: 200,
        operation: undefined,
        confObjID: undefined,
        version: undefined,
      });
      const [entry] = conferences.info?.elements ?? [];
      expect(entry?.elements.map(({ local, text }) => [local, text])).to.deep.equal([
        ['uri', URI],
        ['display-text', 'A & B'],
      ]);
      const blueprints = await ask('blueprints', to('retrieve'));
      expect(blueprints).to.include({ code: 200, operation: undefined, confObjID: undefined });
      expect(blueprints.info?.elements).to.deep.equal([]);
    });

    it('[B2, C3] are asked for with the filter and the prefixes that it is written with', async () => {
      for (const name of ['confs', 'blueprints'] as const) {
        const filter = '<xpathFilter xmlns:c="urn:c"> /info:conference-info[c:x]\n</xpathFilter>';
        expect(await ask(name, ALICE, filter)).to.include({ code: 200 });
        const [asked] = service.control.last.arguments as [AskedFilter];
        expect(asked.expression).to.equal('/info:conference-info[c:x]');
        expect(asked.prefixes?.get('c')).to.equal('urn:c');
        expect(asked.prefixes?.get('ccmp')).to.equal(CCMP);
      }
    });
  });

  describe('usersRequest', () => {
    it('[S1] retrieve shows users; [S2] update does not', async () => {
      expect((await ask('users', to('retrieve'), '<usersInfo/>')).info).to.include({ local: 'users' });
      const updated = await ask('users', to('update'), '<usersInfo/>');
      expect(updated).to.include({ code: 200, version: 7, info: undefined });
      expect(await ask('users', to('update'))).to.include({ code: 400 });
    });

    it('[S3] has no create and delete', async () => {
      for (const operation of ['create', 'delete'])
        expect(await ask('users', to(operation), '<usersInfo/>')).to.include({ type: 'users', code: 403, operation });
    });
  });

  describe('userRequest', () => {
    const bob = '<userInfo entity="xcon-userid:Bob@example.com"/>';

    it('[U8] retrieve shows oneself or another', async () => {
      expect((await ask('user', to('retrieve'))).info?.attribute('entity')).to.equal('xcon-userid:alice@example.com');
      expect(service.control.last.arguments).to.deep.equal([URI, undefined]);
      await ask('user', to('retrieve'), bob);
      expect(service.control.last.arguments).to.deep.equal([URI, 'xcon-userid:bob@example.com']);
    });

    it('[U2][U3][U5] create adds oneself or another and shows the user', async () => {
      expect((await ask('user', to('create'))).info).to.include({ local: 'user' });
      expect(service.control.last.arguments).to.deep.equal([URI, undefined]);
      await ask('user', to('create'), bob);
      expect(service.control.last.arguments[1]).to.include({ namespace: CONFERENCE_INFO, local: 'user' });
    });

    it('[U9] update needs a userInfo that names its user', async () => {
      expect(await ask('user', to('update'), bob)).to.include({ code: 200, version: 7, info: undefined });
      expect(await ask('user', to('update'))).to.include({ code: 400 });
      expect(await ask('user', to('update'), '<userInfo/>')).to.include({ code: 400 });
      expect(await ask('user', to('update'), '<userInfo entity="bob"/>')).to.include({ code: 420 });
    });

    it('[U10] delete removes oneself or another', async () => {
      expect(await ask('user', to('delete'), bob)).to.include({
        code: 200,
        version: 7,
        info: undefined,
        confObjID: URI,
      });
      expect(await ask('user', to('delete'), '<userInfo/>')).to.include({ code: 400 });
    });

    it('[U4] of a newcomer must say how to reach her', async () => {
      const answer = await service.ask(requestText('user', `${conference}<operation>create</operation>`), {});
      expect(answer).to.include({ code: 400, confUserID: '' });
    });
  });

  describe('optionsRequest', () => {
    it('[O1] lists what is served, with the operations', async () => {
      const { info: options, code } = await ask('options', ALICE);
      expect(code).to.equal(200);
      const messages = options?.elements[0]?.elements.map((message) => [
        message.first('', 'name')?.text,
        message.first('', 'operations')?.elements.map(({ text }) => text),
      ]);
      expect(messages).to.deep.equal([
        ['blueprintsRequest', undefined],
        ['blueprintRequest', ['retrieve', 'create', 'update', 'delete']],
        ['confsRequest', undefined],
        ['confRequest', ['retrieve', 'create', 'update', 'delete']],
        ['usersRequest', ['retrieve', 'update']],
        ['userRequest', ['retrieve', 'create', 'update', 'delete']],
        ['sidebarsByValRequest', undefined],
        ['sidebarByValRequest', ['retrieve', 'create', 'update', 'delete']],
        ['sidebarsByRefRequest', undefined],
        ['sidebarByRefRequest', ['retrieve', 'create', 'update', 'delete']],
      ]);
    });
  });

  describe('requests for sidebars', () => {
    it('[SB1] a list has the version of the main conference, even with nothing in it', async () => {
      for (const name of ['sidebarsByVal', 'sidebarsByRef'] as const) {
        const answer = await ask(name, ALICE + conference, '<xpathFilter>//user</xpathFilter>');
        expect(answer).to.include({ type: name, code: 200, version: 7, operation: undefined, confObjID: URI });
        expect(answer.info?.elements).to.deep.equal([]);
        expect(service.control.last.arguments[2]).to.include({ expression: '//user' });
      }
      expect(await ask('sidebarsByVal', ALICE)).to.include({ code: 400 });
    });

    for (const [name, kind] of [
      ['sidebarByVal', 'sidebar-by-val'],
      ['sidebarByRef', 'sidebar-by-ref'],
    ] as const) {
      it(`[SB2][SB4][SB5] ${name} creates in its main conference, with and without a document, and updates with one`, async () => {
        const created = await ask(name, to('create', '<confObjID>xcon:main@example.com</confObjID>'));
        expect(created).to.include({ type: name, code: 200, confObjID: URI, version: 7 });
        expect(service.control.last.arguments).to.deep.equal(['xcon:main@example.com', kind, undefined]);
        await ask(name, to('create'), `<${name}Info/>`);
        expect(service.control.last.arguments[2]).to.include({ local: 'conference-info' });
        expect(await ask(name, to('update'), `<${name}Info/>`)).to.include({ code: 200, version: 7, confObjID: URI });
        expect(await ask(name, to('update'))).to.include({ code: 400 });
        expect(await ask(name, to('create', ''))).to.include({ code: 400 });
        expect(await ask(name, to('delete'), `<${name}Info/>`)).to.include({
          code: 200,
          version: undefined,
          info: undefined,
        });
        expect(titleOf((await ask(name, to('retrieve'))).info)).to.equal('Jour fixe');
        expect(asked()).to.deep.equal([
          'createSidebar',
          'createSidebar',
          'updateSidebar',
          'deleteSidebar',
          'retrieveSidebar',
        ]);
      });
    }
  });

  describe('what is not served', () => {
    it('[X2] is not implemented, in the response type of the request', async () => {
      for (const operation of ['', '<operation>retrieve</operation>']) {
        const extended = await ask('extended', ALICE + operation, '<extensionName>seatingPlan</extensionName>');
        expect(extended).to.include({ type: 'extended', code: 501, extensionName: 'seatingPlan' });
      }
    });
  });

  describe('a refusal', () => {
    const refuse = (reason: Reason) => {
      service.control.failure = new Refusal(reason, 'Do something else.', 9);
    };

    it('[M10][M11][M12][M15] has the response type, sender, object, operation and what to do', async () => {
      refuse('no-such-conference');
      const text = requestText('users', to('retrieve'));
      const { body } = await service.send(text, { 'Content-Type': 'application/ccmp+xml', ...basic('alice') });
      expect(body.slice(body.indexOf('<ccmpResponse '))).to.equal(
        '<ccmpResponse xsi:type="ccmp:ccmp-users-response-message-type">' +
          `<confUserID>xcon-userid:alice@example.com</confUserID><confObjID>${URI}</confObjID><operation>retrieve</operation>` +
          '<response-code>404</response-code><response-string>Do something else.</response-string>' +
          '<ccmp:usersResponse></ccmp:usersResponse></ccmpResponse></ccmp:ccmpResponse>',
      );
    });

    it('[C11] of a change tells 409 and the version for conferences, [S2][U9] 426 for users, 401 otherwise', async () => {
      refuse('not-allowed');
      expect(await ask('conf', to('update'), '<confInfo/>')).to.include({ code: 409, version: 9 });
      expect(await ask('users', to('update'), '<usersInfo/>')).to.include({ code: 426, version: undefined });
      expect(await ask('user', to('update'), '<userInfo entity="xcon-userid:b@c"/>')).to.include({ code: 426 });
      expect(await ask('conf', to('delete'))).to.include({ code: 401, version: undefined });
      expect(await ask('user', to('create'))).to.include({ code: 401 });
    });

    it('[R1] has a code of RFC 6503 for every reason', async () => {
      const codes: Record<Exclude<Reason, 'not-allowed'>, number> = {
        malformed: 400,
        'not-for-this-object': 403,
        'no-such-conference': 404,
        conflict: 409,
        'no-such-user': 420,
        'unknown-sender': 421,
        'wrong-conference-password': 422,
        'conference-password-required': 423,
        'authentication-required': 424,
        'others-depend-on-it': 425,
        protected: 426,
        'foreign-domain': 427,
        barred: 401,
        'anonymity-disallowed': 401,
        internal: 500,
        'not-implemented': 501,
        'took-too-long': 510,
        'resources-exhausted': 511,
      };
      for (const [reason, code] of Object.entries(codes)) {
        refuse(reason as Reason);
        expect(await ask('conf', to('update'), '<confInfo/>')).to.include({ code });
        expect(RESPONSE_STRINGS).to.have.property(String(code));
      }
    });

    it('of something unexpected says nothing about it', async () => {
      service.control.failure = new Error('the disk /dev/sda is full');
      expect(await ask('conf', to('retrieve'))).to.include({ code: 500, string: 'Server Internal Error' });
    });
  });
});
