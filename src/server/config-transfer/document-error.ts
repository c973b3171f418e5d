/** A document that can't be read, with a sentence for whoever sent it. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
}
