import { formatBytes } from '@sentei/report';
import type { Command } from 'commander';
import { type DrawReportOptions, drawReport } from '../draw-report.ts';
import type { CommandEnvironment } from '../program.ts';
import { readAmount } from './pipeline-flags.ts';

/** Adds `sentei report`. */
export function addReport(program: Command, { output }: CommandEnvironment): Command {
  return program
    .command('report')
    .description('Draw the page of a report again: with prices, or with what was measured since.')
    .argument('<report>', 'a report.json that prune wrote')
    .option('--out <file>', 'the page to write; by default report.html beside the report')
    .option('--validation <file>', 'what validate wrote about the same models')
    .option('--benchmark <file>', 'what benchmark wrote about the same models')
    .option(
      '--price-per-hour <amount>',
      'of the machine that was measured on, for estimates of cost',
      readAmount,
    )
    .option('--inferences-per-day <number>', 'for an estimate of what a month saves', readAmount)
    .option('--currency <text>', 'written before amounts')
    .action(async (report: string, flags: Omit<DrawReportOptions, 'report'>) => {
      const drawn = await drawReport({ ...flags, report });
      output.print(drawn, ({ path, bytes }) => `${path} (${formatBytes(bytes)})\n`);
    });
}
