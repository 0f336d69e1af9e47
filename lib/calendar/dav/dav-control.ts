import type { Call, ObjectAnswer } from '../../conference/calls.ts';
import type { AskedFreeBusy, BusyTime } from '../../conference/free-busy.ts';
import type { SeriesChange } from '../../conference/told-apart.ts';
import type { XconUri } from '../../model/identifiers.ts';
import type { XmlElement } from '../../xml/element.ts';
import type { CalendarsParts } from './calendars.ts';
import type { ShowingControl } from './showing.ts';

/** What a calendar does to conferences: the same calls as CCMP's. */
export interface DavControl extends ShowingControl {
  planned: CalendarsParts['control']['planned'];
  durable: CalendarsParts['control']['durable'];
  onChange: CalendarsParts['control']['onChange'];
  create(call: Call, source: { document: XmlElement }, apart?: SeriesChange): Promise<ObjectAnswer>;
  update(call: Call, uri: XconUri, changes: XmlElement, apart?: SeriesChange): Promise<ObjectAnswer>;
  updateUser(call: Call, uri: XconUri, user: XmlElement): Promise<unknown>;
  delete(call: Call, uri: XconUri): Promise<void>;
  freeBusy(call: Call, asked: AskedFreeBusy): Promise<readonly BusyTime[]>;
}
