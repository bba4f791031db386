import type { Attribute } from '../graph/attribute.ts';
import { constantTensor } from '../graph/constant.ts';
import type { Node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import type { Value } from '../graph/value.ts';

/** `true` where a condition holds; `false`, or a sentence that says what is wrong, where it does not. */
export type Verdict = boolean | string;

/** Looks at an attribute, `undefined` where the node has none of that name. */
export type AttributeTest = (attribute: Attribute | undefined, node: Node) => Verdict;

/** What an attribute has to be: this value, absent (`null`), or what a function accepts. */
export type AttributeCondition =
  | bigint
  | number
  | string
  | readonly bigint[]
  | readonly number[]
  | null
  | AttributeTest
  | BoundAttribute;

/** An attribute that a match keeps under a name, for the replacement to read. */
export class BoundAttribute {
  readonly name: string;
  readonly condition: AttributeCondition | undefined;

  constructor(name: string, condition?: AttributeCondition) {
    this.name = name;
    this.condition = condition;
  }
}

/** What a constant of a pattern has to be: numbers, or a condition on its tensor. */
export type ConstantCondition = number | ((tensor: Tensor) => Verdict) | undefined;

/** How a constant of a pattern is compared. */
export interface ConstantOptions {
  /** Largest relative difference to a number, besides its rounding to the element type; 1e-6 unless given. */
  readonly tolerance?: number;
  /**
   * Whether a number may have two or more axes, all of extent 1. Broadcasting such a constant can add axes, which a
   * replacement without it would lose.
   */
  readonly anyRank?: boolean;
}

/** Why `value` is not the constant wanted, or `undefined` where it is. Initializers that callers may override are none. */
export function refuteConstant(
  value: Value,
  condition: ConstantCondition,
  { tolerance = 1e-6, anyRank = false }: ConstantOptions,
): string | undefined {
  const tensor = constantTensor(value);
  if (tensor === undefined) {
    return value.overridable ? 'is a default that callers may override' : 'is not constant';
  }
  if (condition === undefined) return undefined;
  if (typeof condition === 'function') return verdictText(condition(tensor), 'is not the constant wanted');
  if (tensor.size !== 1) return `is a constant [${tensor.dims}], not the number ${condition}`;
  if (tensor.dims.length > 1 && !anyRank) return `has ${tensor.dims.length} axes, which a number has not`;
  const actual = numberOf(tensor);
  if (actual === undefined) return `is of type ${tensor.dataType}, not the number ${condition}`;
  const wanted = rounded(condition, tensor);
  // The two zeros differ: x + -0 is x, x + 0 is not where x is -0.
  const isClose = wanted !== 0 && Math.abs(actual - wanted) <= tolerance * Math.abs(wanted);
  return isClose || Object.is(actual, wanted) ? undefined : `is the constant ${actual}, not ${condition}`;
}

/** The only element of a numeric tensor. */
export function numberOf(tensor: Tensor): number | undefined {
  const isNumeric = tensor.isFloat || /^u?int(8|16|32|64)$|^bool$/.test(tensor.dataType);
  return isNumeric && tensor.size === 1 ? tensor.numbers()[0] : undefined;
}

function rounded(value: number, { dataType }: Tensor): number {
  if (dataType !== 'float16' && dataType !== 'bfloat16' && dataType !== 'float32') return value;
  return Tensor.floats([value], [], dataType).numbers()[0] ?? value;
}

/** Why an attribute breaks `condition`, or `undefined` where it holds. */
export function refuteAttribute(
  node: Node,
  name: string,
  condition: AttributeCondition | undefined,
): string | undefined {
  const attribute = node.attributes.get(name);
  if (condition === undefined) return undefined;
  if (condition instanceof BoundAttribute) {
    if (condition.condition !== undefined) return refuteAttribute(node, name, condition.condition);
    return attribute === undefined ? `has no attribute ${name}` : undefined;
  }
  if (typeof condition === 'function') {
    return verdictText(condition(attribute, node), `attribute ${name} is not what the pattern wants`);
  }
  if (condition === null) return attribute === undefined ? undefined : `has an attribute ${name}`;
  if (attribute === undefined) return `has no attribute ${name}`;
  const wanted = Array.isArray(condition) ? `[${condition}]` : `${condition}`;
  return isEqual(attribute, condition) ? undefined : `attribute ${name} is ${show(attribute)}, not ${wanted}`;
}

type Exact = bigint | number | string | readonly bigint[] | readonly number[];

function isEqual(attribute: Attribute, wanted: Exact): boolean {
  switch (attribute.kind) {
    case 'int':
    case 'float':
      return (
        (typeof wanted === 'number' || typeof wanted === 'bigint') && sameNumber(attribute.value, wanted)
      );
    case 'string':
      return typeof wanted === 'string' && new TextDecoder().decode(attribute.value) === wanted;
    case 'ints':
    case 'floats': {
      const { value } = attribute;
      return (
        Array.isArray(wanted) &&
        value.length === wanted.length &&
        wanted.every((one, index) => sameNumber(value[index] ?? Number.NaN, one))
      );
    }
    default:
      return false;
  }
}

/** Attributes of kind float have 32 bits, whatever number the pattern was written with. */
function sameNumber(actual: bigint | number, wanted: bigint | number): boolean {
  if (typeof actual === 'bigint') {
    return typeof wanted === 'bigint' ? actual === wanted : Number(actual) === wanted;
  }
  return Object.is(Math.fround(actual), Math.fround(Number(wanted)));
}

function show(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'int':
    case 'float':
      return `${attribute.value}`;
    case 'string':
      return `'${new TextDecoder().decode(attribute.value)}'`;
    case 'ints':
    case 'floats':
      return attribute.value.length > 8 ? `${attribute.value.length} numbers` : `[${attribute.value}]`;
    case 'other':
      return attribute.message.refAttrName
        ? `taken from the caller's ${attribute.message.refAttrName}`
        : 'of another kind';
    default:
      return `a ${attribute.kind}`;
  }
}

/** The reason in a verdict, or `undefined` where it is favourable. */
export function verdictText(verdict: Verdict, otherwise: string): string | undefined {
  if (verdict === true) return undefined;
  return verdict === false ? otherwise : verdict;
}

/** Accepts an attribute that is left out or equals `value`, as one that stands at its default. */
export function absentOr(value: Exact): AttributeTest {
  return (attribute) =>
    attribute === undefined ||
    isEqual(attribute, value) ||
    `an attribute is ${show(attribute)}, not ${Array.isArray(value) ? `[${value}]` : value} or absent`;
}
