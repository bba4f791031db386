/** What must hold for every text given to the parsers: a typed error, or something that prints back to itself. */
import * as ir from '@sentei/ir';
import { BrokenLaw, typedOnly } from './check-model.mjs';

/** @param {string} text @returns {'refused' | 'read'} */
export function checkPipeline(text) {
  const steps = typedOnly(() => ir.parsePipeline(text));
  if (steps === undefined) return 'refused';
  const printed = ir.printPipeline(steps);
  const again = ir.parsePipeline(printed);
  if (JSON.stringify(steps) !== JSON.stringify(again))
    throw new BrokenLaw(`'${printed}' reads as other steps`);
  // JSON holds numbers where the text has digits, so 1e-1 becomes 0.1: the JSON is what must stay.
  const json = JSON.stringify(ir.pipelineToJson(steps));
  const back = ir.pipelineFromJson(JSON.parse(json));
  if (JSON.stringify(ir.pipelineToJson(back)) !== json)
    throw new BrokenLaw(`'${printed}' is another in JSON`);
  return 'read';
}

/** The text of a model. @param {string} text @returns {'refused' | 'read'} */
export function checkModelText(text) {
  const model = typedOnly(() => ir.parseModel(text));
  if (model === undefined) return 'refused';
  ir.verify(model);
  typedOnly(() => ir.printModel(model));
  typedOnly(() => ir.writeModelBytes(model));
  return 'read';
}
