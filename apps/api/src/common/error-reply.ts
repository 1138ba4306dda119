import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ERROR_STATUS } from './app-error.js';

export class ErrorBody {
  @ApiProperty({ enum: Object.keys(ERROR_STATUS), example: 'VALIDATION_FAILED' })
  code: string;

  @ApiProperty({ example: 'name: must not be empty', description: 'Plain words that say what to do.' })
  message: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  details?: Record<string, unknown>;

  @ApiProperty({
    example: '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99',
    description: 'Also sent as `X-Request-Id`.',
  })
  request_id: string;
}

/** Every failure has this form. */
export class ErrorReply {
  @ApiProperty({ type: 'boolean', example: false })
  success: false;

  @ApiProperty({ type: () => ErrorBody })
  error: ErrorBody;
}
