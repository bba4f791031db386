import { createHash, randomUUID } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { SenteiError } from '@sentei/ir';
import { AUDIT_VERSION, type AuditEvent, type AuditFields, NO_LINE } from './types.ts';

/** Longer than any line that is written: those that name many nodes are cut by the record of the patch. */
const TAIL = 2 ** 22;

/** Where run identifiers and times come from. */
export interface AuditLogOptions {
  /** Default: a random one. */
  readonly run?: string | undefined;
  /** Default: the clock. */
  readonly now?: (() => Date) | undefined;
}

/**
 * A log of decisions, one JSON object a line, in which each line carries the SHA-256 of the one before: a line that is
 * changed, taken out or put in breaks the chain. The file is only ever appended to, each line by one write, so that an
 * interrupted run leaves whole lines. What the chain does not show is that lines at the end are missing: keep the last hash.
 */
export class AuditLog {
  readonly path: string;
  readonly run: string;
  readonly #file: number;
  readonly #now: () => Date;
  #previous: string;
  #size: number;
  #isClosed = false;

  private constructor(path: string, file: number, tail: Tail, options: AuditLogOptions) {
    this.path = path;
    this.run = options.run ?? randomUUID();
    this.#now = options.now ?? (() => new Date());
    this.#file = file;
    this.#previous = tail.hash;
    this.#size = tail.size;
  }

  /**
   * Opens a log to write to its end; a new one is made where there is none, with its folders.
   *
   * @throws SenteiError `output-unwritable`; `audit-broken` when the file does not end with a whole line of a log
   */
  static async open(path: string, options: AuditLogOptions = {}): Promise<AuditLog> {
    let file: number;
    try {
      await mkdir(dirname(resolve(path)), { recursive: true });
      file = openSync(path, 'a+', 0o644);
    } catch (cause) {
      throw unwritable(path, cause);
    }
    try {
      return new AuditLog(path, file, readTail(path, file), options);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** SHA-256 of the last line: with it kept elsewhere, nothing can be taken from the end unnoticed. */
  get lastHash(): string {
    return this.#previous;
  }

  /**
   * Writes one line.
   *
   * @throws SenteiError `output-unwritable` when the disk does not take it, or something else writes to the file
   */
  append(event: AuditEvent, fields: AuditFields = {}): void {
    const { run } = this;
    const head = {
      version: AUDIT_VERSION,
      previous: this.#previous,
      time: this.#now().toISOString(),
      run,
      event,
    };
    const line = JSON.stringify({ ...head, ...fields, ...head }, writeNumber);
    const bytes = Buffer.from(`${line}\n`);
    try {
      if (fstatSync(this.#file).size !== this.#size) throw new Error('something else writes to it');
      const written = writeSync(this.#file, bytes);
      if (written !== bytes.length) throw new Error('the disk is full');
    } catch (cause) {
      throw unwritable(this.path, cause);
    }
    this.#size += bytes.length;
    this.#previous = hashLine(line);
  }

  /** Waits until the disk has all lines. May be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      fsyncSync(this.#file);
    } finally {
      closeSync(this.#file);
    }
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** The hash that the next line carries. */
export function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

interface Tail {
  readonly hash: string;
  readonly size: number;
}

function readTail(path: string, file: number): Tail {
  const { size } = fstatSync(file);
  if (size === 0) return { hash: NO_LINE, size };
  const length = Math.min(size, TAIL);
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, size - length);
  if (bytes.at(-1) !== 0x0a) throw broken(path, 'does not end with a whole line');
  const start = bytes.lastIndexOf(0x0a, length - 2) + 1;
  if (start === 0 && size > length) throw broken(path, 'has a last line that is too long');
  const line = bytes.toString('utf8', start, length - 1);
  if (!line.startsWith('{')) throw broken(path, 'is not an audit log');
  return { hash: hashLine(line), size };
}

function broken(path: string, fault: string): SenteiError {
  return new SenteiError('audit-broken', `${path} ${fault}`, {
    subject: path,
    hint: 'check it with sentei audit, and name a new file with --audit; a log is never mended',
  });
}

function unwritable(path: string, cause: unknown): SenteiError {
  const why = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause);
  return new SenteiError('output-unwritable', `the audit log ${path} cannot be written (${why})`, {
    subject: path,
    hint: 'name another file with --audit',
    cause,
  });
}

function writeNumber(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
