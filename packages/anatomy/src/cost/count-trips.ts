import type { Graph } from '@sentei/ir';
import type { Bounds } from './count-flops.ts';
import type { Operation } from './operation.ts';

/** How often the body of a `Loop` or `Scan` runs; `undefined` for other operators. */
export function countTrips(operation: Operation): Bounds | undefined {
  if (operation.node.is('Loop')) return countLoop(operation);
  if (operation.node.is('Scan')) return countScan(operation);
  return undefined;
}

/** A `Loop` ends after its trip count or when its condition fails, whichever comes first. */
function countLoop(operation: Operation): Bounds {
  const body = operation.node.subgraph('body');
  const most = operation.has(0) ? operation.integer(0) : undefined;
  const goesOn = body !== undefined && alwaysGoesOn(body);
  const begins = !operation.has(1) || operation.integer(1) === 1;
  if (most === undefined) return { least: 0, most: null };
  const trips = Math.max(most, 0);
  if (operation.integer(1) === 0) return { least: 0, most: 0 };
  return { least: begins ? (goesOn ? trips : Math.min(trips, 1)) : 0, most: trips };
}

/** Whether the body hands its condition on or makes a constant true of it. */
function alwaysGoesOn(body: Graph): boolean {
  let condition = body.outputs[0];
  while (condition?.producer?.is('Identity')) condition = condition.producer.input(0);
  if (condition === undefined) return false;
  if (condition === body.inputs[1]) return true;
  const constant = condition.tensor ?? condition.producer?.tensor('value');
  return constant?.size === 1 && constant.dataType === 'bool' && constant.bigints()[0] === 1n;
}

/** A `Scan` runs once for each slice of what it scans. */
function countScan(operation: Operation): Bounds {
  const scanned = operation.node.int('num_scan_inputs') ?? 1;
  const first = operation.node.inputs.length - scanned;
  const axis = operation.node.ints('scan_input_axes')?.[0] ?? 0;
  try {
    const trips = operation.shape(first).at(axis);
    return trips === undefined ? { least: 0, most: null } : { least: trips, most: trips };
  } catch {
    return { least: 0, most: null };
  }
}
