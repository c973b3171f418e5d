import { Module, type DynamicModule } from '@nestjs/common';
import { demoGroups, demoPeople } from './demo/people.js';
import { DemoModule } from './demo/demo.module.js';
import { ServerModule, type ServerOptions } from './server/server.module.js';

/** What the application is started with. */
export interface AppOptions extends Pick<
  ServerOptions,
  'settings' | 'databaseLogger' | 'onDatabaseStopped' | 'userSources'
> {
  readonly announce: ServerOptions['firstStart']['announce'];
}

/** The service and the demo. Teams replace `demo/` by their own modules, here. */
@Module({})
export class AppModule {
  static forRoot({ settings, databaseLogger, onDatabaseStopped, userSources, announce }: AppOptions): DynamicModule {
    const demo = settings.demo;
    return {
      module: AppModule,
      imports: [
        ServerModule.forRoot({
          settings,
          databaseLogger,
          onDatabaseStopped,
          userSources,
          firstStart: { groups: demo ? demoGroups : [], people: demo ? demoPeople : [], announce },
        }),
        ...(demo ? [DemoModule] : []),
      ],
    };
  }
}
