import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/**
 * The security headers of every answer. They are the same each time, so helmet is asked once and not per request.
 * @param overTls browsers reach us over TLS: HSTS is sent, and plain addresses in pages are upgraded.
 */
export function securityHeaders(overTls: boolean): Record<string, string> {
  const apply = helmet({
    strictTransportSecurity: overTls ? { maxAge: 365 * 86_400, includeSubDomains: true } : false,
    crossOriginEmbedderPolicy: false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        scriptSrcAttr: ["'none'"],
        // Mantine sets sizes and colours through style attributes and elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(overTls ? { upgradeInsecureRequests: [] } : {}),
      },
    },
  });
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  apply(request, response, (error?: unknown) => {
    if (error) throw error;
  });
  return Object.fromEntries(
    Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]),
  );
}

/** What a browser comes back to from a provider, in a window that the web app opened. */
const RETURNS = /^\/(connect\/result|api\/v1\/oauth\/callback)(\?|$)/;

/**
 * Which windows keep hold of each other, where it is not the strictest. The web app opens windows for providers and
 * has to see them close; what such a window comes back to must not be cut off from it, redirects included.
 */
export function openerPolicy(url: string): string | undefined {
  if (RETURNS.test(url)) return 'unsafe-none';
  return url.startsWith('/api/') ? undefined : 'same-origin-allow-popups';
}
