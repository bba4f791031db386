import type { Model } from '@sentei/ir';

/** The domain of ONNX Runtime's own operators. */
export const MICROSOFT = 'com.microsoft';

/** Imports ONNX Runtime's domain where the model does not yet. */
export function importMicrosoft(model: Model): void {
  if (!model.opsetImports.has(MICROSOFT)) model.opsetImports.set(MICROSOFT, 1);
}
