import { expect } from 'chai';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, changes, conference, idOf, person, settings, sipOf, title, user, world } from './world.ts';

const described = '<info:conference-description><info:subject>One</info:subject></info:conference-description>';
const inviting = (name: string): string =>
  `<xcon:allowed-users-list><xcon:target uri="${sipOf(name)}" method="dial-in"/></xcon:allowed-users-list>`;

describe('conferences in calendars', () => {
  let control: ConferenceControl;
  let uri: XconUri;
  beforeEach(async () => {
    ({ control } = await world());
    ({ uri } = await control.create(as('alice'), {
      document: conference(`${described}<info:users>${inviting('bob')}</info:users>`),
    }));
  });

  const planned = async (name: string): Promise<number | undefined> => {
    const page = await control.planned(person(name), { after: '', limit: 10 });
    return page.find((one) => one.uri === uri)?.planned;
  };

  it('are those of who organises them or is invited', async () => {
    expect([await planned('alice'), await planned('bob'), await planned('carol'), await planned('root')]).to.deep.equal(
      [...[1, 1, undefined, undefined]],
    );
  });

  it('change with words, times and invited people', async () => {
    await control.update(as('alice'), uri, title('Two'));
    expect(await planned('bob')).to.equal(2);
    await control.update(as('alice'), uri, settings(inviting('carol')));
    expect([await planned('bob'), await planned('carol')]).to.deep.equal([undefined, 3]);
    await control.updateUser(as('alice'), uri, user(idOf('carol'), '<info:display-text>C.</info:display-text>'));
    expect(await planned('carol')).to.equal(4);
  });

  it('do not change when people come, go and are muted', async () => {
    await control.createUser(as('bob'), uri, user(idOf('bob'), `<info:endpoint entity="${sipOf('bob')}"/>`));
    await control.createUser(as('dave'), uri);
    await control.deleteUser(as('dave'), uri);
    await control.update(
      as('alice'),
      uri,
      changes('<info:conference-state><info:locked>true</info:locked></info:conference-state>'),
    );
    expect(await planned('alice')).to.equal(1);
  });
});
