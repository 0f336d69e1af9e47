import { expect } from 'chai';
import { Refusal } from '../../lib/conference/refusal.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import {
  as,
  changes,
  conference,
  DOMAIN,
  endpoint,
  guest,
  idOf,
  newcomer,
  refusalOf,
  roster,
  settings,
  shown,
  sipOf,
  title,
  user,
  world,
} from './world.ts';

const made = async (
  ...[control, document]: [Awaited<ReturnType<typeof world>>['control'], ReturnType<typeof conference>?]
) => (await control.create(as('alice'), document === undefined ? {} : { document })).uri;

const media = (label: string, more = ''): string =>
  `<info:conference-description><info:available-media><info:entry label="${label}"><info:type>audio</info:type>${more}</info:entry></info:available-media></info:conference-description>`;
const floor = (inside: string): string =>
  `<xcon:floor-information><xcon:conference-floor-policy><xcon:floor id="1">${inside}</xcon:floor></xcon:conference-floor-policy></xcon:floor-information>`;

describe('the conference control', () => {
  it('[G5] refuses an update whose document names another object', async () => {
    const { control } = await world();
    const uri = await made(control);
    expect(await refusalOf(control.update(as('alice'), uri, conference('', 'xcon:other@example.com')))).to.equal(
      'conflict',
    );
    expect(await refusalOf(control.update(as('alice'), uri, conference('', uri.toUpperCase())))).to.equal(undefined);
  });

  it('[A3, A4] refuses placeholders in names and in foreign domains', async () => {
    const { control } = await world();
    const uri = await made(control);
    const inName = changes(
      '<info:conference-description><x:AUTO_GENERATE_1 xmlns:x="urn:x"/></info:conference-description>',
    );
    expect(await refusalOf(control.update(as('alice'), uri, inName))).to.equal('malformed');
    const foreign = conference('', 'xcon:AUTO_GENERATE_1@other.example');
    expect(await refusalOf(control.create(as('alice'), { document: foreign }))).to.equal('foreign-domain');
  });

  it('[G2] removes a title that is sent empty', async () => {
    const { control } = await world();
    const uri = await made(control);
    expect(await shown(control, as('alice'), uri)).to.include('Audio conference');
    await control.update(as('alice'), uri, title(''));
    expect(await shown(control, as('alice'), uri)).to.not.include('display-text>Audio');
  });

  it('[B6] finds no blueprint under the URI of a conference, nor a conference under that of a blueprint', async () => {
    const { control } = await world();
    const uri = await made(control);
    expect(await refusalOf(control.retrieveBlueprint(as('alice'), uri))).to.equal('no-such-conference');
    expect(await refusalOf(control.retrieve(as('alice'), `xcon:default@${DOMAIN}` as XconUri))).to.equal(
      'no-such-conference',
    );
  });

  it('[B4] lets no blueprint hold a password, also not by an update', async () => {
    const { control } = await world();
    const secret =
      changes(`<info:conference-description><info:conf-uris><info:entry><info:uri>sip:x@${DOMAIN}</info:uri>
      <xcon:conference-password>1</xcon:conference-password></info:entry></info:conf-uris></info:conference-description>`);
    const blueprint = `xcon:default@${DOMAIN}` as XconUri;
    expect(await refusalOf(control.updateBlueprint(as('root'), blueprint, secret))).to.equal('malformed');
  });

  it('[E8, E9] sets parents itself, whatever a creator says and whoever updates', async () => {
    const { control } = await world();
    const uri = await made(
      control,
      conference(`<info:conference-description><xcon:cloning-parent>xcon:x@y</xcon:cloning-parent>
      <xcon:sidebar-parent>xcon:x@y</xcon:sidebar-parent></info:conference-description>`),
    );
    expect(await shown(control, as('alice'), uri)).to.not.include('-parent');
    const parent = changes(
      `<info:conference-description><xcon:cloning-parent>${uri}</xcon:cloning-parent></info:conference-description>`,
    );
    for (const who of ['alice', 'root'])
      expect(await refusalOf(control.update(as(who), uri, parent))).to.equal('conflict');
    const clone = await control.create(as('alice'), { parent: uri });
    expect(await shown(control, as('alice'), clone.uri)).to.include(
      `<xcon:cloning-parent>${uri}</xcon:cloning-parent>`,
    );
  });

  it('[E30] wants floors on media that are there, and a number for their moderator', async () => {
    const { control } = await world();
    const uri = await made(control, conference(media('1') + floor('<xcon:media-label>1</xcon:media-label>')));
    const changed = (inside: string): Promise<unknown> => refusalOf(control.update(as('alice'), uri, changes(inside)));
    expect(await changed(floor('<xcon:media-label>2</xcon:media-label>'))).to.equal('conflict');
    expect(
      await changed('<info:conference-description><info:available-media/></info:conference-description>'),
    ).to.equal('conflict');
    expect(await changed(floor('<xcon:algorithm>moderator-controlled</xcon:algorithm>'))).to.equal('conflict');
    expect(await changed(floor('<xcon:moderator-id>alice</xcon:moderator-id>'))).to.equal('malformed');
    expect(
      await changed(
        floor('<xcon:algorithm>moderator-controlled</xcon:algorithm><xcon:moderator-id>7</xcon:moderator-id>'),
      ),
    ).to.equal(undefined);
  });

  it('[E27, E21] keeps lock and limit for those whom an update brings, too', async () => {
    const { control } = await world({ users: 1 });
    const uri = await made(control);
    const bring = (...names: string[]) =>
      refusalOf(
        control.updateUsers(
          as('alice'),
          uri,
          roster(
            names.map((name) => `<info:user entity="${idOf(name)}">${endpoint(sipOf(name))}</info:user>`).join(''),
          ),
        ),
      );
    expect(await bring('bob', 'carol')).to.equal('resources-exhausted');
    await control.update(
      as('alice'),
      uri,
      changes('<info:conference-state><info:locked>true</info:locked></info:conference-state>'),
    );
    expect(await bring('bob')).to.equal('protected');
    await control.update(
      as('alice'),
      uri,
      changes('<info:conference-state><info:locked>false</info:locked></info:conference-state>'),
    );
    expect(await bring('bob')).to.equal(undefined);
  });

  it('[E31] makes who waits to be let in wait on, whatever endpoint she comes with', async () => {
    const { control } = await world();
    const uri = await made(control);
    await control.update(as('alice'), uri, settings('<xcon:join-handling>confirm</xcon:join-handling>'));
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint('sip:bob@one.example')));
    const other = user(idOf('bob'), endpoint('sip:bob@two.example'));
    await control.updateUser(as('bob'), uri, other);
    expect(await shown(control, as('alice'), uri))
      .to.include('<info:status>pending</info:status>')
      .and.not.include('connected');
  });

  it('[E40] lets a participant bring others or send them away only where she was allowed to', async () => {
    const { control } = await world();
    const uri = await made(control);
    for (const name of ['bob', 'carol'])
      await control.createUser(as(name), uri, user(idOf(name), endpoint(sipOf(name))));
    const bring = () => refusalOf(control.createUser(as('bob'), uri, user(idOf('dave'), endpoint(sipOf('dave')))));
    const send = () => refusalOf(control.deleteUser(as('bob'), uri, idOf('carol')));
    expect([await bring(), await send()]).to.deep.equal(['not-allowed', 'not-allowed']);
    const may = (act: string): string =>
      `<xcon:allow-${act}-users-dynamically>true</xcon:allow-${act}-users-dynamically>`;
    expect(await refusalOf(control.updateUser(as('bob'), uri, user(idOf('bob'), may('invite'))))).to.equal('protected');
    await control.updateUser(as('alice'), uri, user(idOf('bob'), may('invite') + may('remove')));
    expect([await bring(), await send()]).to.deep.equal([undefined, undefined]);
  });

  it('[E38, U6] takes the addresses of a user from the directory, whichever request says other ones', async () => {
    const { control } = await world();
    const uri = await made(control);
    const other = `<info:associated-aors><info:entry><info:uri>sip:other@example.org</info:uri></info:entry></info:associated-aors>`;
    const named = roster(`<info:user entity="${idOf('alice')}">${other}</info:user>`);
    expect(await refusalOf(control.updateUsers(as('alice'), uri, named))).to.equal('protected');
    expect(await refusalOf(control.updateUser(as('alice'), uri, user(idOf('alice'), other)))).to.equal('protected');
  });

  it('[E35] takes a removed user off the list, the last one and beside a persistent list', async () => {
    const { control } = await world();
    const list = `<xcon:allowed-users-list><xcon:target uri="${sipOf('bob')}" method="dial-in"/>
      <xcon:persistent-list><xcon:user name="a" nickname="b" id="c"/></xcon:persistent-list></xcon:allowed-users-list>`;
    for (const remove of ['delete', 'update']) {
      const uri = await made(control, conference(`<info:users>${list}</info:users>`));
      expect(await shown(control, as('alice'), uri)).to.include(`entity="${idOf('bob')}"`);
      if (remove === 'delete') await control.deleteUser(as('alice'), uri, idOf('bob'));
      else await control.updateUsers(as('alice'), uri, roster(`<info:user entity="${idOf('bob')}" state="deleted"/>`));
      expect(await shown(control, as('alice'), uri))
        .to.include('persistent-list')
        .and.not.include('bob');
    }
  });

  it('[A1] numbers new media beyond those of the user, under whichever name she is called', async () => {
    const { control } = await world();
    const uri = await made(control);
    const audio = '<info:media id="1"><info:type>audio</info:type></info:media>';
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint(sipOf('bob'), audio)));
    const video = '<info:media id="AUTO_GENERATE_1"><info:type>video</info:type></info:media>';
    const other = `<info:user entity="${idOf('BOB')}">${endpoint(sipOf('bob'), video)}</info:user>`;
    await control.updateUsers(as('alice'), uri, roster(other));
    expect(await shown(control, as('alice'), uri)).to.match(/id="1"><info:type>audio.*id="2"><info:type>video/);
  });

  it('tells strangers of a closed conference what it tells them of none, whatever they send', async () => {
    const { control } = await world();
    const closed = await made(
      control,
      conference('<info:users><xcon:join-handling>block</xcon:join-handling></info:users>'),
    );
    const none = 'xcon:none@example.com' as XconUri;
    const requests = [
      undefined,
      user('nonsense'),
      user('xcon-userid:AUTO_GENERATE_1@other.example'),
      user(idOf('nobody')),
      user(idOf('bob'), '<info:endpoint/>'),
    ];
    for (const call of [as('carol'), newcomer]) {
      for (const asked of requests) {
        const answers = await Promise.all(
          [closed, none].map((uri) =>
            control
              .createUser(call, uri, asked)
              .then(String, (error: unknown) => `${(error as Refusal).reason} ${(error as Refusal).message}`),
          ),
        );
        expect(answers[0]).to.equal(answers[1]);
      }
    }
  });

  it('lets no role that is gone give privilege', async () => {
    const { control } = await world();
    const uri = await made(control);
    const roles = (role: string): string =>
      `<info:user entity="${idOf('bob')}"><info:roles><info:entry>${role}</info:entry></info:roles></info:user>`;
    await control.updateUsers(as('alice'), uri, roster(roles('organizer')));
    const clone = await control.create(as('alice'), { parent: uri });
    expect(await refusalOf(control.update(as('bob'), clone.uri, title('x')))).to.equal('conflict');
  });

  it('[E34] keeps no guest beyond the occurrence, also when a list names her', async () => {
    const { control } = await world();
    const uri = await made(
      control,
      conference('<info:users><xcon:user-admission-policy>anonymous</xcon:user-admission-policy></info:users>'),
    );
    const asked = user('xcon-userid:AUTO_GENERATE_1@example.com', endpoint('sip:zoe@example.org'));
    const { caller } = await control.createUser(newcomer, uri, asked);
    const alias =
      /entity="(xcon-userid:[a-z2-7]{24}@example.com)"/.exec(await shown(control, as('alice'), uri))?.[1] ?? '';
    expect(alias).to.not.equal(caller);
    await control.updateUsers(
      as('alice'),
      uri,
      roster(`<xcon:allowed-users-list><xcon:target uri="${alias}" method="dial-in"/></xcon:allowed-users-list>`),
    );
    expect(await shown(control, { ...as('alice'), profile: 'linphone' }, uri)).to.not.include(caller);
    await control.deleteUser(guest(caller), uri);
    expect(await refusalOf(control.retrieve(guest(caller), uri))).to.equal('authentication-required');
  });
});

