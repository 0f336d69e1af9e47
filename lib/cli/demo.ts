import { AdministrationRefused, type Administration } from '../admin/administration.ts';

export const DEMO_USERS = ['alice', 'bob', 'carol'];
export const DEMO_PASSWORD = 'demo';

/** Makes the users of a demonstration, unless an earlier one did. */
export async function addDemoUsers(administration: Administration): Promise<void> {
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
