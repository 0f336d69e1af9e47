import { expect } from 'chai';
import { askedTargets, whenAsked } from '../../lib/conference/asked-targets.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { endpointsOf, statusOf } from '../../lib/model/user.ts';
import { as, endpoint, idOf, newcomer, refusalOf, roster, settings, sipOf, user, world } from './world.ts';

const at = (name: string): string => endpoint(sipOf(name));
const list = (...targets: readonly (readonly [uri: string, method: string])[]): string =>
  `<xcon:allowed-users-list>${targets
    .map(([uri, method]) => `<xcon:target uri="${uri}" method="${method}"/>`)
    .join('')}</xcon:allowed-users-list>`;

/** A conference of alice in a system whose focus calls people. */
async function calling(): Promise<{ control: ConferenceControl; uri: XconUri; endpoints: () => Promise<string[]> }> {
  const { control } = await world(undefined, undefined, { dialsOut: true });
  const { uri } = await control.create(as('alice'), {});
  const endpoints = async (): Promise<string[]> => {
    const object = await control.endpoints.object(uri);
    return [...(object?.users.values() ?? [])].flatMap(({ part }) =>
      endpointsOf(part.element).map((one) => `${one.attribute('entity')} ${statusOf(one)}`),
    );
  };
  return { control, uri, endpoints };
}

describe('whom the focus calls', () => {
  it('is whom somebody else brings in, at her endpoint [E42]', async () => {
    const { control, uri, endpoints } = await calling();
    await control.createUser(as('alice'), uri, user(idOf('bob'), at('bob')));
    await control.updateUsers(
      as('alice'),
      uri,
      roster(`<info:user entity="${idOf('carol')}">${at('carol')}</info:user>`),
    );
    await control.updateUser(as('alice'), uri, user(idOf('carol'), endpoint('tel:+4930123')));
    expect(await endpoints()).to.deep.equal([
      `${sipOf('bob')} dialing-out`,
      `${sipOf('carol')} dialing-out`,
      'tel:+4930123 dialing-out',
    ]);
  });

  it('is nobody who comes by herself, and no address that can not be called', async () => {
    const { control, uri, endpoints } = await calling();
    await control.createUser(as('dave'), uri, user(idOf('dave'), at('dave')));
    await control.createUser(as('alice'), uri, user(idOf('bob'), endpoint('https://example.com/bob')));
    expect(await endpoints()).to.deep.equal([`${sipOf('dave')} connected`, 'https://example.com/bob connected']);
  });

  it('is no guest at an address that she gives herself', async () => {
    const { control, uri, endpoints } = await calling();
    await control.update(
      as('alice'),
      uri,
      settings('<xcon:user-admission-policy>anonymous</xcon:user-admission-policy>'),
    );
    const self = user('xcon-userid:AUTO_GENERATE_1@example.com', endpoint('sip:victim@example.org'));
    await control.createUser(newcomer, uri, self);
    expect(await endpoints()).to.deep.equal(['sip:victim@example.org connected']);
  });

  it('is called once more when the call before is over, not while it lasts', async () => {
    const { control, uri, endpoints } = await calling();
    const bring = () => control.createUser(as('alice'), uri, user(idOf('bob'), at('bob')));
    await bring();
    expect(await refusalOf(bring())).to.equal('conflict');
    const busy = {
      status: 'disconnected',
      disconnectionMethod: 'busy',
      disconnectionInfo: { reason: 'SIP;cause=486' },
    };
    await control.endpoints.report(uri, idOf('bob'), sipOf('bob'), busy as never);
    await bring();
    expect(await endpoints()).to.deep.equal([`${sipOf('bob')} dialing-out`]);
    const bob = (await control.endpoints.object(uri))?.users.get(idOf('bob'))?.part.element;
    expect(bob && endpointsOf(bob)[0]?.elements.map(({ local }) => local)).to.deep.equal(['status', 'joining-method']);
  });

  it('is who stands on the list with dial-out, unless she is there already [E36]', async () => {
    const { control, uri, endpoints } = await calling();
    const targets = list(
      [idOf('bob'), 'dial-out'],
      [sipOf('carol'), 'dial-out'],
      [sipOf('dave'), 'refer'],
      [sipOf('erin'), 'dial-in'],
      [sipOf('frank'), 'refer'],
      [sipOf('frank'), 'dial-out'],
      ['*@example.org', 'dial-out'],
    );
    await control.update(as('alice'), uri, settings(targets));
    const object = await control.endpoints.object(uri);
    const asked = object === undefined ? [] : askedTargets(object);
    expect(asked.map(({ name, method }) => `${name} ${method}`)).to.deep.equal([
      `${idOf('bob')} dial-out`,
      `${sipOf('carol')} dial-out`,
      `${sipOf('dave')} refer`,
      `${sipOf('frank')} dial-out`,
    ]);
    expect(object && whenAsked(object)).to.equal(undefined);
    await control.createUser(as('carol'), uri, user(idOf('carol'), at('carol')));
    const active = await control.endpoints.object(uri);
    expect(active && whenAsked(active)).to.equal(0);
    await control.endpoints.callTargets(
      uri,
      asked.map(({ name }) => name),
    );
    expect(await endpoints()).to.have.members([
      `${sipOf('bob')} dialing-out`,
      `${sipOf('carol')} connected`,
      `${sipOf('frank')} dialing-out`,
    ]);
  });
});