describe('the cloning tree', () => {
  const enforcing = (): ReturnType<typeof conference> =>
    conference(
      `<info:conference-description><info:available-media>
        <info:entry label="1"><info:type>audio</info:type></info:entry>
        <info:entry label="2" plenary:enforce="children"><info:type>video</info:type></info:entry></info:available-media></info:conference-description>
      <info:users plenary:enforce-in-children="join-handling"><xcon:join-handling>allow</xcon:join-handling></info:users>`,
      'xcon:strict@example.com',
    );

  it('[L4] lets a child change nothing that its parent enforces, but all else', async () => {
    const { control } = await world();
    const { uri: parent } = await control.createBlueprint(as('root'), enforcing());
    const { uri } = await control.create(as('alice'), { parent });
    const document = await shown(control, as('alice'), uri);
    expect(document).to.include('plenary:enforce="parent"').and.include('plenary:enforced-by-parent="join-handling"');
    const changed = (inside: string) => refusalOf(control.update(as('alice'), uri, changes(inside)));
    const entry = (label: string, inside = '', more = ''): string =>
      `<info:conference-description><info:available-media><info:entry label="${label}"${more}>${inside}</info:entry></info:available-media></info:conference-description>`;
    expect(await changed(entry('2', '<info:status>inactive</info:status>'))).to.equal('protected');
    expect(await changed(entry('2', '', ' state="deleted"'))).to.equal('protected');
    expect(await changed(entry('2', '', ' plenary:enforce="no"'))).to.equal('protected');
    expect(
      await changed('<info:conference-description><info:available-media/></info:conference-description>'),
    ).to.equal('protected');
    expect(await changed('<info:users><xcon:join-handling>block</xcon:join-handling></info:users>')).to.equal(
      'protected',
    );
    expect(await changed('<info:users><xcon:join-handling/></info:users>')).to.equal('protected');
    expect(
      await changed(
        '<info:users plenary:enforced-by-parent="x"><xcon:join-handling>block</xcon:join-handling></info:users>',
      ),
    ).to.equal('protected');
    expect(await changed(entry('1', '<info:status>inactive</info:status>'))).to.equal(undefined);
    expect(
      await changed('<info:users><xcon:user-admission-policy>anonymous</xcon:user-admission-policy></info:users>'),
    ).to.equal(undefined);
  });

  it('[L4, L5] hands on to the clone of a clone what is enforced, and lets nothing of a blueprint hold the clone otherwise', async () => {
    const { control } = await world();
    const { uri: parent } = await control.createBlueprint(as('root'), enforcing());
    const child = await control.create(as('alice'), { parent });
    const grandchild = await control.create(as('alice'), { parent: child.uri });
    const block = changes('<info:users><xcon:join-handling>block</xcon:join-handling></info:users>');
    expect(await refusalOf(control.update(as('alice'), grandchild.uri, block))).to.equal('protected');
    expect(await refusalOf(control.deleteBlueprint(as('root'), parent))).to.equal(undefined);
    expect(await refusalOf(control.delete(as('alice'), child.uri))).to.equal('others-depend-on-it');
  });

  it('[L4] holds conferences that their creators describe to what the default blueprint enforces', async () => {
    const { control } = await world();
    const strict = changes('<info:users plenary:enforce-in-children="join-handling"/>');
    await control.updateBlueprint(as('root'), `xcon:default@${DOMAIN}` as XconUri, strict);
    const described = (handling: string) =>
      refusalOf(
        control.create(as('alice'), {
          document: conference(`<info:users><xcon:join-handling>${handling}</xcon:join-handling></info:users>`),
        }),
      );
    expect([await described('block'), await described('allow')]).to.deep.equal(['not-allowed', undefined]);
  });

  it('[C13] never leaves a clone without its parent, however close they come', async () => {
    for (const first of ['clone', 'delete']) {
      const { control, store } = await world();
      const uri = await made(control);
      const clone = () => refusalOf(control.create(as('alice'), { parent: uri }));
      const remove = () => refusalOf(control.delete(as('alice'), uri));
      const outcomes = await Promise.all(first === 'clone' ? [clone(), remove()] : [remove(), clone()]);
      expect(outcomes.filter((one) => one === undefined)).to.have.lengthOf(1);
      const children = await store.dependants(uri, 9);
      expect(children.length > 0 && (await store.load(uri)) === undefined).to.equal(false);
    }
  });

  it('[L1] gives a name once, however close two come', async () => {
    const { control } = await world();
    const create = () => refusalOf(control.create(as('root'), { document: conference('', 'xcon:one@example.com') }));
    const outcomes = await Promise.all([create(), create(), create()]);
    expect(outcomes.toSorted()).to.deep.equal(['conflict', 'conflict', undefined]);
  });
});

