import { readModel } from '@sentei/ir';
import type { Command } from 'commander';
import { diffTexts } from '../diff-texts.ts';
import { modelText } from '../model-text.ts';
import type { CommandEnvironment } from '../program.ts';

/** Adds `sentei diff`. */
export function addDiff(program: Command, { output }: CommandEnvironment): Command {
  return program
    .command('diff')
    .description('Compare the texts of two models line by line; writes nothing when they are equal.')
    .argument('<before>', 'an ONNX file')
    .argument('<after>', 'an ONNX file')
    .action(async (before: string, after: string) => {
      const texts = [];
      for (const name of [before, after]) texts.push({ name, text: modelText(await readModel(name)) });
      const [a, b] = texts;
      if (!a || !b) return;
      const diff = diffTexts(a, b);
      output.print({ before, after, equal: diff === '', diff }, () => diff);
    });
}
