import type { InjectionToken, ModuleMetadata } from '@nestjs/common';
import type { Logger } from 'pino';
import type { AccessOptions } from '../access/index.js';
import type { GivenSettings } from '../config/given-settings.js';
import type { DomainEventListener } from '../server/domain-events/domain-event.js';
import type { FirstAccount } from '../server/first-start/first-start.options.js';
import type { MailOptions } from '../server/mail/mail-options.module.js';
import type { UserSource } from '../server/user-sources/user-source.js';
import type { Declared } from './declared.js';

/** Where the service is mounted unless told otherwise. */
export const DEFAULT_PATH = '/auth';

/** What says how the service itself is to run. All of it can hang on other providers (`forRootAsync`). */
export interface ServiceOptions extends Omit<GivenSettings, 'port' | 'host' | 'demo'>, MailOptions {
  /** Where the service is mounted in the application: `/auth` unless told. No global prefix is put before it. */
  readonly path?: string | undefined;
  /** The address by which callers reach the service; it ends in `path`. It is the issuer of the tokens. */
  readonly publicUrl: string;
  /** Encrypts the signing keys in the database: 32 bytes or more, the same at each start. */
  readonly appSecret: string;
  /**
   * Where the service logs: Nest's logger, and so the application's own (`nest`, unless told), or a pino of yours, which
   * gets a line for each request too.
   */
  readonly logger?: 'nest' | Logger | undefined;
  /**
   * Told the accounts that the first start made, with their passwords, once. Printed on standard output unless given:
   * logs are kept, and so are no place for passwords.
   */
  readonly announce?: ((accounts: readonly FirstAccount[]) => void) | undefined;
  /** Where people come from beside the service's own accounts, asked after these in this order. */
  readonly userSources?: readonly UserSource[] | undefined;
  /** Told of domain events, beside the providers of the application that listen by the `DomainEvents` injected into them. */
  readonly listeners?: readonly DomainEventListener[] | undefined;
}

/** What says how the application is guarded. Known before anything is made. */
export interface GuardOptions {
  /** What becomes of the application's routes that have neither `@Protected` nor `@Public`; `deny` unless told. */
  readonly undeclared?: AccessOptions['undeclared'];
  /** Permissions and roles of the application; its modules may declare theirs by `GatehouseModule.forFeature()`. */
  readonly permissions?: readonly Declared[] | undefined;
}

/** Options of `GatehouseModule.forRoot()`. */
export interface GatehouseOptions extends ServiceOptions, GuardOptions {}

/** Options of `GatehouseModule.forRootAsync()`: the service's come from other providers. */
export interface GatehouseAsyncOptions extends GuardOptions, Pick<ModuleMetadata, 'imports'> {
  readonly inject?: InjectionToken[];
  // The arguments are what `inject` names, which no type can follow.
  readonly useFactory: (...injected: never[]) => ServiceOptions | Promise<ServiceOptions>;
}
