import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, Program } from './program.ts';

const CONFIG = readFileSync(new URL('./kamailio.cfg', import.meta.url), 'utf8');

/** Kamailio as an edge proxy before the server at this port of this machine; resolves when it serves. */
export async function edgeBefore(server: number): Promise<{ readonly edge: Program; readonly port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const edge = kamailio(port, server);
    try {
      await edge.says(/the edge is ready/);
      return { edge, port };
    } catch (error) {
      // Somebody else may have taken the port.
      if (tries === 3) throw error;
      await edge.stop();
    }
  }
}

const kamailio = (edge: number, server: number): Program =>
  new Program('kamailio', (directory) => {
    const file = join(directory, 'kamailio.cfg');
    writeFileSync(file, CONFIG.replaceAll('EDGE', `${edge}`).replaceAll('SERVER', `${server}`));
    return ['-DD', '-E', '-m', '32', '-M', '4', '-f', file, '-Y', directory];
  });
