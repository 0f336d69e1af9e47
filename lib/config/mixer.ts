import { janusDefaults } from '../mixer/janus/mixer.ts';
import { isCodec } from '../mixer/sdp/formats.ts';
import { choice, integer, list, optionalText, readText, text, type Setting } from './setting.ts';
import { bytes, count, milliseconds } from './units.ts';

const { ports, codecs, sampling, announcements, talk, sdp } = janusDefaults;

const webSocketUrl: Setting<string> = {
  type: 'URL',
  default: 'ws://127.0.0.1:8188/',
  description: "Janus's WebSocket API; `ws+unix:///run/janus.sock:/` for a socket in the file system.",
  read(raw) {
    const url = readText(raw);
    if (!/^(wss?|ws\+unix):/.test(url) || !URL.canParse(url)) throw new Error(`${url} is not a WebSocket URL`);
    return url;
  },
};

function readCodec(raw: unknown): string {
  const codec = readText(raw);
  if (!isCodec(codec)) throw new Error(`${codec} is none of ${codecs.join(', ')}`);
  return codec;
}

function readAnnouncement(raw: unknown): string {
  const announcement = readText(raw);
  if (!announcements.some((one) => one === announcement))
    throw new Error(`${announcement} is none of ${announcements.join(', ')}`);
  return announcement;
}

const port = (description: string, value: number): Setting<number> =>
  integer(description, { default: value, unit: 'port', min: 0, max: 65_535 });

/** The settings of what carries media. */
export const MIXER_SETTINGS = {
  'mixer.kind': choice(
    'What carries the sound of calls. `none`: nothing, all media are inactive; `janus`: its AudioBridge.',
    {
      default: 'none',
      of: ['none', 'janus'],
    },
  ),
  'mixer.url': webSocketUrl,
  'mixer.apiSecretFile': optionalText("Holds Janus's `api_secret`.", { type: 'file' }),
  'mixer.adminKeyFile': optionalText("Holds the AudioBridge's `admin_key`.", { type: 'file' }),
  'mixer.listen': text('The IP address at which telephones send their sound to us.', {
    default: '127.0.0.1',
    type: 'IP address',
  }),
  'mixer.advertise': optionalText('The IP address that we tell telephones, where it is not `mixer.listen`.', {
    type: 'IP address',
  }),
  'mixer.inner': text(
    'The IP address at which Janus sends sound to us; the `local_ip` of its AudioBridge must reach it.',
    {
      default: '127.0.0.1',
      type: 'IP address',
    },
  ),
  'mixer.firstPort': port('The first UDP port for telephones; 0 takes any that is free.', ports.first),
  'mixer.lastPort': port('The last one.', ports.last),
  'mixer.codecs': list('Codecs, in the order in which we offer them.', {
    ...{ default: codecs, of: codecs.join(', '), entry: readCodec },
  }),
  'mixer.sampling': choice('What rooms are mixed at, in Hz.', {
    default: String(sampling),
    of: ['8000', '12000', '16000', '24000', '48000'],
  }),
  'mixer.legs': integer('Calls that have sound at once; more get 503.', count(janusDefaults.legs)),
  'mixer.packetRate': integer(
    'RTP packets that one telephone may send in a second; more are dropped.',
    count(janusDefaults.packetRate),
  ),
  'mixer.timeout': integer('How long an answer of Janus may take.', milliseconds(janusDefaults.timeout)),
  'mixer.retry': integer('How long until Janus is looked for again.', milliseconds(janusDefaults.retry)),
  'mixer.silence': integer(
    'How long a telephone that should send may be silent until that is noticed.',
    milliseconds(janusDefaults.silence),
  ),
  'mixer.recordings': optionalText("Where recordings are written, on Janus's machine. Without it none are made.", {
    type: 'directory',
  }),
  'mixer.announcements': list('Which sounds are played.', {
    ...{ default: announcements, of: announcements.join(', '), entry: readAnnouncement },
  }),
  'mixer.talk.loudness': integer('Louder than so many −dBov is talk.', {
    ...{ default: talk.loudness, unit: '−dBov', min: 1, max: 127 },
  }),
  'mixer.talk.after': integer('How long somebody talks until it is told.', milliseconds(talk.after)),
  'mixer.talk.until': integer('How long somebody is quiet until that is told.', milliseconds(talk.until)),
  'mixer.sdp.bytes': integer('The longest session description.', bytes(sdp.bytes)),
  'mixer.sdp.lines': integer('Its lines.', count(sdp.lines)),
  'mixer.sdp.media': integer('Its m-lines.', count(sdp.media)),
  'mixer.sdp.formats': integer('Formats of an m-line.', count(sdp.formats)),
};
