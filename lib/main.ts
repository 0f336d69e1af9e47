#!/usr/bin/env -S node --max-semi-space-size=64
import { program } from './cli/program.ts';
import { EXIT, report } from './cli/outcome.ts';

// A reader that has seen enough (`plenary user list | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed),
);

try {
  await (await program(process.argv.slice(2))).parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
