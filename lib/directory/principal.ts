import type { XconUserId } from '../model/identifiers.ts';

/** Who acts: a user of the directory after authentication, or the server itself. */
export interface Principal {
  readonly userId: XconUserId;
  /** Normalised addresses of record that belong to the user by provisioning or proof. */
  readonly addresses: readonly string[];
  /** May see and change every conference, blueprint and user of the system. */
  readonly systemAdministrator: boolean;
  /** The name to show, from the directory. */
  readonly displayText?: string;
}
