import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Program } from './program.ts';

export interface BaresipOptions {
  /** `host:port` that all it sends goes to. */
  readonly proxy: string;
  readonly transport: 'udp' | 'tcp';
  /** Whom it calls at once. */
  readonly calls?: string;
  readonly password?: string;
}

const CONFIG = [
  'sip_listen 127.0.0.1:0',
  'net_interface 127.0.0.1',
  'module_path /usr/lib/baresip/modules',
  'audio_player aubridge,a',
  'audio_source aubridge,a',
  'audio_alert aubridge,a',
  'module g711.so',
  'module aubridge.so',
  'module_app account.so',
  'module_app menu.so',
  '',
];

/** The telephone of alice@example.com, which answers every call; when it is stopped it hangs up and takes its registration back. */
export const baresip = ({ proxy, transport, calls, password = 'secret' }: BaresipOptions): Program =>
  new Program('baresip', (directory) => {
    const account = `<sip:alice@example.com>;auth_pass=${password};regint=600;answermode=auto`;
    writeFileSync(join(directory, 'config'), CONFIG.join('\n'));
    writeFileSync(join(directory, 'accounts'), `${account};outbound="sip:${proxy};transport=${transport}"\n`);
    writeFileSync(join(directory, 'contacts'), '');
    return ['-4', '-f', directory, ...(calls === undefined ? [] : ['-e', `/dial ${calls}`])];
  });
