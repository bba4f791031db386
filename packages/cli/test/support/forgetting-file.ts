import { join } from 'node:path';
import { writeModel } from '@sentei/ir';
import { byteModel } from '../../../pass-acp/test/support/byte-model.ts';

/** A byte-level language model of one forgetting attention, written to a folder. */
export async function forgettingFile(folder: string): Promise<string> {
  const path = join(folder, 'forgetting.onnx');
  await writeModel(byteModel({ shift: 'pad', gateBias: -1 }), path);
  return path;
}
