import { type StoredEvent, storedId } from '../dav/stored-event.ts';
import { toldByClient } from '../event/agents.ts';
import type { Invitation } from './invitation.ts';

/**
 * Who is not to be told by mail of a conference that its organizer stored as an event of her calendar: she herself, and
 * attendees whom her client tells (SCHEDULE-AGENT of RFC 6638 §7.1).
 */
export async function toldElsewhere(
  { uri, organizer, events }: Invitation,
  stored: { read(id: string): Promise<StoredEvent | undefined> },
): Promise<(address: string) => boolean> {
  const event = await stored.read(storedId(organizer.key, uri));
  if (event === undefined) return () => false;
  const isToldByClient = toldByClient(event.text);
  const guests = [...events.values()].flatMap(({ said }) => [...said.values()].flatMap((one) => one.guests));
  const own = new Set(guests.filter(({ key }) => key === organizer.key).map(({ address }) => address));
  return (address) => own.has(address) || isToldByClient(`mailto:${address}`);
}
