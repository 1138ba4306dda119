import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { describeProxy } from './access/proxy/proxy.document.js';
import { VERSION } from './common/version.js';

type Responses = Record<string, unknown>;

/** What any route may answer is said once here and not at each of them. */
function addSharedFailures(document: OpenAPIObject): void {
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as {
      responses?: Responses;
      requestBody?: unknown;
      'x-permission'?: string;
    }[]) {
      if (!operation.responses) continue;
      const schema = { $ref: '#/components/schemas/ErrorReply' };
      const content = { 'application/json': { schema } };
      if (operation['x-permission'] !== 'public') {
        operation.responses['401'] ??= { description: 'UNAUTHENTICATED, TOKEN_EXPIRED', content };
        operation.responses['403'] ??= { description: 'FORBIDDEN', content };
      }
      if (operation.requestBody) operation.responses['413'] ??= { description: 'PAYLOAD_TOO_LARGE', content };
      operation.responses['500'] ??= { description: 'INTERNAL', content };
    }
  }
}

export function writeDocument(app: INestApplication): OpenAPIObject {
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder()
      .setOpenAPIVersion('3.1.0')
      .setTitle('Latchkey')
      .setDescription(
        'Connects the services a team depends on. Every answer has the envelope {success, data, message?}; every ' +
          'failure {success: false, error: {code, message, details?, request_id}}. `x-permission` names what a route asks for.',
      )
      .setVersion(VERSION)
      .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
      .addBearerAuth()
      .build(),
    { operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}` },
  );
  describeProxy(document);
  addSharedFailures(document);
  return document;
}

/** The document at /api/openapi.json and a page to read it at /api/docs. */
export function serveDocumentation(app: INestApplication): void {
  SwaggerModule.setup('api/docs', app, writeDocument(app), {
    jsonDocumentUrl: 'api/openapi.json',
    customSiteTitle: 'Latchkey API',
    customCss: '.swagger-ui .topbar { display: none }',
  });
}
