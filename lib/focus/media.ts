import type { EndpointState, MediumState } from '../conference/endpoint-state.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { CONFERENCE_INFO, XCON } from '../model/names.ts';
import { isTrue } from '../model/values.ts';
import type { Leg, Medium } from '../mixer/mixer.ts';
import { isSidebar } from '../conference/sidebars.ts';
import type { XmlElement } from '../xml/element.ts';

const DESCRIPTION = `{${CONFERENCE_INFO}}conference-description`;

/** The media of a conference, in their order (RFC 6501 §4.2.7). */
const mediaOf = (object: ConferenceObject): XmlElement[] =>
  object.sections.get(DESCRIPTION)?.element.first(CONFERENCE_INFO, 'available-media')?.all(CONFERENCE_INFO, 'entry') ??
  [];

const textOf = (element: XmlElement, local: string): string | undefined =>
  element.first(CONFERENCE_INFO, local)?.text.trim();

/** Which of the conference's media a medium of a call belongs to: the first of its type. */
export function labelsOf(object: ConferenceObject): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const entry of mediaOf(object).reverse()) {
    const [type, label] = [textOf(entry, 'type')?.toLowerCase(), entry.attribute('label')?.trim()];
    if (type !== undefined && label !== undefined) labels[type] = label;
  }
  return labels;
}

/** What the mixer does with one participant's sound on its way to and from it. */
export interface Controls {
  /** In a sidebar, where the status of a medium says what somebody does there (RFC 6504 §7.4). */
  readonly inSidebar: boolean;
  /** Whether the conference is mixed now: otherwise nothing is heard of anybody, by nobody. */
  readonly mixed: boolean;
  readonly muted: { readonly 'to-mixer': boolean; readonly 'from-mixer': boolean };
  readonly gain: { readonly 'to-mixer': number; readonly 'from-mixer': number };
}

export const UNTOUCHED: Controls = {
  inSidebar: false,
  mixed: true,
  muted: { 'to-mixer': false, 'from-mixer': false },
  gain: { 'to-mixer': 0, 'from-mixer': 0 },
};

/**
 * What has been set for an endpoint's sound (RFC 6501 §4.6.5.6), and for everybody's (§4.2.7): a medium muted for all is
 * heard of nobody, its gain is that of what all hear.
 */
export function controlsOf(object: ConferenceObject, endpoint: XmlElement): Controls {
  const own = endpoint.all(CONFERENCE_INFO, 'media').filter((medium) => textOf(medium, 'type') === 'audio');
  const labels = new Set(own.map((medium) => textOf(medium, 'label')));
  const general = mediaOf(object).filter(
    (entry) => textOf(entry, 'type') === 'audio' && (labels.size === 0 || labels.has(entry.attribute('label')?.trim())),
  );
  const set = (local: string): XmlElement[] =>
    own.flatMap((medium) => medium.all(XCON, local)).flatMap((mixer) => mixer.all(XCON, 'controls'));
  const forAll = general.flatMap((entry) => entry.all(XCON, 'controls'));
  const [to, from] = [set('to-mixer'), set('from-mixer')];
  return {
    inSidebar: isSidebar(object.header.kind),
    mixed: isMixed(object),
    muted: { 'to-mixer': isMuted(to) || isMuted(forAll), 'from-mixer': isMuted(from) },
    gain: { 'to-mixer': gainOf(to), 'from-mixer': gainOf([...from, ...forAll]) },
  };
}

/** A conference with times is mixed from its mixing-start-offset to its mixing-end-offset (RFC 6501 §4.2.5), others always. */
export const isMixed = ({ header: { occurrence } }: ConferenceObject): boolean =>
  occurrence === undefined || occurrence.mixing === true;

const isMuted = (controls: readonly XmlElement[]): boolean =>
  controls.some((one) => isTrue(one.first(XCON, 'mute')?.text.trim()));

const gainOf = (controls: readonly XmlElement[]): number =>
  controls.reduce((sum, one) => sum + Number(one.first(XCON, 'gain')?.text.trim() ?? 0), 0);

/** What the roster shows of a leg (RFC 4575 §5.7.3, §5.8). */
export function stateOf(
  { media }: Pick<Leg, 'media'>,
  controls: Controls,
): Required<Pick<EndpointState, 'status' | 'media'>> {
  const flowing = media.filter(({ refused }) => !refused);
  const isHeld = flowing.length > 0 && flowing.every(({ held }) => held);
  const status = isHeld ? 'on-hold' : controls.muted['to-mixer'] ? 'muted-via-focus' : 'connected';
  return { status, media: flowing.map((medium) => mediumState(medium, controls)) };
}

const mediumState = ({ index, type, label, status, source }: Medium, controls: Controls): MediumState => ({
  id: String(index + 1),
  type,
  label,
  status: type === 'audio' && !controls.inSidebar ? heardStatus(status, controls) : status,
  srcId: source === undefined ? undefined : String(source),
});

/** What is left of a direction where the focus mutes (RFC 6504 §6.2), as the participant sees it. */
function heardStatus(status: MediumState['status'], { muted }: Controls): MediumState['status'] {
  const sends = (status === 'sendrecv' || status === 'sendonly') && !muted['to-mixer'];
  const receives = (status === 'sendrecv' || status === 'recvonly') && !muted['from-mixer'];
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}
