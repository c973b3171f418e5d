import 'reflect-metadata';
import { AccessStartError } from './access/index.js';
import { AppModule } from './app.module.js';
import { readOrMakeAppSecret } from './config/app-secret.js';
import { loadEnvFile } from './config/load-env-file.js';
import { SettingsError } from './config/setting.js';
import { loadSettings } from './config/settings.js';
import { createApp } from './server/create-app.js';
import { DatabaseStartError } from './server/database/database-start-error.js';
import { announcement } from './server/first-start/announcement.js';
import { createLogger } from './server/http/logger.js';
import { StartError } from './server/start-error.js';

/** Errors that a person can mend: their message is all there is to say. */
const FORESEEN = [SettingsError, DatabaseStartError, AccessStartError, StartError];

async function main(): Promise<void> {
  const { env, warnings } = loadEnvFile(process.env);
  const read = loadSettings(env);
  const settings = { ...read, appSecret: read.appSecret ?? (await readOrMakeAppSecret(read.dataDir)) };
  const logger = await createLogger(settings.logLevel);
  for (const warning of warnings) logger.warn(warning);
  const app = await createApp(
    AppModule.forRoot({
      settings,
      databaseLogger: { info: (message) => logger.info(message), warn: (message) => logger.warn(message) },
      announce: (accounts) => process.stdout.write(announcement(accounts, settings.publicUrl, settings.swaggerUi)),
    }),
    settings,
    logger,
  );
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  await app.listen(settings.port, settings.host);
}

try {
  await main();
} catch (error) {
  const foreseen = FORESEEN.some((type) => error instanceof type);
  process.stderr.write(`${foreseen ? (error as Error).message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
}
