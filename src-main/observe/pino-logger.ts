/** The log: one JSON line per domain event, on standard error (standard output belongs to whoever started us). */
import { destination, pino, stdSerializers, type Logger as PinoLogger } from 'pino';
import type { Logger, LogFields, LogLevel } from '../base/logger.ts';

const STANDARD_ERROR = 2;

export function createLogger(level: LogLevel): Logger {
  const options = { level, base: null, serializers: { error: stdSerializers.err } };
  return wrap(pino(options, destination({ dest: STANDARD_ERROR, sync: true })));
}

function wrap(logger: PinoLogger): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      logger[level](fields, message);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(fields)),
  };
}
