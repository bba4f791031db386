import { stat } from 'node:fs/promises';
import { assertValid, readModel } from '@sentei/ir';
import { drawDescription } from '@sentei/report';
import type { Command } from 'commander';
import { describeModel } from '../describe-model.ts';
import type { Environment } from '../program.ts';

/** Adds `sentei inspect`. */
export function addInspect(program: Command, { stdout }: Environment): Command {
  return program
    .command('inspect')
    .description('Show what a model is made of: operators, inputs and outputs, blocks, attention, norms.')
    .argument('<model>', 'an ONNX file')
    .option('--json', 'write JSON')
    .action(async (path: string, { json }: { readonly json?: true }) => {
      const model = await readModel(path);
      assertValid(model);
      const description = describeModel(model);
      const { size } = await stat(path);
      stdout.write(
        json
          ? `${JSON.stringify({ path, fileBytes: size, ...description }, null, 2)}\n`
          : drawDescription(path, size, description),
      );
    });
}
