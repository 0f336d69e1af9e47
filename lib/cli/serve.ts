import { resolve } from 'node:path';
import { Command } from 'commander';
import { loadConfig, type Config } from '../config.ts';
import { createErrorLogger } from './log.ts';
import { ConferencingSystem, type ServedAt } from '../system.ts';
import { addDemoUsers, DEMO_PASSWORD, DEMO_USERS, demoRequest } from './demo.ts';
import { EXIT, print } from './outcome.ts';
import { addServerOptions, sourcesOf, type ServerOptions } from './server-options.ts';

/**
 * `plenary serve`: runs until SIGTERM or SIGINT; SIGHUP lets it take new certificates. What is served stands on standard
 * output, the log on standard error.
 */
export const serve = (): Command =>
  addServerOptions(new Command('serve'))
    .description('run the server')
    .option('--http <address:port>', 'the setting http.listen: where HTTP is served (default: 127.0.0.1:8080)')
    .option('--sip <address:port>', 'the setting sip.listen: where SIP is served over UDP and TCP')
    .option('--sip-tls <address:port>', 'the setting sip.tls: SIP over TLS')
    .option('--sip-ws <address:port>', 'the setting sip.ws: SIP over WebSocket')
    .option('--sip-wss <address:port>', 'the setting sip.wss: SIP over secure WebSocket')
    .option('--demo', 'serve example.com to this machine only, with users alice, bob and carol')
    .action(run);

async function run(options: ServerOptions): Promise<void> {
  const config = loadConfig(sourcesOf(options));
  const logger = createErrorLogger(config['logging.level']);
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, event);
      process.exit(EXIT.failed);
    });
  }
  const system = await ConferencingSystem.open(config, logger);
  process.on('SIGHUP', () => void system.reload());
  endOnSignal(system);
  try {
    if (options.demo === true) await addDemoUsers(system.administration);
    announce(config, await system.serve(), options.demo === true);
  } catch (error) {
    await system.close();
    throw error;
  }
}

function announce(config: Config, { ccmp, secureCcmp, admin, mail, sip }: ServedAt, demo: boolean): void {
  print(`conference control  ${ccmp}`);
  if (secureCcmp !== undefined) print(`over TLS            ${secureCcmp}`);
  for (const uri of sip) print(`SIP                 ${uri}`);
  if (mail !== undefined) print(`mail by SMTP        ${mail}`);
  if (admin !== undefined) print(`operation           ${admin}/metrics, /healthz, /readyz`);
  print(`domain              ${[config.domain, ...config.domains].join(', ')}`);
  print(`data                ${resolve(config.data)}`);
  if (!demo) return;
  print(`users               ${DEMO_USERS.join(', ')}; password ${DEMO_PASSWORD}`);
  print(`\nMake a conference:\n\n${demoRequest(ccmp)}\n`);
}

/** The first signal lets requests in flight finish; the second does not wait. */
function endOnSignal(system: ConferencingSystem): void {
  let ending = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (ending) process.exit(EXIT.failed);
      ending = true;
      system.close().then(
        () => process.exit(EXIT.done),
        (error: unknown) => {
          process.stderr.write(`plenary: ${String(error)}\n`);
          process.exit(EXIT.failed);
        },
      );
    });
  }
}
