import { expect } from 'chai';
import type { ResponseCode } from '../../lib/ccmp/codec/codes.ts';
import { messageType } from '../../lib/ccmp/codec/messages.ts';
import { POLICY } from '../../lib/model/names.ts';
import { description, endpoint, userInfo, users, type Request } from '../support/messages.ts';
import type { Answer } from '../support/party.ts';
import { idOf, made, sipOf, TestSystem, type Name } from '../support/system.ts';
import {
  all,
  inside,
  NOT_SERVED,
  PAIRS,
  send,
  SERVED,
  split,
  valid,
  worldFor,
  type Pair,
  type World,
} from './pairs.ts';

/** Where RFC 6503 has a code (Table 2, or the text of §5.4), and what provokes it there. */
interface Row {
  readonly code: ResponseCode;
  readonly why: string;
  readonly where: readonly Pair[];
  /** Who asks; Alice organises the conference, Bob takes part in it. */
  readonly by: Name | 'root';
  /** What is wrong with the otherwise valid request. */
  readonly wrong?: (pair: Pair, world: World, request: Request) => Request;
  /** What the conference is made of. */
  readonly content?: string;
  /** The password with which Bob came in. */
  readonly password?: string;
  /** Where another object has to be there before. */
  readonly first?: (system: TestSystem, world: World) => Promise<World>;
}

const only = (...pairs: Pair[]): Pair[] => pairs;
const named = (pair: Pair): boolean => messageType(split(pair)[0]).object && pair !== 'blueprint/create';
const elsewhere = 'AUTO_GENERATE_1@elsewhere.example';
const uris = (uri: string, more = ''): string =>
  description(`<info:conf-uris><info:entry><info:uri>${uri}</info:uri>${more}</info:entry></info:conf-uris>`);
const secured = uris('sip:vault@example.com', '<xcon:conference-password>4711</xcon:conference-password>');
/** What is protected by the password of a conference, to whom takes part. */
const PROTECTED = SERVED.filter((pair) => named(pair) && !/^(blueprint|sidebarBy(Val|Ref)\/[rud])/.test(pair));
const enforcing = `<info:conference-description xmlns:policy="${POLICY}" policy:enforce-in-children="subject"><info:subject>Ours</info:subject></info:conference-description>`;
const subjectOf = (pair: Pair): string =>
  split(pair)[0] === 'users' ? `<info:user entity="${idOf('dave')}">${endpoint(sipOf('bob'))}</info:user>` : '';

