/** Injects the sources that whoever starts the service has given it. */
export const GIVEN_USER_SOURCES = 'gatehouse:given-user-sources';

/** Injects all sources beside the service's own accounts: the one of the settings, and those that were given. */
export const FOREIGN_USER_SOURCES = 'gatehouse:foreign-user-sources';
