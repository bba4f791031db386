import { readModel, writeFileWhole } from '@sentei/ir';
import type { Command } from 'commander';
import { modelText } from '../model-text.ts';
import type { CommandEnvironment } from '../program.ts';
import { refuseOverwriting } from '../refuse-overwriting.ts';

/** Adds `sentei print`. */
export function addPrint(program: Command, { output }: CommandEnvironment): Command {
  return program
    .command('print')
    .description('Write a model as text, without the numbers of large weights.')
    .argument('<model>', 'an ONNX file')
    .option('--out <file>', 'where to write; default: to the terminal')
    .action(async (path: string, { out }: { readonly out?: string }) => {
      await refuseOverwriting(out, [path]);
      const text = modelText(await readModel(path));
      if (out !== undefined) await writeFileWhole(out, text);
      output.print(out === undefined ? { path, text } : { path, out }, () => (out === undefined ? text : ''));
    });
}
