import { type Model, printModel } from '@sentei/ir';

/** The text of a model as commands show it, with a line end; large weights are named by type, shape and digest. */
export function modelText(model: Model): string {
  const text = printModel(model);
  return text.endsWith('\n') ? text : `${text}\n`;
}
