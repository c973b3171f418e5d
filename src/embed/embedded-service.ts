import type { BeforeApplicationShutdown, HttpServer, OnApplicationShutdown } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessModule } from '../access/index.js';
import type { Permission, Principal, Role } from '../policy/index.js';
import { createApp } from '../server/create-app.js';
import { DomainEvents } from '../server/domain-events/domain-events.js';
import { announcement } from '../server/first-start/announcement.js';
import { publicPath } from '../server/http/public-path.js';
import { ServerModule } from '../server/server.module.js';
import { OwnAudienceVerifier } from '../server/tokens/own-audience.verifier.js';
import { ValidityUnknownError, type TokenVerifier } from '../validity/index.js';
import { embedSettings, type EmbedSettings } from './embed-settings.js';
import type { ServiceOptions } from './gatehouse.options.js';
import { hostLog } from './host-log.js';
import { Mount } from './mount.js';
import { mountInHost } from './mount-in-host.js';

/**
 * The whole service as an application of its own inside another one: it shares the process and the port, and neither
 * filters nor pipes, parsers, connections to the database, or providers. It also verifies tokens for the application
 * around it, in the process, as the service's own guard does.
 */
export class EmbeddedService implements TokenVerifier, BeforeApplicationShutdown, OnApplicationShutdown {
  /** Tells the application's own modules what the service's are told. */
  readonly events = new DomainEvents();
  private readonly given: EmbedSettings;
  private readonly mount: Mount;
  private service: NestFastifyApplication | undefined;
  private verifier: TokenVerifier | undefined;

  /**
   * Takes its place before all middleware of the application; nothing is started yet.
   *
   * @throws SettingsError, StartError with a sentence for whoever runs the application
   */
  constructor(
    private readonly options: ServiceOptions,
    host: HttpServer | undefined,
  ) {
    this.given = embedSettings(options);
    this.mount = new Mount(this.given.path);
    mountInHost(host, this.mount);
  }

  /** Where the service is mounted in the application. */
  get path(): string {
    return this.given.path;
  }

  /** Where callers see it, without scheme and host: that and perhaps what a proxy puts before it. */
  get seenAt(): string {
    return publicPath(this.given.settings);
  }

  /**
   * Starts the service. Once, when the application is sure to start: the first start of all makes accounts.
   *
   * @param declared permissions and roles of the application, which the service is to know
   * @throws DatabaseStartError, AccessStartError, StartError with a sentence for whoever runs the application; nothing is
   *   left open then
   */
  async start(declared: readonly (Permission | Role)[]): Promise<void> {
    const { settings } = this.given;
    const {
      logger: wanted = 'nest',
      userSources,
      listeners = [],
      mailer,
      mailTemplates,
      announce = printer(this.given),
    } = this.options;
    const logger = wanted === 'nest' ? hostLog(settings.logLevel) : wanted;
    const server = ServerModule.forRoot({
      settings,
      userSources,
      mailer,
      mailTemplates,
      listeners: [...listeners, { handle: (event) => this.events.publish(event) }],
      databaseLogger: { info: (message) => logger.info(message), warn: (message) => logger.warn(message) },
      firstStart: { groups: [], people: [], announce },
    });
    const root = { ...server, imports: [...server.imports!, AccessModule.forFeature(declared)] };
    const service = await createApp(root, settings, logger, { autoFlushLogs: false });
    this.service = service;
    this.verifier = service.get(OwnAudienceVerifier, { strict: false });
    const fastify = service.getHttpAdapter().getInstance();
    this.mount.open((request, response) => fastify.routing(request, response));
  }

  verify(token: string): Principal | Promise<Principal> {
    if (!this.verifier) throw new ValidityUnknownError();
    return this.verifier.verify(token);
  }

  /** The application's server is about to wait for its connections: none of ours may keep it. */
  beforeApplicationShutdown(): void {
    this.mount.end();
  }

  /** After the application's last answer, which may have needed the verifier. */
  async onApplicationShutdown(): Promise<void> {
    await this.service?.close();
  }
}

function printer({ settings: { publicUrl, swaggerUi } }: EmbedSettings): NonNullable<ServiceOptions['announce']> {
  return (accounts) => void process.stdout.write(announcement(accounts, publicUrl, swaggerUi));
}
