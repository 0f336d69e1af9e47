import { UserAgent, type UserAgentOptions } from '../../../lib/sip/agent/user-agent.ts';
import { TimerWheel } from '../../../lib/sip/clock.ts';
import type { Protocol } from '../../../lib/sip/transport/flow.ts';

/** A user agent of the tests, and where it is reached. */
export interface TestAgent {
  readonly agent: UserAgent;
  /** `sip:` URI without a user. */
  readonly uri: (user: string) => string;
  /** What its handlers threw. */
  readonly errors: unknown[];
}

const opened: UserAgent[] = [];

/** A user agent on a free port of this machine. */
export async function openAgent(
  protocol: Protocol = 'udp',
  options: Partial<UserAgentOptions> = {},
): Promise<TestAgent> {
  const errors: unknown[] = [];
  const agent = new UserAgent({ clock: new TimerWheel(), report: (error) => errors.push(error), ...options });
  opened.push(agent);
  const { sentBy } = await agent.listen({ protocol, address: '127.0.0.1', port: 0 });
  const parameter = protocol === 'udp' ? '' : `;transport=${protocol}`;
  return { agent, uri: (user) => `sip:${user}@${sentBy}${parameter}`, errors };
}

export async function closeAgents(): Promise<void> {
  await Promise.all(opened.splice(0).map((agent) => agent.close()));
}
