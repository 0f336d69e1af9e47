import { AdministrationRefused, type Administration } from '../admin/administration.ts';
import { CommandFailure, EXIT } from './outcome.ts';

export const DEMO_USERS = ['alice', 'bob', 'carol'];
export const DEMO_PASSWORD = 'demo';

/**
 * Makes the users of a demonstration, unless an earlier one did; never among users of somebody's own, for everybody knows
 * their password. @throws {CommandFailure}
 */
export async function addDemoUsers(administration: Administration): Promise<void> {
  const logins = (await administration.users({})).map(({ login }) => login);
  const isDemo = DEMO_USERS.every((name) => logins.includes(name));
  if (!isDemo && logins.some((login) => !DEMO_USERS.includes(login))) {
    throw new CommandFailure('this data directory has users of its own: start without --demo', EXIT.usage);
  }
  for (const name of DEMO_USERS) {
    try {
      await administration.user({ name });
    } catch (error) {
      if (!(error instanceof AdministrationRefused)) throw error;
      await administration.addUser({ name, password: DEMO_PASSWORD });
    }
  }
}

/** A command that makes a conference (RFC 6503 §5.3.4): it works as it stands while the demonstration runs. */
export const demoRequest = (url: string): string => `curl -sS --user alice:${DEMO_PASSWORD} ${url} \\
  -H 'Content-Type: application/ccmp+xml' -H 'Accept: application/ccmp+xml' --data '
<ccmp:ccmpRequest xmlns:ccmp="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <ccmpRequest xsi:type="ccmp:ccmp-conf-request-message-type">
    <confUserID>xcon-userid:alice@example.com</confUserID>
    <operation>create</operation>
    <ccmp:confRequest/>
  </ccmpRequest>
</ccmp:ccmpRequest>'`;