const ROWS: readonly Row[] = [
  { code: 200, why: 'done', where: SERVED, by: 'root' },
  {
    code: 400,
    why: 'a parameter is missing',
    where: SERVED,
    by: 'alice',
    wrong: (pair, _, request) =>
      pair === 'user/create' ? { ...request, confObjID: '' } : { ...request, confUserID: ' ' },
  },
  {
    code: 401,
    why: 'in the name of somebody else',
    where: SERVED,
    by: 'bob',
    wrong: (_, __, request) => ({ ...request, confUserID: idOf('alice') }),
  },
  {
    code: 401,
    why: 'a participant may not',
    where: only('conf/delete', 'sidebarByVal/delete', 'sidebarByRef/delete', 'user/delete', 'user/create'),
    by: 'bob',
    wrong: (pair, _, request) =>
      pair.startsWith('user/')
        ? { ...request, inside: userInfo(idOf(pair === 'user/delete' ? 'alice' : 'dave')) }
        : request,
  },
  { code: 403, why: 'there is no such operation', where: NOT_SERVED, by: 'alice' },
  {
    code: 403,
    why: 'blueprints are the system administrator’s',
    where: only('blueprint/create', 'blueprint/update', 'blueprint/delete'),
    by: 'alice',
  },
  {
    code: 403,
    why: 'the conference allows no sidebars',
    where: only('sidebarByVal/create', 'sidebarByRef/create'),
    by: 'alice',
    content: description('<xcon:allow-sidebars>false</xcon:allow-sidebars>'),
  },
  {
    code: 404,
    why: 'there is no such object',
    where: [...SERVED.filter(named)],
    by: 'root',
    wrong: (_, __, request) => ({ ...request, confObjID: 'xcon:nothing@example.com' }),
  },
  {
    code: 409,
    why: 'the data name another object, or an address that another user has',
    where: all('update'),
    by: 'root',
    wrong(pair, _, request) {
      const [name] = split(pair);
      if (name === 'users') return { ...request, inside: inside(name, subjectOf(pair), '') };
      if (name === 'user') return { ...request, inside: userInfo(idOf('alice'), endpoint(sipOf('bob'))) };
      return { ...request, inside: inside(name, '', 'xcon:another@example.com') };
    },
  },
  {
    code: 409,
    why: 'a participant may not change it',
    where: only('conf/update', 'sidebarByVal/update', 'sidebarByRef/update'),
    by: 'bob',
  },
  {
    code: 420,
    why: 'there is no such user',
    where: SERVED.filter((pair) => pair.startsWith('user/')),
    by: 'alice',
    wrong: (_, __, request) => ({ ...request, inside: userInfo('xcon-userid:nobody@example.com') }),
  },
  {
    code: 421,
    why: 'nobody has this confUserID',
    where: SERVED,
    by: 'alice',
    wrong: (_, __, request) => ({ ...request, confUserID: 'xcon-userid:nobody@example.com' }),
  },
  {
    code: 422,
    why: 'the conference-password is wrong',
    where: PROTECTED,
    by: 'bob',
    content: secured,
    password: '4711',
    wrong: (_, world, request) => ({ ...request, confObjID: world.main, password: '1' }),
  },
  {
    code: 423,
    why: 'the conference-password is missing',
    where: PROTECTED,
    by: 'bob',
    content: secured,
    password: '4711',
    wrong: (_, world, request) => ({ ...request, confObjID: world.main }),
  },
  {
    code: 424,
    why: 'the subject is wrong',
    where: SERVED,
    by: 'alice',
    wrong: (_, __, request) => ({ ...request, subject: { username: 'bob', password: 'demo' } }),
  },
  {
    code: 426,
    why: 'a participant may not change it',
    where: only('users/update', 'user/update'),
    by: 'bob',
    wrong: (pair, _, request) =>
      pair === 'user/update'
        ? { ...request, inside: userInfo(idOf('alice'), '<info:display-text>x</info:display-text>') }
        : request,
  },
  {
    code: 425,
    why: 'another conference depends on it',
    where: only('conf/delete'),
    by: 'alice',
    async first(system, world) {
      made(await system.as('alice').clones(world.main));
      return world;
    },
  },
  {
    code: 426,
    why: 'what it was made from enforces it',
    where: only('conf/update', 'sidebarByVal/update', 'sidebarByRef/update'),
    by: 'alice',
    content: enforcing,
    wrong: (pair, { target = '' }, request) => ({
      ...request,
      inside: inside(split(pair)[0], description('<info:subject>Mine</info:subject>'), target),
    }),
    first: async (system, world) =>
      world.target === world.main ? { ...world, target: made(await system.as('alice').clones(world.main)) } : world,
  },
  {
    code: 511,
    why: 'it names more users than a request may',
    where: only(
      'conf/create',
      'conf/update',
      'users/update',
      'sidebarByVal/create',
      'sidebarByVal/update',
      'sidebarByRef/create',
      'sidebarByRef/update',
      'blueprint/create',
      'blueprint/update',
    ),
    by: 'root',
    wrong(pair, { target }, request) {
      const [name, operation] = split(pair);
      const many = Array.from({ length: 21 }, (_, n) => `<info:user entity="xcon-userid:u${n}@example.org"/>`).join('');
      if (name === 'users') return { ...request, inside: inside(name, many, '') };
      const entity = operation === 'create' ? 'xcon:AUTO_GENERATE_1@example.com' : (target ?? '');
      return { ...request, inside: inside(name, users(many), entity) };
    },
  },
  {
    code: 511,
    why: 'the conference is full',
    where: only('user/create'),
    by: 'dave',
    content: description('<info:maximum-user-count>1</info:maximum-user-count>'),
  },
  {
    code: 427,
    why: 'an identifier is asked for in another’s domain',
    where: [...only('conf/create', 'user/create', 'sidebarByVal/create', 'sidebarByRef/create'), ...all('update')],
    by: 'root',
    wrong(pair, world, request) {
      const [name] = split(pair);
      if (pair === 'conf/create') return { ...request, inside: inside(name, '', `xcon:${elsewhere}`) };
      if (pair === 'user/create')
        return { ...request, inside: userInfo(`xcon-userid:${elsewhere}`, endpoint('sip:x@example.org')) };
      if (name === 'user') return { ...request, inside: userInfo(idOf('bob'), endpoint(`sip:${elsewhere}`)) };
      if (name === 'users')
        return { ...request, inside: inside(name, `<info:user entity="xcon-userid:${elsewhere}"/>`, '') };
      return {
        ...request,
        inside: inside(
          name,
          uris(`sip:${elsewhere}`),
          request.operation === 'create' ? 'xcon:AUTO_GENERATE_2@example.com' : (world.target ?? ''),
        ),
      };
    },
  },
  {
    code: 501,
    why: 'there is no such extension',
    where: only('extended/retrieve'),
    by: 'alice',
    wrong: (_, __, request) => ({ ...request, inside: '<extensionName>seatingPlan</extensionName>' }),
  },
];

