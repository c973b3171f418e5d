import { Global, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Settings } from '../../config/settings.js';
import { DatabaseModule } from '../database/database.module.js';
import { OpenDatabase } from '../database/open-database.js';
import { SETTINGS } from '../settings.token.js';
import { ChangeFeed } from './change-feed.js';
import { CoreChanges1763800000001 } from './changes.migration.js';
import { EmbeddedChangeFeed } from './embedded-change-feed.js';
import { PollingChangeFeed } from './polling-change-feed.js';

/** The change log, which triggers write, and the feed by which this instance hears of it. */
@Global()
@Module({
  imports: [DatabaseModule.forFeature([], [CoreChanges1763800000001])],
  providers: [
    {
      provide: ChangeFeed,
      inject: [OpenDatabase, SETTINGS],
      useFactory: (database: OpenDatabase, { databaseUrl }: Settings): Promise<ChangeFeed> => {
        if (database.embedded) return EmbeddedChangeFeed.start(database);
        const logger = new Logger('ChangeFeed');
        return PollingChangeFeed.start(databaseUrl!, {
          info: (message) => logger.log(message),
          warn: (message) => logger.warn(message),
        });
      },
    },
  ],
  exports: [ChangeFeed],
})
export class ChangesModule implements OnApplicationShutdown {
  constructor(private readonly feed: ChangeFeed) {}

  /** After the HTTP server has closed: requests under way are decided until then. */
  async onApplicationShutdown(): Promise<void> {
    await this.feed.stop();
  }
}
