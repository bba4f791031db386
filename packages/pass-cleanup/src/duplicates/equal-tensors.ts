import type { Tensor } from '@sentei/ir';

/** External tensors beyond this size are compared by where they lie, not by reading them. */
const LARGEST_READ = 1 << 20;
const SAMPLES = 256;

/** Text that equal tensors share and different ones of equal type and shape seldom do. `undefined`: not comparable. */
export function tensorKey(tensor: Tensor): string | undefined {
  const { dataType, dims, byteLength, external } = tensor;
  if (byteLength === 0) return undefined;
  const type = `${dataType}[${dims}]`;
  if (external !== undefined && byteLength > LARGEST_READ)
    return `${type}@${external.path}:${external.offset}`;
  return `${type}#${sampleHash(tensor.bytes())}`;
}

/** Whether two tensors with equal keys hold the same bytes. */
export function equalTensors(a: Tensor, b: Tensor): boolean {
  if (a.external !== undefined && a.byteLength > LARGEST_READ) {
    const [x, y] = [a.external, b.external];
    return x.path === y?.path && x.offset === y.offset && x.length === y.length;
  }
  const [left, right] = [a.bytes(), b.bytes()];
  return Buffer.compare(left, right) === 0;
}

/** FNV-1a over bytes at even distances and those at the end. */
function sampleHash(bytes: Uint8Array): number {
  const step = Math.max(1, Math.floor(bytes.length / SAMPLES));
  let hash = 0x811c9dc5;
  const mix = (byte: number) => {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  };
  for (let i = 0; i < bytes.length; i += step) mix(bytes[i] ?? 0);
  for (const byte of bytes.subarray(-SAMPLES)) mix(byte);
  return hash;
}
