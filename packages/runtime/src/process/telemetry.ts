/**
 * From 1.29 on the official builds of ONNX Runtime tell Microsoft about every session, names and hashes of the model among it,
 * and keep what is to be sent in the temporary folder and in the user's cache (microsoft/onnxruntime pull request 27379). Models
 * that are pruned here are nobody else's business, so it is switched off for every process that loads ONNX Runtime, unless the
 * user has set the variable to something else.
 */
export const NO_TELEMETRY: Readonly<Record<string, string>> = { ORT_DISABLE_TELEMETRY: '1' };
