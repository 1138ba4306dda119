import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERROR_STATUS, type ErrorCode } from './app-error.js';
import { ErrorReply } from './error-reply.js';

type Shape =
  | Type
  | [Type]
  | { orNull: Type }
  | { type: string | string[]; format?: string; additionalProperties?: boolean };

const isModel = (shape: Shape): shape is Type => typeof shape === 'function';

function schemaOf(shape: Shape): object {
  if ('orNull' in shape) return { anyOf: [{ $ref: getSchemaPath(shape.orNull) }, { type: 'null' }] };
  if (isModel(shape)) return { $ref: getSchemaPath(shape) };
  if (Array.isArray(shape)) return { type: 'array', items: { $ref: getSchemaPath(shape[0]) } };
  return shape;
}

/** Documents what a route does: the first sentence is its summary, all of them its description. */
export const Summary = (text: string) =>
  ApiOperation({ summary: /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text, description: text });

/**
 * Documents a success: its status and what stands in `data`, field by field (`[Dto]` is a list).
 * Also sets the status that is sent.
 */
export function Replies(status: 200 | 201 | 202, data: Record<string, Shape>, description = 'Done.') {
  const models = Object.values(data).flatMap((shape) =>
    isModel(shape) ? [shape] : Array.isArray(shape) ? shape : 'orNull' in shape ? [shape.orNull] : [],
  );
  return applyDecorators(
    HttpCode(status),
    ApiExtraModels(...models),
    ApiResponse({
      status,
      description,
      schema: {
        type: 'object',
        required: ['success', 'data'],
        properties: {
          success: { type: 'boolean', const: true } as never,
          data: {
            type: 'object',
            required: Object.keys(data),
            properties: Object.fromEntries(
              Object.entries(data).map(([name, shape]) => [name, schemaOf(shape)]),
            ),
          },
          message: { type: 'string' },
        },
      },
    }),
  );
}

/** Documents the failures a route is known for; those every route shares are added by the document's writer. */
export function Fails(...codes: ErrorCode[]) {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes)
    byStatus.set(ERROR_STATUS[code], [...(byStatus.get(ERROR_STATUS[code]) ?? []), code]);
  return applyDecorators(
    ApiExtraModels(ErrorReply),
    ...[...byStatus].map(([status, listed]) =>
      ApiResponse({ status, description: listed.join(', '), schema: { $ref: getSchemaPath(ErrorReply) } }),
    ),
  );
}
