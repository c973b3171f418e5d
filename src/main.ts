import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import type { INestApplication } from '@nestjs/common';
import type { Logger } from 'pino';
import { AccessStartError } from './access/index.js';
import { AppModule } from './app.module.js';
import { readOrMakeAppSecret } from './config/app-secret.js';
import { readSettings } from './config/read-settings.js';
import { SettingsError } from './config/setting.js';
import type { Settings } from './config/settings.js';
import { createApp } from './server/create-app.js';
import { DatabaseStartError } from './server/database/database-start-error.js';
import { announcement } from './server/first-start/announcement.js';
import { createLogger } from './server/http/logger.js';
import { StartError } from './server/start-error.js';

/** Milliseconds. Longer than a login in a full queue takes. */
const LONGEST_STOP = 30_000;

/** Errors that a person can mend: their message is all there is to say. */
const FORESEEN = [SettingsError, DatabaseStartError, AccessStartError, StartError];

async function main(): Promise<void> {
  const { settings: read, warnings } = readSettings(process.env);
  const settings = { ...read, appSecret: read.appSecret ?? (await readOrMakeAppSecret(read.dataDir)) };
  const logger = await createLogger(settings.logLevel);
  for (const warning of warnings) logger.warn(warning);
  let listening: INestApplication | undefined;
  const app = await createApp(
    AppModule.forRoot({
      settings,
      databaseLogger: { info: (message) => logger.info(message), warn: (message) => logger.warn(message) },
      onDatabaseStopped: (sentence) => {
        process.stderr.write(`${sentence}\n`);
        // Whoever watches over the service starts it again. Before it listens there is nobody to answer.
        process.exitCode = 1;
        if (listening) void stop(listening, logger);
        else process.exit();
      },
      announce: (accounts) => process.stdout.write(announcement(accounts, settings.publicUrl, settings.swaggerUi)),
    }),
    settings,
    logger,
  );
  try {
    await app.listen(settings.port, settings.host);
  } catch (error) {
    await app.close();
    throw cannotListen(error, settings);
  }
  listening = app;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(app, logger));
}

/** Ends after the requests under way; a second signal, of which nothing is kept from its effect, ends it at once. */
async function stop(app: INestApplication, logger: Logger): Promise<void> {
  logger.info('stopping');
  // A request that never ends must not keep the process for ever.
  setTimeout(() => process.exit(1), LONGEST_STOP).unref();
  await app.close();
}

function cannotListen(error: unknown, { host, port }: Settings): unknown {
  const reasons: Record<string, string> = {
    EADDRINUSE: 'is in use by another process',
    EACCES: 'needs more rights than this process has',
    EADDRNOTAVAIL: 'is not an address of this machine',
    ENOTFOUND: 'is not an address that is known here',
  };
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  return reason ? new StartError(`The address ${host}:${port} ${reason}. Set PORT or HOST to another.`) : error;
}

// V8 puts objects of a kind that outlived a collection or two among the old ones from their birth, and decides so from what
// it saw at start and in idle minutes. For what a request makes that is wrong, isn't taken back, and cost 60 % more processor
// time a request in a third of the processes (docs/decisions/0026-no-pretenuring.md).
setFlagsFromString('--no-allocation-site-pretenuring');
try {
  await main();
} catch (error) {
  const foreseen = FORESEEN.some((type) => error instanceof type);
  process.stderr.write(`${foreseen ? (error as Error).message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
}
