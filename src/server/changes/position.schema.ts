/** A place in the news, as connected applications name it: `<incarnation>:<position>`. */
export const POSITION = { maxLength: 80, pattern: String.raw`^[\da-z-]{1,64}:\d{1,15}$` };
