import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A file itself, or every .onnx file under a folder, in order. @param {string} path @returns {string[]} */
export function modelsUnder(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.onnx'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
