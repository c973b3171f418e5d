import type { SecurityHeadersOptions } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/**
 * The headers that every answer carries. Nearly all are data, that no browser is to run, frame or embed (OWASP REST
 * Security): headers that only mean something for a page are left to the pages. Over plain HTTP nothing is said of HTTPS,
 * or a local network couldn't use them.
 */
export function securityHeaders(publicUrl: string): SecurityHeadersOptions {
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: publicUrl.startsWith('https:'),
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  };
}

/** For pages with scripts and styles of their own, and nothing from elsewhere. */
const PAGE_HEADERS = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "base-uri 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "object-src 'none'",
    "script-src 'self'",
    "script-src-attr 'none'",
    "style-src 'self' 'unsafe-inline'",
  ].join(';'),
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/** Lets the routes at these paths, which are yet to be added, answer with pages that run scripts of the service's own. */
export function servePages(fastify: FastifyInstance, paths: readonly string[]): void {
  fastify.addHook('onRoute', (route) => {
    if (!paths.includes(route.url)) return;
    route.onRequest = [
      ...[route.onRequest ?? []].flat(),
      (_request, reply, done) => {
        void reply.headers(PAGE_HEADERS);
        done();
      },
    ];
  });
}
