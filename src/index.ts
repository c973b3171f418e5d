import 'reflect-metadata';

export {
  AccessModule,
  AccessStartError,
  CurrentUser,
  ProblemException,
  Protected,
  Public,
  RouteInventory,
  type Problem,
  type Route,
} from './access/index.js';
export { SettingsError } from './config/setting.js';
export * from './embed/index.js';
export * from './policy/index.js';
export { DatabaseStartError, type DatabaseStartErrorCode } from './server/database/database-start-error.js';
export type {
  ChangedField,
  DomainEvent,
  DomainEventListener,
  DomainEventOf,
  DomainEventType,
  EventAccount,
} from './server/domain-events/domain-event.js';
export { DomainEvents } from './server/domain-events/domain-events.js';
export type { FirstAccount } from './server/first-start/first-start.options.js';
export type { MailKind } from './server/mail/mail.js';
export type { MailContent, MailFacts, MailTemplate, MailTemplates } from './server/mail/mail-template.js';
export { MailRefusedError, type Mailer, type MailMessage } from './server/mail/mailer.js';
export { escapeHtml } from './server/http/escape-html.js';
export { renderMail, type MailWords } from './server/mail/render-mail.js';
export { SmtpMailer, type SmtpOptions } from './server/mail/smtp.mailer.js';
export { StartError } from './server/start-error.js';
export type { LdapOptions } from './server/user-sources/ldap/ldap-options.js';
export { LdapUserSource } from './server/user-sources/ldap/ldap.user-source.js';
export type { GroupRule, SourceUser, UserSource } from './server/user-sources/user-source.js';
