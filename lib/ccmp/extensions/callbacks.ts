import type { Call } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import { parseXconUri, type XconUri } from '../../model/identifiers.ts';
import {
  CALLBACK,
  decodeCallback,
  encodeCallback,
  encodeCallbacks,
  type Callback,
  type CallbackScope,
} from '../codec/callbacks.ts';
import type { Extension } from './extension.ts';

type Scope = { readonly kind: 'conference'; readonly uri: XconUri } | { readonly kind: 'mine' | 'all' };

interface View {
  readonly id: string;
  readonly owner: string;
  readonly scope: Scope;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly waiting: number;
  readonly failure?: string;
  readonly dead: readonly {
    readonly uri: string;
    readonly version: number;
    readonly dead?: { readonly at: number; readonly reason: string };
  }[];
}

/** Who calls URLs back. */
export interface Callbacks {
  register(call: Call, scope: Scope, url: string): Promise<{ readonly id: string; readonly secret: string }>;
  list(call: Call): readonly View[];
  remove(call: Call, id: string): Promise<void>;
}

/** RFC 6503 §8 wants notifications beside CCMP: here by calls to a URL that a user names. */
export const callbacks = (service: Callbacks): Extension => ({
  name: CALLBACK,
  schema: 'callbacks.xsd',
  description: 'URLs that are called, signed, when a conference changes, the conferences of a user do, or any does.',
  operations: {
    async create(call, { extension }) {
      const { url, scope } = decodeCallback(extension) ?? {};
      if (url === undefined || scope === undefined)
        throw new Refusal('malformed', 'Say in callback which url is to be called, and of which conferences.');
      const made = await service.register(call, ruled(scope), url);
      return { extension: [encodeCallback({ ...made, url, scope })] };
    },

    retrieve(call) {
      return Promise.resolve({ extension: [encodeCallbacks(service.list(call).map(shown))] });
    },

    async delete(call, { extension }) {
      const { id } = decodeCallback(extension) ?? {};
      if (id === undefined) throw new Refusal('malformed', 'Say in callback which id is meant.');
      await service.remove(call, id);
      return {};
    },
  },
});

function ruled(scope: CallbackScope): Scope {
  if (typeof scope === 'string') return { kind: scope };
  const uri = parseXconUri(scope.conference);
  if (uri === undefined) throw new Refusal('no-such-conference', 'Check conference: there is no such object.');
  return { kind: 'conference', uri };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

const shown = ({ id, owner, scope, url, created, waiting, failure, dead }: View): Callback => ({
  ...{ id, owner, url, created: timeOf(created), waiting },
  scope: scope.kind === 'conference' ? { conference: scope.uri } : scope.kind,
  ...(failure !== undefined && { failure }),
  dead: dead.map((letter) => ({
    conference: letter.uri,
    version: letter.version,
    at: timeOf(letter.dead?.at ?? 0),
    reason: letter.dead?.reason ?? '',
  })),
});
