/**
 * `ok`: there and right. `missing`: not there. `broken`: there, and does not work. `unknown`: it cannot be told here.
 */
export type FindingStatus = 'ok' | 'missing' | 'broken' | 'unknown';

/** One thing that the doctor looked at. */
export interface Finding {
  /** What it belongs to: `machine`, an execution provider, `tools`. */
  readonly group: string;
  /** What was looked at: `libcudart.so.13`, `Node`. */
  readonly subject: string;
  readonly status: FindingStatus;
  /** What was found, or why it does not work, on one line. */
  readonly detail: string;
  /** What to do about it: a command, or a sentence. */
  readonly fix?: string | undefined;
  /** Whether everything in its group works without it. */
  readonly isOptional?: boolean | undefined;
}

/** Text of programs as part of a line: control characters and line ends taken out, and not endless. */
export function inOneLine(text: string, longest = 600): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