describe('guards', () => {
  it('are asked before the commit, and what they refuse does not happen', async () => {
    const { control } = await world();
    const uri = await made(control);
    const asked: (number | undefined)[] = [];
    const heard: unknown[] = [];
    control.onChange(({ after }) => heard.push(after?.version));
    control.addGuard(({ after }) => {
      asked.push(after?.version);
      throw new Refusal('not-allowed', 'Not now.');
    });
    expect(await refusalOf(control.update(as('alice'), uri, title('x')))).to.equal('conflict');
    expect(await refusalOf(control.delete(as('alice'), uri))).to.equal('not-allowed');
    expect(await refusalOf(control.create(as('alice'), {}))).to.equal('not-allowed');
    expect(asked).to.deep.equal([2, undefined, 1]);
    expect(heard).to.deep.equal([]);
    expect((await control.retrieve(as('alice'), uri)).version).to.equal(1);
  });

  it('[V1, V3] that wait have their change built anew when the object moved meanwhile', async () => {
    const { control } = await world();
    const uri = await made(control);
    const waiting: (() => void)[] = [];
    const versions: (number | undefined)[] = [];
    let hold = true;
    let arrived = (): void => undefined;
    const first = new Promise<void>((resolve) => (arrived = resolve));
    control.addGuard(async ({ after }) => {
      versions.push(after?.version);
      if (!hold) return;
      hold = false;
      arrived();
      await new Promise<void>((resolve) => waiting.push(resolve));
    });
    const slow = control.update(as('alice'), uri, title('slow'));
    await first;
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint(sipOf('bob'))));
    waiting.forEach((release) => release());
    expect((await slow).version).to.equal(3);
    expect(versions).to.deep.equal([2, 2, 3]);
    expect(await shown(control, as('alice'), uri))
      .to.include('slow')
      .and.include(idOf('bob'));
  });
});

describe('the change log', () => {
  it('has every change once, in order, by whom it was made', async () => {
    const { control, store } = await world();
    const uri = await made(control);
    const heard: string[] = [];
    control.onChange(({ before, after, by }) =>
      heard.push(`${String(before?.version)} ${String(after?.version)} ${by}`),
    );
    await control.createUser(as('bob'), uri, user(idOf('bob'), endpoint(sipOf('bob'))));
    await control.updateUser(as('bob'), uri, user(idOf('bob'), '<info:display-text>B</info:display-text>'));
    await control.updateUser(as('bob'), uri, user(idOf('bob'), '<info:display-text>B</info:display-text>'));
    await control.delete(as('alice'), uri);
    expect(heard).to.deep.equal([`1 2 ${idOf('bob')}`, `2 3 ${idOf('bob')}`, `3 undefined ${idOf('alice')}`]);
    const logged = await store.changes({ after: 0, limit: 99, uri });
    expect(logged.map(({ expected, version }) => [expected, version])).to.deep.equal([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
    ]);
  });
});
