import { UserAgent, type UserAgentOptions } from '../../../lib/sip/agent/user-agent.ts';
import { TimerWheel } from '../../../lib/sip/clock.ts';
import type { Protocol } from '../../../lib/sip/transport/flow.ts';
import { CertificationAuthority, identity } from '../../support/certificates.ts';

/** A user agent of the tests, and where it is reached. */
export interface TestAgent {
  readonly agent: UserAgent;
  /** A SIP URI of somebody there. */
  readonly uri: (user: string) => string;
  /** What its handlers threw. */
  readonly errors: unknown[];
}

const opened: UserAgent[] = [];
let authority: CertificationAuthority | undefined;

/** A user agent on a free port of this machine. */
export async function openAgent(
  protocol: Protocol = 'udp',
  options: Partial<UserAgentOptions> = {},
): Promise<TestAgent> {
  const errors: unknown[] = [];
  const isSecure = protocol === 'tls' || protocol === 'wss';
  const tls = isSecure ? secure() : undefined;
  const agent = new UserAgent({ clock: new TimerWheel(), report: (error) => errors.push(error), tls, ...options });
  opened.push(agent);
  const { sentBy } = await agent.listen({ protocol, address: '127.0.0.1', port: 0, tls });
  const parameter = protocol === 'udp' ? '' : `;transport=${protocol === 'wss' ? 'ws' : protocol}`;
  const scheme = protocol === 'wss' ? 'sips' : 'sip';
  return { agent, uri: (user) => `${scheme}:${user}@${sentBy}${parameter}`, errors };
}

/** Every agent shows a certificate of its address, and believes who issued it. */
function secure() {
  authority ??= new CertificationAuthority();
  return { certificates: [identity(authority.issue('IP:127.0.0.1'))], ca: authority.pem };
}

export async function closeAgents(): Promise<void> {
  await Promise.all(opened.splice(0).map((agent) => agent.close()));
  authority?.close();
  authority = undefined;
}
