import { createReadStream } from 'node:fs';
import { SenteiError } from '@sentei/ir';
import { hashLine } from './audit-log.ts';
import { type AuditLine, lineSchema, NO_LINE } from './types.ts';

/** What a log says about one run. */
export interface AuditedRun {
  readonly run: string;
  readonly command: string;
  readonly startedAt: string;
  /** `null` for a run that did not come to its end. */
  readonly finishedAt: string | null;
  readonly outcome: 'done' | 'failed' | 'unfinished';
  /** Of the budget, where one was held. */
  readonly verdict: string | null;
  /** Lines by event. */
  readonly events: Readonly<Record<string, number>>;
}

/** What a whole log says. */
export interface AuditSummary {
  readonly lines: number;
  /** SHA-256 of the last line. */
  readonly lastHash: string;
  readonly runs: readonly AuditedRun[];
}

/** Bytes: more than any line that Sentei writes. */
const LONGEST_LINE = 2 ** 24;

/**
 * Checks that no line of an audit log was changed, taken out or put in, and sums its runs up. Memory grows with the number of
 * runs, not with that of lines.
 *
 * @throws SenteiError `file-missing` or `file-unreadable`; `audit-broken` naming the first line that does not follow from the
 *   one before it
 */
export async function verifyAudit(path: string): Promise<AuditSummary> {
  const runs = new Map<string, AuditedRun>();
  let [lines, previous] = [0, NO_LINE];
  for await (const text of readLines(path)) {
    lines += 1;
    const line = parseLine(text, lines, path);
    if (line.previous !== previous) {
      const fault = `does not follow from ${lines === 1 ? 'nothing' : `line ${lines - 1}`}: a line was changed, added or removed`;
      throw broken(path, lines, fault);
    }
    runs.set(line.run, addLine(runs.get(line.run), line));
    previous = hashLine(text);
  }
  return { lines, lastHash: previous, runs: [...runs.values()] };
}

async function* readLines(path: string): AsyncIterable<string> {
  let [rest, lines] = ['', 0];
  try {
    for await (const chunk of createReadStream(path, 'utf8')) {
      const parts = `${rest}${chunk}`.split('\n');
      rest = parts.pop() ?? '';
      lines += parts.length;
      yield* parts;
      if (rest.length > LONGEST_LINE) throw broken(path, lines + 1, 'is too long to be one of a log');
    }
  } catch (cause) {
    if (cause instanceof SenteiError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    const isMissing = code === 'ENOENT';
    throw new SenteiError(
      isMissing ? 'file-missing' : 'file-unreadable',
      `${path} ${isMissing ? 'does not exist' : `cannot be read (${code})`}`,
      { subject: path, hint: 'give a file that --audit wrote', cause },
    );
  }
  if (rest !== '') throw broken(path, lines + 1, 'is cut off');
}

function parseLine(text: string, number: number, path: string): AuditLine {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw broken(path, number, 'is no JSON');
  }
  const found = lineSchema.safeParse(json);
  if (found.success) return found.data;
  const fields = found.error.issues.map((issue) => issue.path.join('.') || 'the line');
  throw broken(path, number, `is none of version 1 of a log: ${[...new Set(fields)].join(', ')}`);
}

function addLine(before: AuditedRun | undefined, { event, time, run, ...fields }: AuditLine): AuditedRun {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const known: AuditedRun = before ?? {
    run,
    command: text(fields.command) ?? '?',
    startedAt: time,
    finishedAt: null,
    outcome: 'unfinished',
    verdict: null,
    events: {},
  };
  const events = { ...known.events, [event]: (known.events[event] ?? 0) + 1 };
  switch (event) {
    case 'verdict':
      return { ...known, events, verdict: text(fields.outcome) };
    case 'run-finished':
      return { ...known, events, finishedAt: time, outcome: 'done' };
    case 'run-failed':
      return { ...known, events, finishedAt: time, outcome: 'failed' };
    default:
      return { ...known, events };
  }
}

function broken(path: string, line: number, fault: string): SenteiError {
  return new SenteiError('audit-broken', `${path}: line ${line} ${fault}`, {
    subject: `${path} line ${line}`,
    hint: 'nothing from this line on can be relied on; a log is never mended',
  });
}
