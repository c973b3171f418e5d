import type { SecurityHeadersOptions } from '@nestjs/common';

/** The headers that every answer carries. Over plain HTTP nothing is said of HTTPS, or a local network couldn't use the pages. */
export function securityHeaders(publicUrl: string): SecurityHeadersOptions {
  const https = publicUrl.startsWith('https:');
  return {
    contentSecurityPolicy: {
      directives: { upgradeInsecureRequests: https, fontSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"] },
    },
    strictTransportSecurity: https,
    xFrameOptions: { action: 'deny' },
  };
}
