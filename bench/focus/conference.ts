import { makeConference } from '../ccmp/data.ts';
import { ORGANIZER, type Server } from '../notify/server.ts';

/** Makes a conference with nobody in it; resolves to the part of its SIP URI before `@`. */
export async function openConference(server: Server): Promise<string> {
  const uri = await makeConference(server.url, ORGANIZER, 0);
  return uri.slice('xcon:'.length).replace(/@.*/, '');
}
