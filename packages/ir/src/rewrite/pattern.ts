import { SenteiError } from '../errors.ts';
import { canonicalDomain } from '../graph/model.ts';
import {
  type AttributeCondition,
  BoundAttribute,
  type ConstantCondition,
  type ConstantOptions,
} from './conditions.ts';
import { isCommutative, type OperatorName } from './operators.ts';
import { type PatternPlan, planPattern } from './plan.ts';

/** Where a value of a pattern comes from. */
export type PatternSource =
  | { readonly kind: 'variable'; readonly index: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'constant'; readonly condition: ConstantCondition; readonly options: ConstantOptions }
  | { readonly kind: 'output'; readonly node: PatternNode; readonly index: number }
  | { readonly kind: 'either'; readonly choices: readonly (PatternValue | null)[] };

/** A value of a pattern. One that is used twice has to be the same value of the graph both times. */
export class PatternValue {
  /** Place in the order of making: whatever it is made of has a smaller one. */
  readonly id: number;
  readonly source: PatternSource;
  name: string | undefined;
  readonly recorder: object;

  constructor(recorder: object, id: number, source: PatternSource) {
    this.recorder = recorder;
    this.id = id;
    this.source = source;
  }

  /** Keeps what this matches under a name: `match.value(name)`. */
  as(name: string): this {
    this.name = name;
    return this;
  }
}

/** An operator of a pattern. */
export interface PatternNode extends Required<NodeOptions> {
  readonly id: number;
  readonly opType: string;
  readonly inputs: readonly (PatternValue | null)[];
  readonly attributes: ReadonlyMap<string, AttributeCondition>;
}

/** What a node of a pattern asks for beside operator and inputs. */
export interface NodeOptions {
  /** `''`, the standard operators, unless given. */
  readonly domain?: string;
  readonly overload?: string;
  /** Whether operands may be exchanged; true for the standard operators that allow it. Takes exactly two operands. */
  readonly commutative?: boolean;
  /** Whether the node may have attributes that the pattern does not mention; true unless given. */
  readonly otherAttributes?: boolean;
  /** Whether the node may have more inputs than the pattern mentions; false unless given. */
  readonly otherInputs?: boolean;
}

/** A value, a number (a constant with this one element), or `null` for an input that has to be left out. */
export type PatternOperand = PatternValue | number | null;

export type AttributeConditions = Readonly<Record<string, AttributeCondition>>;

type Operands = readonly PatternOperand[] | readonly [...PatternOperand[], AttributeConditions];

type Operators<Result> = {
  readonly [Name in OperatorName]: (...operands: Operands) => Result;
} & {
  /** An operator by its name, for those that are not methods. */
  call(opType: string, ...operands: Operands): Result;
};

/**
 * What a pattern is written with: a method for every operator, which takes operands and, last, conditions on attributes.
 */
export type PatternOps = Operators<PatternValue> & {
  /** Operators of another domain. */
  domain(domain: string): PatternOps;
  /** Operators with other settings. */
  with(options: NodeOptions): PatternOps;
  /** Operators of which the pattern uses the first `count` outputs. */
  outputs(count: number): Operators<PatternValue[]>;
  /** Any value there is. */
  any(): PatternValue;
  /** A constant: any, one number, or one that a function accepts. */
  constant(condition?: ConstantCondition, options?: ConstantOptions): PatternValue;
  /** The first of these that matches; `null` is an input that is left out. */
  either(...choices: PatternOperand[]): PatternValue;
  /** What `wrap` makes of `value`, or `value` itself. */
  optional(wrap: (value: PatternValue) => PatternValue, value: PatternValue): PatternValue;
  /** An attribute to be read from the match by `name`. Without a condition it has to be there. */
  attribute(name: string, condition?: AttributeCondition): BoundAttribute;
};

/** A pattern as a function of its free variables, whose number is that of the parameters. */
export type PatternFunction = (
  op: PatternOps,
  ...variables: PatternValue[]
) => PatternValue | readonly PatternValue[];

/** Operators to be found in a graph: recorded once, matched from the operator of its last output backwards. */
export interface Pattern extends PatternPlan {
  readonly outputs: readonly PatternValue[];
  readonly variables: readonly PatternValue[];
  /** Nodes and values, each at its id. */
  readonly size: number;
}

