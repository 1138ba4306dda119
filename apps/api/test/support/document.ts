import type { FastifyInstance } from 'fastify';
import type { TestApp } from './test-app.js';

export interface Operation {
  /** `POST /api/v1/integrations/{id}/test` */
  route: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  permission: string | undefined;
  summary: string | undefined;
  description: string | undefined;
  parameters: { name: string; in: string }[];
  takesBody: boolean;
  responses: Record<string, { description?: string }>;
}

/** Every operation of the document that the running app serves. */
export async function readOperations(testApp: TestApp): Promise<Operation[]> {
  const { body } = await testApp.http.get('/api/openapi.json').expect(200);
  return Object.entries(body.paths as Record<string, Record<string, Record<string, unknown>>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path}`,
        method: method as Operation['method'],
        path,
        permission: operation['x-permission'] as string | undefined,
        summary: operation.summary as string | undefined,
        description: operation.description as string | undefined,
        parameters: (operation.parameters ?? []) as Operation['parameters'],
        takesBody: operation.requestBody !== undefined,
        responses: (operation.responses ?? {}) as Operation['responses'],
      })),
  );
}

/** Every API route that Fastify itself knows, written like those of the document. */
export function servedRoutes(testApp: TestApp): string[] {
  const fastify = testApp.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const path: string[] = [];
  const routes: string[] = [];
  for (const line of fastify.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indentation = '', segment = '', methods] =
      /^([ │]*)[├└]── (.*?)(?: \(([A-Z, -]+)\))?$/.exec(line) ?? [];
    path.length = indentation.length / 4;
    path.push(segment);
    for (const method of methods?.split(', ') ?? []) routes.push(`${method} ${path.join('')}`);
  }
  return routes
    .filter((route) => /^(GET|POST|PUT|PATCH|DELETE) \/?(api\/v1|health|metrics)\b/.test(route))
    .map((route) =>
      route
        .replace(/ \/?/, ' /')
        .replace(/:(\w+)/g, '{$1}')
        // The printer leaves out what stands before a wildcard; there is one, the proxy's.
        .replace(/(\/proxy)?\*$/, '/proxy/{path}'),
    );
}

/** The path with an id that nobody has in the place of each parameter. */
export const fill = (path: string): string =>
  path.replace('{type_id}', 'argocd').replace(/\{\w+\}/g, () => crypto.randomUUID());
