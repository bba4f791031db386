export { type ErrorCode, type ErrorDetails, SenteiError } from './errors.ts';
