import { drawTable } from '@sentei/report';
import { type AuditedRun, type AuditSummary, verifyAudit } from '@sentei/runtime';
import type { Command } from 'commander';
import type { CommandEnvironment } from '../program.ts';

/** Adds `sentei audit`. */
export function addAudit(program: Command, { output }: CommandEnvironment): Command {
  return program
    .command('audit')
    .description('Check that an audit log was not changed after it was written, and list its runs.')
    .argument('<file>', 'a file that --audit wrote')
    .action(async (file: string) => {
      output.print(await verifyAudit(file), drawSummary);
    });
}

function drawSummary({ lines, lastHash, runs }: AuditSummary): string {
  const table = runs.length > 0 ? drawRuns(runs) : '';
  return `${table}${lines} lines, each follows from the one before\nlast line: ${lastHash}\n`;
}

function drawRuns(runs: readonly AuditedRun[]): string {
  const count = ({ events }: AuditedRun, event: string) => String(events[event] ?? 0);
  const rows = runs.map((run) => [
    run.startedAt.slice(0, 16).replace('T', ' '),
    run.command,
    run.outcome,
    count(run, 'patch-applied'),
    count(run, 'patch-reverted'),
    count(run, 'patch-refused'),
    run.verdict ?? '',
  ]);
  const head = ['started', 'command', 'ended', 'applied', 'reverted', 'refused', 'verdict'];
  const alignments = ['left', 'left', 'left', 'right', 'right', 'right', 'left'] as const;
  return drawTable(head, rows, alignments);
}
