import type { BeforeApplicationShutdown, HttpServer, OnApplicationShutdown } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessModule } from '../access/index.js';
import type { Permission, Role } from '../policy/index.js';
import { createApp } from '../server/create-app.js';
import { announcement } from '../server/first-start/announcement.js';
import { publicPath } from '../server/http/public-path.js';
import { ServerModule } from '../server/server.module.js';
import { OwnAudienceVerifier } from '../server/tokens/own-audience.verifier.js';
import type { TokenVerifier } from '../validity/index.js';
import { embedSettings } from './embed-settings.js';
import type { ServiceOptions } from './gatehouse.options.js';
import { hostLog } from './host-log.js';
import { Mount } from './mount.js';
import { mountInHost } from './mount-in-host.js';

/**
 * The whole service as an application of its own inside another one: it shares the process and the port, and neither
 * filters nor pipes, parsers, connections to the database, or providers.
 */
export class EmbeddedService implements BeforeApplicationShutdown, OnApplicationShutdown {
  private constructor(
    private readonly service: NestFastifyApplication,
    private readonly mount: Mount,
    /** Where the service is for callers, without scheme and host. */
    readonly seenAt: string,
  ) {}

  /**
   * Starts the service and mounts it.
   *
   * @param declared permissions and roles of the application, which the service is to know
   * @throws SettingsError, DatabaseStartError, AccessStartError, StartError with a sentence for whoever runs it
   */
  static async start(
    options: ServiceOptions,
    host: HttpServer | undefined,
    declared: readonly (Permission | Role)[],
  ): Promise<EmbeddedService> {
    const { settings, path } = embedSettings(options);
    const mount = new Mount(path);
    // Before anything is waited for: what the application registers meanwhile would come before it.
    mountInHost(host, mount);
    const { logger: wanted = 'nest', userSources = [] } = options;
    const logger = wanted === 'nest' ? hostLog(settings.logLevel) : wanted;
    const print = (text: string): void => void process.stdout.write(text);
    const server = ServerModule.forRoot({
      settings,
      userSources,
      databaseLogger: { info: (message) => logger.info(message), warn: (message) => logger.warn(message) },
      firstStart: {
        groups: [],
        people: [],
        announce:
          options.announce ?? ((accounts) => print(announcement(accounts, settings.publicUrl, settings.swaggerUi))),
      },
    });
    const root = { ...server, imports: [...server.imports!, AccessModule.forFeature(declared)] };
    const service = await createApp(root, settings, logger, { autoFlushLogs: false });
    const fastify = service.getHttpAdapter().getInstance();
    mount.open((request, response) => fastify.routing(request, response));
    return new EmbeddedService(service, mount, publicPath(settings));
  }

  /** Verifies tokens in this process, as the service's own guard does. */
  get verifier(): TokenVerifier {
    return this.service.get(OwnAudienceVerifier, { strict: false });
  }

  /** Where the service is mounted in the application. */
  get path(): string {
    return this.mount.path;
  }

  /** The application's server is about to wait for its connections: none of ours may keep it. */
  beforeApplicationShutdown(): void {
    this.mount.end();
  }

  /** After the application's last answer, which may have needed the verifier. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  /** Ends the service. May be called twice. */
  async close(): Promise<void> {
    this.mount.end();
    await this.service.close();
  }
}
