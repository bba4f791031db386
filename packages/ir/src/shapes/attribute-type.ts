import { type DataType, dataTypeName } from '../graph/data-type.ts';

/** Names of the specification that differ from this IR's by more than case. */
const SPECIFICATION_NAMES: Readonly<Record<string, DataType>> = { FLOAT: 'float32', DOUBLE: 'float64' };

interface Attributes {
  int(name: string): number | undefined;
  string(name: string): string | undefined;
}

/** The element type an attribute gives, as a number or, before opset 6, as a name. */
export function attributeType(attributes: Attributes, name: string): DataType | undefined {
  const code = attributes.int(name);
  if (code !== undefined) return code === 0 ? undefined : dataTypeName(code);
  const text = attributes.string(name)?.toUpperCase();
  if (text === undefined) return undefined;
  const known = SPECIFICATION_NAMES[text] ?? text.toLowerCase();
  return Array.from({ length: 32 }, (_, i) => dataTypeName(i)).find((type) => type === known);
}
