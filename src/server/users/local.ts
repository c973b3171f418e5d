/** The user source of the accounts that are the service's own, whose passwords are kept here. */
export const LOCAL = 'local';
