/** A client's id. A UUID is an account's, and never a client's. */
export const CLIENT_ID = {
  minLength: 3,
  maxLength: 100,
  pattern: String.raw`^(?![\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$)[A-Za-z\d][\w.-]{2,99}$`,
};
