import { readGivenSettings } from '../config/given-settings.js';
import { SettingsError } from '../config/setting.js';
import type { Settings } from '../config/settings.js';
import { DEFAULT_PATH, type ServiceOptions } from './gatehouse.options.js';

/** One or more segments that need no escaping, so that there is one spelling of each address. */
const PATH = /^(\/[\w.~-]+)+$/;

/** The settings of a mounted service, and where it is mounted. */
export interface EmbedSettings {
  readonly settings: Settings & { readonly appSecret: string };
  /** Begins with `/`, and doesn't end with one. */
  readonly path: string;
}

/**
 * Reads the options of a mounted service.
 *
 * @throws SettingsError with a sentence for each option that is wrong
 */
export function embedSettings({
  path = DEFAULT_PATH,
  logger: _logger,
  announce: _announce,
  userSources: _userSources,
  mailer: _mailer,
  mailTemplates: _mailTemplates,
  listeners: _listeners,
  ...given
}: ServiceOptions): EmbedSettings {
  if (!PATH.test(path) || path.split('/').some((part) => part === '.' || part === '..')) {
    throw new SettingsError([
      `path is ${JSON.stringify(path)}; it must be a path such as "/auth", without a slash at its end.`,
    ]);
  }
  for (const name of ['publicUrl', 'appSecret'] as const) {
    if (!given[name]) throw new SettingsError([`${name} is not given; an embedded service needs it.`]);
  }
  // The demo isn't part of the package.
  const settings = readGivenSettings({ ...given, demo: false });
  if (!new URL(settings.publicUrl).pathname.endsWith(path)) {
    throw new SettingsError([
      `publicUrl is ${JSON.stringify(settings.publicUrl)}; it must end in ${path}, where the service is mounted: ${withPath(settings.publicUrl, path)}.`,
    ]);
  }
  return { settings: { ...settings, appSecret: given.appSecret }, path };
}

function withPath(publicUrl: string, path: string): string {
  return `${publicUrl.replace(/\/+$/, '')}${path}`;
}
