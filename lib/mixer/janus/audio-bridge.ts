import { type Codec, CODECS } from '../sdp/formats.ts';
import type { BridgeEnd } from '../rtp/route.ts';
import { dataOf, isJson, JanusError, type JanusConnection, type Json } from './connection.ts';

/** A room of the AudioBridge; who knows its secrets rules it. */
export interface RoomIdentity {
  readonly number: number;
  readonly secret: string;
  readonly pin: string;
}

export interface RoomOptions {
  readonly description: string;
  /** In Hz. */
  readonly sampling: number;
}

/** How a participant sounds in a room. */
export interface Sound {
  readonly muted: boolean;
  /** In percent. */
  readonly volume: number;
}

export interface Participant extends Sound {
  readonly codec: Codec;
  /** Of opus. */
  readonly payload: number;
  /** Where the bridge sends to. */
  readonly receiver: BridgeEnd;
}

const PLUGIN = 'janus.plugin.audiobridge';
const KEEP_ALIVE = 25_000;

/** What we ask of Janus's AudioBridge: each participant is a handle of its own, in one session. */
export class AudioBridge {
  readonly #connection: JanusConnection;
  readonly #session: number;
  readonly #control: number;
  readonly #adminKey: string | undefined;
  readonly #alive: NodeJS.Timeout;

  private constructor(connection: JanusConnection, session: number, control: number, adminKey: string | undefined) {
    this.#connection = connection;
    this.#session = session;
    this.#control = control;
    this.#adminKey = adminKey;
    this.#alive = setInterval(
      () => void this.#request({ janus: 'keepalive' }).catch(() => connection.close()),
      KEEP_ALIVE,
    );
    this.#alive.unref();
  }

  /** @throws {JanusError} */
  static async open(connection: JanusConnection, adminKey: string | undefined): Promise<AudioBridge> {
    const session = idOf(await connection.request({ janus: 'create' }));
    const control = idOf(await connection.request({ janus: 'attach', session_id: session, plugin: PLUGIN }));
    return new AudioBridge(connection, session, control, adminKey);
  }

  /** @throws {JanusError} */
  async create({ number, secret, pin }: RoomIdentity, { description, sampling }: RoomOptions): Promise<void> {
    await this.#ask({
      ...{ request: 'create', room: number, secret, pin, description, sampling_rate: sampling, permanent: false },
      ...{ allow_rtp_participants: true, audiolevel_ext: false, is_private: this.#adminKey !== undefined },
      ...this.#admin,
    });
  }

  async destroy({ number, secret }: Pick<RoomIdentity, 'number' | 'secret'>): Promise<void> {
    await this.#ask({ request: 'destroy', room: number, secret });
  }

  /** The numbers of the rooms that are described so. */
  async roomsOf(description: string): Promise<number[]> {
    const { list } = await this.#ask({ request: 'list', ...this.#admin });
    return Array.isArray(list)
      ? list.filter(isJson).flatMap((room) => (room['description'] === description ? [Number(room['room'])] : []))
      : [];
  }

  /** @returns its handle, and where the bridge listens to it @throws {JanusError} */
  async join(room: RoomIdentity, participant: Participant): Promise<{ handle: number; end: BridgeEnd }> {
    const { codec, payload, receiver, muted, volume } = participant;
    const handle = idOf(await this.#request({ janus: 'attach', plugin: PLUGIN }));
    try {
      const { rtp } = await this.#ask(
        {
          ...{ request: 'join', room: room.number, pin: room.pin, codec: codec.toLowerCase(), muted, volume },
          rtp: { ip: receiver.address, port: receiver.port, payload_type: payload, fec: codec === 'opus' },
        },
        handle,
      );
      const end = isJson(rtp) ? { address: String(rtp['ip']), port: Number(rtp['port']) } : undefined;
      if (end === undefined) throw new JanusError(0, 'Janus has no port for a participant');
      return { handle, end };
    } catch (error) {
      await this.leave(handle).catch(() => undefined);
      throw error;
    }
  }

  /** Whether it mixes what comes in a codec: asked by trying it in a room. @throws {JanusError} where Janus is away */
  async mixes(codec: Codec, room: RoomIdentity): Promise<boolean> {
    try {
      const nobody = { muted: true, volume: 100, receiver: { address: '127.0.0.1', port: 9 } };
      const { handle } = await this.join(room, { ...nobody, codec, payload: CODECS[codec].payload });
      await this.leave(handle);
      return true;
    } catch (error) {
      if (error instanceof JanusError && error.code !== 0) return false;
      throw error;
    }
  }

  async change(handle: number, room: RoomIdentity, { muted, volume }: Sound): Promise<void> {
    await this.#ask({ request: 'changeroom', room: room.number, pin: room.pin, muted, volume }, handle);
  }

  async configure(handle: number, { muted, volume }: Sound): Promise<void> {
    await this.#ask({ request: 'configure', muted, volume }, handle);
  }

  async leave(handle: number): Promise<void> {
    await this.#request({ janus: 'detach', handle_id: handle });
  }

  /** `file` is a path on Janus's machine. */
  async record({ number, secret }: RoomIdentity, file: string | undefined): Promise<void> {
    const record = file !== undefined;
    await this.#ask({
      request: 'enable_recording',
      room: number,
      secret,
      record,
      ...(record && { record_file: file }),
    });
  }

  close(): void {
    clearInterval(this.#alive);
    this.#connection.close();
  }

  get #admin(): Json {
    return this.#adminKey === undefined ? {} : { admin_key: this.#adminKey };
  }

  #request(message: Json): Promise<Json> {
    return this.#connection.request({ ...message, session_id: this.#session });
  }

  async #ask(body: Json, handle = this.#control): Promise<Json> {
    return dataOf(await this.#request({ janus: 'message', handle_id: handle, body }));
  }
}

function idOf({ data }: Json): number {
  const id = isJson(data) ? data['id'] : undefined;
  if (typeof id !== 'number') throw new JanusError(0, 'Janus answers without an identifier');
  return id;
}
