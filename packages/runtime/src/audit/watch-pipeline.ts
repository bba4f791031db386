import { type Instrument, SenteiError } from '@sentei/ir';
import type { AuditLog } from './audit-log.ts';

/** A patch may be about a million nodes, and a line is for reading. */
const MOST_NODES = 100;

/** Writes what becomes of every proposal of a pipeline to an audit log, as it happens. */
export function watchPipeline(log: AuditLog): Instrument {
  return {
    onProposal({ pass, place, run, number, patch }) {
      const { name, nodes, guarantee, scores, reason } = patch;
      log.append('patch-proposed', {
        pass: pass.id,
        place,
        passRun: run,
        number,
        name,
        guarantee,
        scores,
        reason,
        nodes: nodes.slice(0, MOST_NODES),
        nodeCount: nodes.length,
      });
    },
    onDecision({ place, run, number, patch }) {
      const { decision, nodes, nodeCount = nodes.length, ...rest } = patch;
      const fields = { ...rest, place, passRun: run, nodes, nodeCount };
      log.append(`patch-${decision}`, decision === 'applied' ? { ...fields, number } : fields);
    },
    onFailure({ pass, place, run, number, error, patch }) {
      const code = error instanceof SenteiError ? error.code : null;
      log.append('pass-failed', {
        pass: pass.id,
        place,
        passRun: run,
        number,
        code,
        message: error instanceof Error ? error.message : String(error),
        undone: patch?.name ?? null,
      });
    },
  };
}
