import { DEFAULT_LOG_LEVEL } from './defaults';
import { valueOf, VARIABLES } from './variables';

export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;

/** What is logged, and how. */
export interface LogSettings {
  /** The least level that is logged. */
  level: (typeof LOG_LEVELS)[number];
  /** Default: `pretty` on a terminal, else `json`. */
  format?: (typeof LOG_FORMATS)[number];
}

/**
 * Reads what is to be logged, in either case of letters.
 *
 * @param faults - gets one for each variable that is no such word
 */
export function readLogSettings(env: NodeJS.ProcessEnv, faults: string[]): LogSettings {
  const levelText = valueOf(env, VARIABLES.logLevel) ?? DEFAULT_LOG_LEVEL;
  const level = LOG_LEVELS.find((name) => name === levelText.toUpperCase());
  if (!level) faults.push(`${VARIABLES.logLevel} must be one of ${LOG_LEVELS.join(', ')}, got "${levelText}"`);
  const formatText = valueOf(env, VARIABLES.logFormat);
  const format = LOG_FORMATS.find((name) => name === formatText?.toLowerCase());
  if (formatText !== undefined && !format) {
    faults.push(`${VARIABLES.logFormat} must be one of ${LOG_FORMATS.join(', ')}, got "${formatText}"`);
  }
  return { level: level ?? DEFAULT_LOG_LEVEL, ...(format && { format }) };
}
