import type { Settings } from '../../config/settings.js';

/** The path under which callers reach the service, as behind a proxy or mounted in another application: `/auth`, or nothing. */
export function publicPath({ publicUrl }: Pick<Settings, 'publicUrl'>): string {
  return new URL(publicUrl).pathname.replace(/\/+$/, '');
}
