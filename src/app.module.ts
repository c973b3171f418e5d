import { Module, type DynamicModule } from '@nestjs/common';
import { demoGroups, demoPeople } from './demo/people.js';
import { DemoModule } from './demo/demo.module.js';
import { ServerModule, type ServerOptions } from './server/server.module.js';

/** What the application is started with. */
export interface AppOptions extends Omit<ServerOptions, 'firstStart'> {
  readonly announce: ServerOptions['firstStart']['announce'];
}

/** The service and the demo. Teams replace `demo/` by their own modules, here. */
@Module({})
export class AppModule {
  static forRoot({ announce, ...options }: AppOptions): DynamicModule {
    const { demo } = options.settings;
    return {
      module: AppModule,
      imports: [
        ServerModule.forRoot({
          ...options,
          firstStart: { groups: demo ? demoGroups : [], people: demo ? demoPeople : [], announce },
        }),
        ...(demo ? [DemoModule] : []),
      ],
    };
  }
}
