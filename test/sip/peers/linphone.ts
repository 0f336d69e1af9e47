import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './program.ts';

export interface LinphoneOptions {
  /** `host:port` that all it sends goes to. */
  readonly proxy: string;
  readonly transport: 'udp' | 'tcp';
  readonly password?: string;
}

/** Every port by chance, at this machine; no video. */
const CONFIG = [
  ...['[sip]', 'sip_port=-1', 'sip_tcp_port=-1', 'sip_tls_port=0', 'use_ipv6=0', 'bind_address=127.0.0.1'],
  ...['[rtp]', 'audio_rtp_port=-1', 'bind_address=127.0.0.1'],
  ...['[video]', 'enabled=0', 'capture=0', 'display=0', 'automatically_initiate=0'],
];

/**
 * Linphone of alice@example.com, which answers every call and is told what to do by lines: `call URI`, `terminate`. At `quit` it
 * hangs up and takes its registration back. All its messages stand in its output.
 */
export const linphone = ({ proxy, transport, password = 'secret' }: LinphoneOptions): Program =>
  new Program('linphonec', (directory) => {
    const proxyUri = `sip:${proxy};transport=${transport}`;
    const account = [
      ...['[proxy_0]', `reg_proxy=<${proxyUri}>`, `reg_route=<${proxyUri};lr>`, 'reg_identity=sip:alice@example.com'],
      ...['reg_expires=600', 'reg_sendregister=1'],
      ...['[auth_info_0]', 'username=alice', 'realm=example.com', 'domain=example.com', `passwd=${password}`],
    ];
    writeFileSync(join(directory, 'rc'), [...CONFIG, ...account, ''].join('\n'));
    mkdirSync(join(directory, '.local/share/linphone'), { recursive: true });
    return ['-a', '-c', join(directory, 'rc'), '-d', '6'];
  });
