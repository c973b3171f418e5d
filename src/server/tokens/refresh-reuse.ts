import type { Logger } from '@nestjs/common';

/** Whose refresh token came back, by ids alone. */
export interface RefreshReuse {
  readonly sessionId: string;
  readonly accountId: string;
  readonly clientId: string;
}

/** Tells whoever watches over the service that a refresh token came back after it was used, and its family was ended. */
export function reportReuse(logger: Logger, { sessionId, accountId, clientId }: RefreshReuse): void {
  logger.warn({ message: 'refresh token reuse', sessionId, accountId, clientId });
}
