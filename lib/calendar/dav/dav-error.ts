import { Refusal, type Reason } from '../../conference/refusal.ts';
import { UnusableTime } from '../../schedule/unusable-time.ts';
import { UnusableCalendar, type CalendarFlaw } from '../event/unusable-calendar.ts';
import { XmlElement } from '../../xml/element.ts';
import { cal, dav, PLENARY } from './names.ts';

/** A refusal as WebDAV tells it: a status and, where there is one, the condition that failed (RFC 4918 §16). */
export class DavError extends Error {
  readonly status: number;
  readonly condition: XmlElement | undefined;

  constructor(status: number, message: string, condition?: XmlElement) {
    super(message);
    this.name = 'DavError';
    this.status = status;
    this.condition = condition;
  }
}

export const forbidden = (condition: XmlElement, message: string): DavError => new DavError(403, message, condition);
export const notFound = (): DavError => new DavError(404, 'There is nothing here.');

/** A condition that no RFC knows. */
const own = (local: string): XmlElement => new XmlElement(PLENARY, local);

const FLAWS: Readonly<Record<CalendarFlaw, () => XmlElement>> = {
  malformed: () => cal('valid-calendar-data'),
  'too-long': () => cal('max-resource-size'),
  'too-many-components': () => cal('max-resource-size'),
  'too-many-attendees': () => cal('max-attendees-per-instance'),
  'no-event': () => cal('valid-calendar-object-resource'),
  'other-component': () => cal('supported-calendar-component'),
  'several-uids': () => cal('valid-calendar-object-resource'),
};

/** What the rules of conferences refuse, in the words of WebDAV; the one that is not here is a failure of ours. */
const REASONS: Readonly<Record<Exclude<Reason, 'internal'>, readonly [status: number, condition?: () => XmlElement]>> =
  {
    malformed: [403, () => cal('valid-calendar-data')],
    'not-allowed': [403, () => dav('need-privileges')],
    'not-for-this-object': [403, () => dav('need-privileges')],
    protected: [403, () => own('protected')],
    conflict: [409, () => own('conflict')],
    'others-depend-on-it': [409, () => own('others-depend-on-it')],
    'no-such-conference': [404],
    'no-such-user': [403, () => own('no-such-user')],
    'foreign-domain': [403, () => own('foreign-domain')],
    barred: [403, () => own('barred')],
    'anonymity-disallowed': [403, () => own('anonymity-disallowed')],
    'conference-password-required': [403, () => own('conference-password-required')],
    'wrong-conference-password': [403, () => own('conference-password-required')],
    'authentication-required': [401],
    'unknown-sender': [403, () => dav('need-privileges')],
    'resources-exhausted': [507, () => own('resources-exhausted')],
    'took-too-long': [503],
    'not-implemented': [501],
  };

/** An error as it is answered; undefined for what nobody foresaw. */
export function davErrorOf(error: unknown): DavError | undefined {
  if (error instanceof DavError) return error;
  if (error instanceof UnusableCalendar) return forbidden(FLAWS[error.flaw](), error.message);
  if (error instanceof UnusableTime) return forbidden(cal('valid-calendar-data'), error.message);
  if (!(error instanceof Refusal) || error.reason === 'internal') return undefined;
  const [status, condition] = REASONS[error.reason];
  return new DavError(status, error.message, condition?.());
}
