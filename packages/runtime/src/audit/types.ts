import { z } from 'zod';

/** Version of the format of a line. */
export const AUDIT_VERSION = 1;

/** What stands in place of a hash before the first line. */
export const NO_LINE = '0'.repeat(64);

const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What every line has; what else it says depends on its event. */
export const lineSchema = z.looseObject({
  version: z.literal(AUDIT_VERSION),
  /** SHA-256 of the line before, without its line end. */
  previous: hash,
  time: z.iso.datetime(),
  /** Of the run that wrote it: a random identifier. */
  run: z.uuid(),
  event: z.string().min(1),
});

/** One line of an audit log. */
export type AuditLine = z.output<typeof lineSchema>;

/** What can be written about an event. Numbers that JSON does not have become text. */
export type AuditFields = Readonly<Record<string, unknown>>;

/** What happened, as the lines of a log name it. */
export type AuditEvent =
  /** A command begins: its name, options and versions. */
  | 'run-started'
  /** A model file was read: its path, bytes and SHA-256. */
  | 'model-read'
  /** Data was opened: its fingerprint and size. */
  | 'data-opened'
  /** A patch is about to be applied. */
  | 'patch-proposed'
  | 'patch-applied'
  | 'patch-reverted'
  | 'patch-refused'
  /** A pass failed; the patch at work was undone. */
  | 'pass-failed'
  /** One criterion of the budget was held against what was measured. */
  | 'criterion'
  | 'verdict'
  /** A file was put in its place: its path, bytes and SHA-256. */
  | 'file-written'
  | 'run-finished'
  /** The run ended with an error; nothing it made is in place. */
  | 'run-failed';
