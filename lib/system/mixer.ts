import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { section, type Config } from '../config.ts';
import type { Announcement, Mixer } from '../mixer/mixer.ts';
import { janusDefaults, JanusMixer } from '../mixer/janus/mixer.ts';
import { NoMixer, noMixerDefaults } from '../mixer/none.ts';
import type { Codec } from '../mixer/sdp/formats.ts';

/** What carries media, as the settings say. */
export function mixerOf(config: Config, logger: Logger, key: Buffer): Mixer {
  const sdp = section(config, 'mixer.sdp');
  if (config['mixer.kind'] === 'none') return new NoMixer({ ...noMixerDefaults, sdp });
  const { firstPort, lastPort, apiSecretFile, adminKeyFile, sampling, ...settings } = section(config, 'mixer');
  return new JanusMixer({
    ...janusDefaults,
    ...settings,
    ...{ key, sdp, talk: section(config, 'mixer.talk') },
    apiSecret: secretIn(apiSecretFile),
    adminKey: secretIn(adminKeyFile),
    ports: { first: firstPort, last: lastPort },
    sampling: Number(sampling),
    // The settings have been checked to hold no others.
    codecs: settings.codecs as readonly Codec[],
    announcements: settings.announcements as readonly Announcement[],
    recorded: (conference, file) => logger.info({ conference, file }, 'a recording begins'),
    report: (error) => logger.error({ err: error }, 'the mixer failed'),
  });
}

const secretIn = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : readFileSync(file, 'utf8').trim();
