import type { Call } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import { parseXconUserId, type XconUserId } from '../../model/identifiers.ts';
import { parse } from '../../xml/parse.ts';
import { serialize } from '../../xml/serialize.ts';
import { type AskedBarring, BARRING, decodeBarring, encodeBarring } from '../codec/barring.ts';
import type { Outcome } from '../requests/pair.ts';
import type { Extension } from './extension.ts';

interface Document {
  readonly user: XconUserId;
  readonly text?: string;
  readonly tag?: string;
}

interface Which {
  readonly user?: XconUserId | undefined;
  readonly tag?: string | undefined;
}

/** Who keeps the documents of users. */
export interface Documents {
  retrieve(call: Call, user?: XconUserId): Promise<Document>;
  replace(call: Call, text: string, which: Which): Promise<Document>;
  remove(call: Call, which: Which): Promise<void>;
}

/** Communication barring (3GPP TS 24.611) as users set it: the sender's own document, of anybody for system administrators. */
export const barring = (documents: Documents): Extension => ({
  name: BARRING,
  schema: 'barring.xsd',
  description: 'The document simservs of a user: who may call her, and whom she calls (communication barring).',
  operations: {
    async retrieve(call, { extension }) {
      return shown(await documents.retrieve(call, which(decodeBarring(extension)).user));
    },
    async update(call, { extension }) {
      const asked = decodeBarring(extension);
      if (asked.simservs === undefined) throw new Refusal('malformed', 'Send in barring the element simservs.');
      const text = serialize(asked.simservs, { declaration: true });
      return shown(await documents.replace(call, text, which(asked)));
    },
    async delete(call, { extension }) {
      await documents.remove(call, which(decodeBarring(extension)));
      return {};
    },
  },
});

function which({ user: name, tag }: AskedBarring): Which {
  const user = name === undefined ? undefined : parseXconUserId(name);
  if (name !== undefined && user === undefined)
    throw new Refusal('no-such-user', 'The user of barring is an XCON-USERID: xcon-userid:name@domain.');
  return { user, tag };
}

const shown = ({ user, tag, text }: Document): Outcome => ({
  extension: [
    encodeBarring({ user, ...(tag !== undefined && { tag }), ...(text !== undefined && { simservs: parse(text) }) }),
  ],
});
