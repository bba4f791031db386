import { oneLine } from '@sentei/report';
import type { Command } from 'commander';
import type { CommandEnvironment } from '../program.ts';
import { describeFailure, reproduce } from '../reproduce.ts';

/** Adds `sentei reproduce`. */
export function addReproduce(program: Command, { output, signal }: CommandEnvironment): Command {
  return program
    .command('reproduce')
    .description('Run a failed pipeline again that --reproducer saved; ends with 0 when it fails as it did.')
    .argument('<folder>', 'what prune --reproducer wrote')
    .action(async (folder: string) => {
      const failure = await output.during((listener) => reproduce({ folder, signal, listener }));
      output.print(failure, () => `reproduced: ${oneLine(describeFailure(failure))}\n`);
    });
}
