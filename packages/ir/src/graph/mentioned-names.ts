import { Cursor, sliceOf, viewOf, WIRE } from '../codec/cursor.ts';
import { GRAPH, MODEL, NODE } from '../codec/fields.ts';
import { type Remainder, rawFields } from '../codec/remainder.ts';
import { decodeMessage } from '../codec/wire.ts';
import type { Model } from './model.ts';

/**
 * Names that quantization annotations, training info and device placements mention: messages that are carried as they
 * are, so that what they name has to keep its name.
 */
export function mentionedNames(model: Model): Set<string> {
  const names = new Set<string>();
  collect(model.remainder, MODEL.trainingInfo, 'TrainingInfoProto', names);
  for (const graph of model.graphs()) {
    collect(graph.remainder, GRAPH.quantizationAnnotation, 'TensorAnnotation', names);
    for (const { remainder } of graph.nodes()) {
      if (remainder !== undefined)
        collect(remainder, NODE.deviceConfigurations, 'NodeDeviceConfigurationProto', names);
    }
  }
  return names;
}

function collect(
  remainder: Remainder,
  field: number,
  type: 'TrainingInfoProto' | 'TensorAnnotation' | 'NodeDeviceConfigurationProto',
  names: Set<string>,
): void {
  for (const { bytes } of rawFields(remainder, field)) {
    const cursor = new Cursor(sliceOf(bytes));
    if (!cursor.next() || cursor.wireType !== WIRE.bytes) continue;
    const pending: unknown[] = [decodeMessage(type, viewOf(cursor.slice()))];
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (typeof part === 'string') names.add(part);
      else if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part)) {
        for (const item of Object.values(part)) if (item !== undefined) pending.push(item);
      }
    }
  }
}
