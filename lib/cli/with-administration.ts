import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Administration } from '../admin/administration.ts';
import { administrationAt, NoServer } from '../admin/client.ts';
import { loadConfig, loadSetting, type ConfigSources } from '../config.ts';
import { createErrorLogger } from './log.ts';
import { CommandFailure } from './outcome.ts';
import { ADMIN_SOCKET, ConferencingSystem } from '../system.ts';

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
  const system = await ConferencingSystem.open(config, createErrorLogger('warn'));
  try {
    return await use(system.administration);
  } finally {
    await system.close();
  }
}