/**
 * Records a pattern by calling `write` once.
 *
 * @throws SenteiError `invalid-option` when an output is no operator, a variable is not always bound, outputs share
 *   nothing, or parts of another pattern are used.
 */
export function pattern(write: PatternFunction): Pattern {
  const recorder = new Recorder();
  // Parameters with defaults and rest parameters do not count: a variable has to be written out.
  const variables = Array.from({ length: Math.max(0, write.length - 1) }, (_, index) =>
    recorder.value({ kind: 'variable', index }),
  );
  const result = write(recorder.ops({}), ...variables);
  const outputs = result instanceof PatternValue ? [result] : [...result];
  for (const output of outputs) recorder.own(output);
  return { ...planPattern(outputs, variables), outputs, variables, size: recorder.size };
}

class Recorder {
  #next = 0;

  get size(): number {
    return this.#next;
  }

  value(source: PatternSource): PatternValue {
    return new PatternValue(this, this.#next++, source);
  }

  own(value: PatternValue): PatternValue {
    if (value.recorder === this) return value;
    throw new SenteiError('invalid-option', 'a pattern uses a value of another pattern', {
      hint: 'call the function that writes the shared part with the builder of each pattern',
    });
  }

  operand(operand: PatternOperand): PatternValue | null {
    if (operand === null) return null;
    if (typeof operand === 'number') {
      return this.value({ kind: 'constant', condition: operand, options: {} });
    }
    return this.own(operand);
  }

  ops(options: NodeOptions): PatternOps {
    const methods = {
      domain: (domain: string) => this.ops({ ...options, domain }),
      with: (more: NodeOptions) => this.ops({ ...options, ...more }),
      outputs: (count: number) =>
        operators((opType, operands) => this.node(opType, operands, options, count), {}),
      any: () => this.value({ kind: 'any' }),
      constant: (condition: ConstantCondition, constantOptions: ConstantOptions = {}) =>
        this.value({ kind: 'constant', condition, options: constantOptions }),
      either: (...choices: PatternOperand[]) => this.either(choices),
      optional: (wrap: (value: PatternValue) => PatternValue, value: PatternValue) =>
        this.either([wrap(value), value]),
      attribute: (name: string, condition?: AttributeCondition) => new BoundAttribute(name, condition),
    };
    return operators((opType, operands) => this.node(opType, operands, options, 1)[0], methods);
  }

  either(choices: readonly PatternOperand[]): PatternValue {
    const values = choices.map((choice) => this.operand(choice));
    return this.value({ kind: 'either', choices: values });
  }

  node(opType: string, operands: readonly unknown[], options: NodeOptions, count: number): PatternValue[] {
    const last = operands.at(-1);
    const hasAttributes = typeof last === 'object' && last !== null && !(last instanceof PatternValue);
    const inputs = (hasAttributes ? operands.slice(0, -1) : operands) as readonly PatternOperand[];
    const domain = canonicalDomain(options.domain ?? '');
    const values = inputs.map((input) => this.operand(input));
    const node: PatternNode = {
      opType,
      domain,
      overload: options.overload ?? '',
      inputs: values,
      attributes: new Map(Object.entries(hasAttributes ? (last as AttributeConditions) : {})),
      commutative: (options.commutative ?? isCommutative(domain, opType)) && inputs.length === 2,
      otherAttributes: options.otherAttributes ?? true,
      otherInputs: options.otherInputs ?? false,
      id: this.#next++,
    };
    return Array.from({ length: count }, (_, index) => this.value({ kind: 'output', node, index }));
  }
}

/** `methods`, and a method for every name with a capital first letter. */
export function operators<Result>(
  apply: (opType: string, operands: readonly unknown[]) => unknown,
  methods: object,
): Result {
  const known = { ...methods, call: (opType: string, ...operands: unknown[]) => apply(opType, operands) };
  return new Proxy(known, {
    get: (target, key) => {
      if (typeof key === 'string' && /^[A-Z]/.test(key)) {
        return (...operands: unknown[]) => apply(key, operands);
      }
      return Reflect.get(target, key);
    },
  }) as Result;
}