/** What RFC 6503 Table 2 allows for a pair and never comes from here, with the reason. */
const NEVER: readonly { readonly code: ResponseCode; readonly pairs: readonly Pair[]; readonly reason: string }[] = [
  { code: 404, pairs: ['options/retrieve'], reason: 'it names no object (§5.3.12)' },
  { code: 421, pairs: NOT_SERVED, reason: 'no such operation: whoever asks gets 403 (§5.3.5), or 421 before that' },
  {
    code: 425,
    pairs: ['blueprint/delete'],
    reason: 'what is made from a blueprint is independent of it (RFC 5239 §7.2)',
  },
  { code: 425, pairs: ['user/delete'], reason: 'no object depends on a user' },
  { code: 425, pairs: ['sidebarByVal/delete', 'sidebarByRef/delete'], reason: 'a sidebar has no children' },
  { code: 426, pairs: ['blueprint/update'], reason: 'a blueprint has no parent that could enforce anything' },
];

/** RFC 6503 Table 2 as it stands, for the codes that are bound to operations. */
const TABLE_2: Readonly<Partial<Record<ResponseCode, readonly Pair[]>>> = {
  404: [
    ...only('user/create', 'sidebarByVal/create', 'sidebarByRef/create'),
    ...all('retrieve').filter((pair) => !['blueprints/retrieve', 'confs/retrieve'].includes(pair)),
    ...[...all('update'), ...all('delete')],
  ],
  409: all('update'),
  420: only('user/create', 'user/retrieve', 'user/update', 'user/delete'),
  421: SERVED,
  425: all('delete'),
  426: all('update'),
  427: [...only('conf/create', 'user/create'), ...all('update')],
};

describe('the response codes of RFC 6503 §5.4', () => {
  let system: TestSystem;
  before(async () => (system = await TestSystem.start({ 'conference.named': 20 })));
  after(() => system.close());

  async function provoke({ by, wrong, content, password, first }: Row, pair: Pair): Promise<Answer> {
    const made = await worldFor(system, pair, content, password);
    const world = (await first?.(system, made)) ?? made;
    const party = system.as(by);
    const request = valid(pair, party, world);
    return send(party, pair, wrong?.(pair, world, request) ?? request);
  }

  for (const row of ROWS) {
    for (const pair of row.where) {
      it(`[R1, M10, M11, M17] ${row.code} for ${pair}: ${row.why}`, async () => {
        const answer = await provoke(row, pair);
        const [type, operation] = split(pair);
        expect(answer.code, answer.string).to.equal(row.code);
        expect(answer.type).to.equal(type);
        if (messageType(type).operation) expect(answer.operation).to.equal(operation);
        const shows = row.code === 409 && ['conf', 'sidebarByVal', 'sidebarByRef'].includes(type);
        if (shows) expect(answer.version, 'of what was not changed').to.be.above(0);
      });
    }
  }

  for (const [code, pairs] of Object.entries(TABLE_2)) {
    it(`[R1] Table 2: ${code} is shown for each request and operation that has it, or excepted with a reason`, () => {
      const shown = ROWS.filter((row) => row.code === Number(code)).flatMap(({ where }) => where);
      const excepted = NEVER.filter((one) => one.code === Number(code)).flatMap((one) => one.pairs);
      expect(pairs.filter((pair) => !shown.includes(pair) && !excepted.includes(pair))).to.deep.equal([]);
      expect(
        excepted.filter((pair) => shown.includes(pair)),
        'both shown and excepted',
      ).to.deep.equal([]);
    });
  }

  it('[O1] what has no row in the matrix is no request of RFC 6503', () => {
    const asked = new Set(ROWS.flatMap(({ where }) => where));
    expect(PAIRS.filter((pair) => !asked.has(pair))).to.deep.equal([]);
    for (const { reason } of NEVER) expect(reason).to.have.length.above(20);
  });
});
