import { CHANGEABLE_FIELDS, type ChangedField } from './domain-event.js';

/**
 * What of an account is another than before, as listeners hear it.
 *
 * @param difference the fields that differ, as `difference()` of the audit tells them
 */
export function changedFields(difference: object, passwordToo = false): ChangedField[] {
  return CHANGEABLE_FIELDS.filter((field) => (field === 'password' ? passwordToo : field in difference));
}
