import { stat } from 'node:fs/promises';
import { assertValid, readModel } from '@sentei/ir';
import { drawDescription } from '@sentei/report';
import type { Command } from 'commander';
import { describeModel } from '../describe-model.ts';
import type { CommandEnvironment } from '../program.ts';

/** Adds `sentei inspect`. */
export function addInspect(program: Command, { output }: CommandEnvironment): Command {
  return program
    .command('inspect')
    .description('Show what a model is made of: operators, inputs and outputs, blocks, attention, norms.')
    .argument('<model>', 'an ONNX file')
    .action(async (path: string) => {
      const model = await readModel(path);
      assertValid(model);
      const description = describeModel(model);
      const { size } = await stat(path);
      output.print({ path, fileBytes: size, ...description }, () => drawDescription(path, size, description));
    });
}
