import { invalidData } from '../invalid-data.ts';
import { openArrayFiles } from '../sources/array-files.ts';
import { arraysDataset } from '../sources/arrays.ts';
import type { FieldInput } from '../sources/field-input.ts';
import type { LabelOptions } from '../sources/label.ts';
import { fieldInput, labelOptions, type OpenPlace, paddingOf, type SourceContext } from './context.ts';
import { checkAllFed, type InputQuestion } from './model-input.ts';

/** With one array in the file beside the label, and one input of the model, the card need not say which is which. */
export function prepareArrays(context: SourceContext): OpenPlace {
  const { card, subject, model, signal } = context;
  const label = labelOptions(context);
  const stated = Object.entries(card.inputs ?? {});
  const named = Object.fromEntries(stated.map(([array, input]) => [array, fieldInput(context, input)]));
  if (stated.length > 0) {
    checkAllFed(
      context,
      Object.values(named).map(({ name }) => name),
    );
  }
  return async (path) => {
    const arrays = stated.length > 0 ? named : await onlyArray(path, subject, model, label);
    return arraysDataset({ path, arrays, label, padding: paddingOf(context, {}, arrays), signal });
  };
}

async function onlyArray(
  path: string,
  subject: string,
  model: InputQuestion['model'],
  label: LabelOptions | undefined,
): Promise<Readonly<Record<string, FieldInput>>> {
  const { names } = await openArrayFiles(path);
  const arrays = names.filter((name) => name !== label?.field);
  const [array] = arrays;
  const [input] = model ?? [];
  if (array !== undefined && arrays.length === 1 && input && model?.length === 1) {
    return { [array]: fieldInput({ subject, inputs: undefined, model }, { name: input.name }) };
  }
  const known = (model ?? []).map(({ name }) => name).join(', ') || 'not known';
  throw invalidData(
    subject,
    `does not say which arrays are inputs: arrays are ${arrays.join(', ')}, inputs of the model ${known}`,
    'write "inputs": {"<array>": "<input>"}',
  );
}
