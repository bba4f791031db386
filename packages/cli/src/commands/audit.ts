import { drawTable } from '@sentei/report';
import { type AuditedRun, verifyAudit } from '@sentei/runtime';
import type { Command } from 'commander';
import type { Environment } from '../program.ts';

/** Adds `sentei audit`. */
export function addAudit(program: Command, { stdout }: Environment): Command {
  return program
    .command('audit')
    .description('Check that an audit log was not changed after it was written, and list its runs.')
    .argument('<file>', 'a file that --audit wrote')
    .option('--json', 'write the summary as JSON')
    .action(async (file: string, { json = false }: { readonly json?: boolean }) => {
      const summary = await verifyAudit(file);
      if (json) {
        stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
        return;
      }
      if (summary.runs.length > 0) stdout.write(drawRuns(summary.runs));
      stdout.write(`${summary.lines} lines, each follows from the one before\n`);
      stdout.write(`last line: ${summary.lastHash}\n`);
    });
}

function drawRuns(runs: readonly AuditedRun[]): string {
  const count = ({ events }: AuditedRun, event: string) => String(events[event] ?? 0);
  const rows = runs.map((run) => [
    run.startedAt.slice(0, 19).replace('T', ' '),
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
