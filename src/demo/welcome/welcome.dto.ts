/** What is here, and where to go. */
export class WelcomeDto {
  /** @example Gatehouse */
  name: string;
  /**
   * Swagger UI.
   * @example /docs
   */
  docs: string;
  /**
   * The OpenAPI document.
   * @example /openapi.json
   */
  openapi: string;
  /**
   * Whether the service is alive.
   * @example /health/live
   */
  health: string;
}
