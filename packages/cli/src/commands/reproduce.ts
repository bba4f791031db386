import { oneLine } from '@sentei/report';
import type { Command } from 'commander';
import type { Environment } from '../program.ts';
import { displayProgress } from '../progress.ts';
import { describeFailure, reproduce } from '../reproduce.ts';

/** Adds `sentei reproduce`. */
export function addReproduce(program: Command, { stdout, stderr, signal, now }: Environment): Command {
  return program
    .command('reproduce')
    .description('Run a failed pipeline again that --reproducer saved; ends with 0 when it fails as it did.')
    .argument('<folder>', 'what prune --reproducer wrote')
    .action(async (folder: string) => {
      const listener = displayProgress(stderr, now);
      try {
        const failure = await reproduce({ folder, signal, listener });
        listener.stop();
        stdout.write(`reproduced: ${oneLine(describeFailure(failure))}\n`);
      } finally {
        listener.stop();
      }
    });
}
