import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian's own interpreter: another one that comes first in the path wouldn't know Debian's packages. */
export const PYTHON = '/usr/bin/python3';

/** Apache's program, and where Debian has its modules. */
export const APACHE = '/usr/sbin/apache2';
export const APACHE_MODULES = '/usr/lib/apache2/modules';

/** OpenLDAP's server, and where Debian has its modules and schemas. */
export const SLAPD = '/usr/sbin/slapd';
export const SLAPD_MODULES = '/usr/lib/ldap';
export const LDAP_SCHEMAS = '/etc/ldap/schema';

/** Why Authlib can't be tried here, if it can't. */
export function missingAuthlib(): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', 'import authlib, requests'], { stdio: 'ignore' });
  return status === 0 ? undefined : needs('python3-authlib', 'python3-requests');
}

/** Why Apache's mod_oauth2 can't be tried here, if it can't. */
export function missingApache(): string | undefined {
  return [APACHE, `${APACHE_MODULES}/mod_oauth2.so`].every((file) => existsSync(file))
    ? undefined
    : needs('apache2', 'libapache2-mod-oauth2');
}

/** Why OpenLDAP can't be tried here, if it can't. */
export function missingSlapd(): string | undefined {
  const isThere = [SLAPD, `${SLAPD_MODULES}/back_mdb.so`, `${LDAP_SCHEMAS}/inetorgperson.schema`].every((file) =>
    existsSync(file),
  );
  return isThere ? missingOpenssl() : needs('slapd', 'openssl');
}

/** Why certificates can't be made here, if they can't. */
export function missingOpenssl(): string | undefined {
  return spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0 ? undefined : needs('openssl');
}

const needs = (...packages: string[]): string =>
  `this needs ${packages.join(' and ')}: apt-get install --no-install-recommends ${packages.join(' ')}`;
