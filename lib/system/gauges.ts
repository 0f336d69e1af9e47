import type { CallbackService } from '../callback/service.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { Config } from '../config.ts';
import type { Directory } from '../directory/directory.ts';
import type { HttpAuthentication } from '../http/authentication.ts';
import type { Metrics } from '../http/metrics.ts';
import type { HttpFront } from './http.ts';
import type { MailFront } from './mail.ts';
import type { SipFront } from './sip.ts';

export interface GaugedParts {
  readonly config: Config;
  readonly control: ConferenceControl;
  readonly directory: Directory;
  readonly authentication: HttpAuthentication;
  readonly http: HttpFront;
  readonly sip: SipFront;
  readonly callbacks: CallbackService;
  readonly mail: MailFront | undefined;
}

/** What operators see of how much there is of everything. */
export function addGauges(metrics: Metrics, parts: GaugedParts): void {
  const { config, control, directory, authentication, http, sip, callbacks, mail } = parts;
  metrics.gauge('requests_in_flight', 'CCMP requests that are worked on.', () => http.running);
  metrics.gauge('sip_subscriptions', 'SIP subscriptions that there are.', () => sip.subscriptions);
  metrics.gauge('sip_registrations', 'Addresses whose users have registered.', () => sip.registrations);
  metrics.gauge('calls', 'Calls of participants that there are.', () => sip.calls);
  if (config['mixer.kind'] !== 'none') {
    metrics.gauge('mixer_legs', 'Calls that have sound.', () => sip.mixer.size);
    metrics.gauge('mixer_connected', 'Whether the mixer is there.', () => Number(sip.mixer.connected));
  }
  metrics.gauge('event_streams', 'Streams of server-sent events that are open.', () => http.streams);
  metrics.gauge('callbacks', 'Changes that URLs are still to be told of, and those given up.', () => ({
    ...callbacks.counts,
  }));
  metrics.gauge('mails', 'Mails that wait for the mail server, and those given up.', () => ({
    ...(mail?.outbox.counts ?? { waiting: 0, dead: 0 }),
  }));
  metrics.gauge(
    'certificate_until_seconds',
    'When the TLS certificate ends, in seconds since 1970.',
    () => http.certificateUntil,
  );
  metrics.gauge('remembered', 'What is kept in memory for a while.', () => ({
    conferences: control.remembered,
    users: directory.known,
    ...authentication.remembered,
  }));
}
