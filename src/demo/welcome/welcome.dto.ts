import { ApiProperty } from '@nestjs/swagger';

/** What is here, and where to go. */
export class WelcomeDto {
  /** @example Gatehouse */
  @ApiProperty({ enum: ['Gatehouse'] })
  name: string;
  /**
   * Swagger UI.
   * @example /docs
   */
  @ApiProperty({ enum: ['/docs'] })
  docs: string;
  /**
   * The OpenAPI document.
   * @example /openapi.json
   */
  @ApiProperty({ enum: ['/openapi.json'] })
  openapi: string;
  /**
   * Whether the service is alive.
   * @example /health/live
   */
  @ApiProperty({ enum: ['/health/live'] })
  health: string;
}
