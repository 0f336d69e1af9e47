import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_SOCKET, type Administration } from '../admin/administration.ts';
import { administrationAt, NoServer } from '../admin/client.ts';
import { loadConfig, loadSetting, type ConfigSources } from '../config.ts';
import { createErrorLogger } from './log.ts';
import { CommandFailure } from './outcome.ts';

/** Administers a data directory: through the server that holds it, or by opening it for this command alone. */
export async function withAdministration<Result>(
  sources: ConfigSources,
  use: (administration: Administration) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(administrationAt(join(loadSetting('data', sources), ADMIN_SOCKET)));
  } catch (error) {
    if (!(error instanceof NoServer)) throw error;
  }
  const config = loadConfig(sources);
  if (!existsSync(config.data)) {
    throw new CommandFailure(`there is no data directory ${config.data}; \`plenary serve\` makes it`);
  }
  // A running server does all this without another one in this process.
  const { ConferencingSystem } = await import('../system.ts');
  const system = await ConferencingSystem.open(config, createErrorLogger('warn'));
  try {
    return await use(system.administration);
  } finally {
    await system.close();
  }
}
