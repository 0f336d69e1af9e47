import type { XmlElement } from '../../xml/element.ts';
import { serialize } from '../../xml/serialize.ts';
import { DavError, forbidden, notFound } from './dav-error.ts';
import { type DavAnswer, type DavRequest, ofXml, xmlOf } from './dav-request.ts';
import { multistatus, propstat, statusLine } from './multistatus.ts';
import { cal, CALDAV, dav, DAV, expandedName, href } from './names.ts';
import { pathOf } from './places.ts';
import { isLive } from './properties.ts';

/** What is live and yet a client's to say. */
const CHANGEABLE = new Set([
  `{${DAV}}displayname`,
  `{${CALDAV}}calendar-description`,
  `{${CALDAV}}schedule-calendar-transp`,
]);

/** PROPPATCH (RFC 4918 §9.2): clients keep colours and names on a collection; all is done or nothing. */
export async function proppatch(request: DavRequest): Promise<DavAnswer> {
  const { place, properties, limits } = request;
  const update = await xmlOf(request);
  if (update?.is(DAV, 'propertyupdate') !== true) throw new DavError(400, 'The body is a DAV:propertyupdate.');
  if (place.kind === 'event' || place.kind === 'message') throw notFound();
  const steps = update.elements.flatMap((step) =>
    step.all(DAV, 'prop').flatMap((prop) => prop.elements.map((one) => ({ one, removes: step.local === 'remove' }))),
  );
  const isKept = place.kind === 'calendar' || place.kind === 'home' || place.kind === 'inbox';
  const refused = steps.filter(
    ({ one }) => !isKept || (isLive(place, expandedName(one)) && !CHANGEABLE.has(expandedName(one))),
  );
  const path = pathOf(place);
  if (refused.length === 0 && steps.length > 0) {
    const stored = await properties.read(path);
    const next = new Map(Object.entries(stored?.properties ?? {}));
    for (const { one, removes } of steps) {
      if (removes) next.delete(expandedName(one));
      else next.set(expandedName(one), serialize(one));
    }
    const length = [...next].reduce((sum, [name, text]) => sum + name.length + text.length, 0);
    if (length > limits.properties)
      throw forbidden(
        cal('max-resource-size'),
        `Properties of a collection have at most ${limits.properties} characters.`,
      );
    await properties.keep(path, { properties: Object.fromEntries(next) });
  }
  return ofXml(await multistatus([dav('response', [href(path), ...outcomes(steps, refused)])]));
}

interface Step {
  readonly one: XmlElement;
  readonly removes: boolean;
}

function outcomes(steps: readonly Step[], refused: readonly Step[]): XmlElement[] {
  const names = (some: readonly Step[]): XmlElement[] => some.map(({ one }) => one.withChildren([]).withAttributes([]));
  if (refused.length === 0) return [propstat(200, names(steps))];
  const others = steps.filter((step) => !refused.includes(step));
  const protectedOnes = dav('propstat', [
    dav('prop', names(refused)),
    statusLine(403),
    dav('error', [dav('cannot-modify-protected-property')]),
  ]);
  return [protectedOnes, ...(others.length === 0 ? [] : [propstat(424, names(others))])];
}
