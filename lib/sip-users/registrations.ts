import type { Directory } from '../directory/directory.ts';
import { normaliseAddress } from '../model/identifiers.ts';
import type { RegistrarPolicy } from '../sip/registrar/policy.ts';
import type { SipSenders } from './senders.ts';

/** Users of the directory register where they are, each at his own addresses. */
export const registrationPolicy = (
  senders: Pick<SipSenders, 'identify'>,
  directory: Pick<Directory, 'servesDomain'>,
): RegistrarPolicy => ({
  serves: (domain) => directory.servesDomain(domain),
  async authorise(server, address) {
    const sender = await senders.identify(server);
    if ('status' in sender) return sender;
    // The same for an address of somebody else and of nobody.
    return sender.principal.addresses.includes(normaliseAddress(address)) ? undefined : { status: 403 };
  },
});
