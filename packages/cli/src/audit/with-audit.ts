import { SenteiError } from '@sentei/ir';
import { type AuditEvent, type AuditFields, AuditLog, runtimePackageVersion } from '@sentei/runtime';
import { senteiVersion } from '../versions.ts';

/** Takes what there is to write down; nothing happens where no log was asked for. */
export interface Audit {
  readonly log: AuditLog | undefined;
  append(event: AuditEvent, fields?: AuditFields): void;
}

/** What a run is begun with. */
export interface AuditedCommand {
  /** The file of the log; no log is kept without. */
  readonly path: string | undefined;
  readonly command: string;
  readonly options: AuditFields;
  /** Interrupts the work. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps an audit log for the time of `work`: its beginning with options and versions, what `work` writes, and how it ended.
 * The log stays when the work fails: that is what it is for.
 *
 * @throws SenteiError those of `AuditLog.open`, before any work is done; `cancelled`; and what `work` throws
 */
export async function withAudit<Result>(
  { path, command, options, signal }: AuditedCommand,
  work: (audit: Audit) => Promise<Result>,
): Promise<Result> {
  if (path === undefined) return work({ log: undefined, append: () => undefined });
  using log = await AuditLog.open(path);
  log.append('run-started', { command, options, versions: await versions() });
  try {
    const result = await work({ log, append: (event, fields) => log.append(event, fields) });
    log.append('run-finished');
    return result;
  } catch (error) {
    const code = error instanceof SenteiError ? error.code : null;
    log.append('run-failed', { code, message: error instanceof Error ? error.message : String(error) });
    throw signal?.aborted ? interruption(error, path) : error;
  }
}

/** Whatever was thrown after a signal came of the signal, and has left the log. */
function interruption(error: unknown, path: string): SenteiError {
  return new SenteiError('cancelled', 'interrupted', {
    hint: `nothing was written but ${path}`,
    cause: error,
  });
}

async function versions(): Promise<AuditFields> {
  return {
    sentei: senteiVersion(),
    onnxruntimeNode: await runtimePackageVersion(),
    node: process.versions.node,
  };
}
