import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ZodError } from 'zod';
import { AppError, ERROR_STATUS, type ErrorBody, type ErrorCode } from '#shared/contracts/errors.ts';
import type { Logger } from '#shared/node/logger.ts';
import { faultOf } from '../faults.ts';
import type { HttpEnvironment } from './environment.ts';

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'FILE_TOO_LARGE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/**
 * What a client is told of anything that was thrown: an AppError as it is, a schema's refusal as INVALID_INPUT with the fields
 * concerned, anything else as UNAVAILABLE or INTERNAL with an incident code under which the fault is in the log.
 */
export function errorBodyOf(error: unknown, logger: Logger): ErrorBody {
  if (error instanceof AppError) return error.toBody();
  if (error instanceof ZodError) {
    const fields = [...new Set(error.issues.map((issue) => issue.path.join('.')).filter(Boolean))];
    return { code: 'INVALID_INPUT', details: { fields } };
  }
  if (error instanceof HTTPException) {
    const code = CODE_OF_STATUS[error.status];
    if (code) return { code };
  }
  const fault = faultOf(error);
  logger.error({ err: error, incident: fault.incident, told: fault.code }, 'a request failed');
  return fault;
}

/** What is away for a moment may be asked again after so long. */
const AWAY_SECONDS = 5;

/** Answers a request with an error. */
export function answerError(c: Context<HttpEnvironment>, error: unknown, logger: Logger): Response {
  const body = errorBodyOf(error, logger);
  const wait = body.details?.['retryAfterSeconds'] ?? (body.code === 'UNAVAILABLE' ? AWAY_SECONDS : undefined);
  if (typeof wait === 'number') c.header('Retry-After', String(wait));
  c.header('Cache-Control', 'no-store');
  return c.json({ error: body }, ERROR_STATUS[body.code] satisfies ContentfulStatusCode);
}
