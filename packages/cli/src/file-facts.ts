import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Model, Tensor } from '@sentei/ir';
import type { FileFacts } from '@sentei/report';

/** Size and hash of a file. The path is given as it is to be shown. */
export async function readFileFacts(path: string, shown = path): Promise<FileFacts> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return { path: shown, fileBytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** Files beside the model that hold weights, by the path that the model gives them. */
export function externalLocations(model: Model): string[] {
  const locations = new Set<string>();
  const note = (tensor: Tensor | undefined) => {
    if (tensor?.external !== undefined) locations.add(tensor.external.location);
  };
  for (const graph of model.graphs()) {
    for (const { tensor } of graph.initializers) note(tensor);
    for (const node of graph.nodes()) {
      for (const attribute of node.attributes.values()) {
        if (attribute.kind === 'tensor') note(attribute.value);
        if (attribute.kind === 'tensors') for (const tensor of attribute.value) note(tensor);
      }
    }
  }
  return [...locations].sort();
}
