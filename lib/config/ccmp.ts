import { overloadDefaults } from '../ccmp/overload.ts';
import { ccmpDefaults } from '../ccmp/server.ts';
import { controlDefaults } from '../conference/control-parts.ts';
import { DEFAULT_XML_LIMITS } from '../xml/limits.ts';
import { integer, list, optionalUrl, path, readText, type Setting } from './setting.ts';
import { bytes, count, milliseconds, seconds } from './units.ts';

/** The conference control service (RFC 6503). */
export const CCMP_SETTINGS = {
  'ccmp.path': path('The path of the conference control service (RFC 6503 §4.4).', { default: ccmpDefaults.path }),
  'ccmp.linphoneAgents': list('Clients with one of these in their User-Agent are answered as Linphone needs it.', {
    default: ccmpDefaults.linphoneAgents,
    of: 'texts',
    entry: readText,
  }),
  'ccmp.redirect': optionalUrl('Where all requests are sent instead (307), while the service moves or rests.'),
  'ccmp.retryAfter': integer(
    'How long clients wait before they follow; 0 for at once.',
    seconds(ccmpDefaults.retryAfter),
  ),
  'ccmp.maxListEntries': integer(
    'Entries of one list of conferences, blueprints or occurrences. More conferences or blueprints are answered 511.',
    count(controlDefaults.listed),
  ),
  'overload.requestTime': integer(
    'How long a request may take; then it is answered 510, and what it began ends by itself.',
    milliseconds(overloadDefaults.requestTime),
  ),
  'overload.inFlight': integer(
    'Requests that are worked on at the same time; one more is answered 510 at once.',
    count(overloadDefaults.inFlight),
  ),
  'overload.inFlightPerUser': integer('Of one user among them.', count(overloadDefaults.inFlightPerUser)),
  'overload.userRate': integer(
    'Requests of one user per second, this machine excepted; one more is answered 510.',
    count(overloadDefaults.userRate),
  ),
  'overload.userBurst': integer('Requests of one user at once after a silence.', count(overloadDefaults.userBurst)),
  'overload.addressRate': integer(
    'Requests from one IPv4 address or IPv6 /64 per second, this machine excepted; one more is answered 429.',
    count(overloadDefaults.addressRate),
  ),
  'overload.addressBurst': integer(
    'Requests from there at once after a silence.',
    count(overloadDefaults.addressBurst),
  ),
  'overload.remembered': integer(
    'Users, and as many networks, whose rates are remembered.',
    count(overloadDefaults.remembered),
  ),
  'xml.bytes': integer('Length of a document.', bytes(DEFAULT_XML_LIMITS.bytes, 1_000)),
  'xml.depth': integer('Elements inside one another.', { ...count(DEFAULT_XML_LIMITS.depth), max: 1_000 }),
  'xml.elements': integer('Elements of a document.', count(ccmpDefaults.xml.elements)),
  'xml.attributes': integer('Attributes of an element.', count(DEFAULT_XML_LIMITS.attributes)),
} satisfies Record<string, Setting<unknown>>;
