import protobuf from 'protobufjs';
import { TensorError } from '../errors.ts';
import type { AttributeValue } from './node-def.ts';

/** Of tensorflow/core/framework/op_def.proto what tells which attributes follow from the inputs. */
const opDef = protobuf
  .parse(
    `syntax = "proto3";
    message OpDef {
      message ArgDef { string name = 1; string type_attr = 4; string number_attr = 5; string type_list_attr = 6; }
      string name = 1; repeated ArgDef input_arg = 2;
    }`,
    { keepCase: true },
  )
  .root.lookupType('OpDef');

interface InputArgument {
  readonly name: string;
  /** The attribute that holds the type, the number, the list of types: empty where there is none. */
  readonly type_attr: string;
  readonly number_attr: string;
  readonly type_list_attr: string;
}

/** An operation's inputs as TensorFlow declares them. */
export interface OpDefinition {
  readonly name: string;
  readonly inputs: readonly InputArgument[];
}

export function decodeOpDefinition(bytes: Uint8Array): OpDefinition {
  const { name, input_arg } = opDef.toObject(opDef.decode(bytes), { defaults: true, arrays: true }) as {
    name: string;
    input_arg: InputArgument[];
  };
  return { name, inputs: input_arg };
}

type InferredAttributes = Record<string, { type: number } | { i: number } | { list: { type: number[] } }>;

/**
 * The attributes that follow from the inputs. tfjs leaves some of them out, since eager execution infers them; a node of
 * a graph must have them.
 */
export function inferAttributes(definition: OpDefinition, inputTypes: readonly number[]): InferredAttributes {
  const isList = (input: InputArgument) => input.number_attr !== '' || input.type_list_attr !== '';
  const lists = definition.inputs.filter(isList).length;
  const listLength = inputTypes.length - (definition.inputs.length - lists);
  if (listLength < 0 || (lists === 0 && listLength > 0)) {
    throw new TensorError(
      'RECORDING_FAILED',
      `${definition.name} takes ${definition.inputs.length} inputs, ${inputTypes.length} were given`,
    );
  }
  if (lists > 1) return {}; // how inputs divide among several lists, only explicit attributes can say
  const attributes: InferredAttributes = {};
  let next = 0;
  for (const input of definition.inputs) {
    const types = inputTypes.slice(next, (next += isList(input) ? listLength : 1));
    if (input.number_attr !== '') attributes[input.number_attr] = { i: types.length };
    if (input.type_list_attr !== '') attributes[input.type_list_attr] = { list: { type: types } };
    const [type] = types;
    if (input.type_attr !== '' && type !== undefined) attributes[input.type_attr] = { type };
  }
  return attributes;
}

/**
 * The inputs as the operation declares them: one that is a list stays together. How many belong to it, its attributes
 * tell.
 */
export function groupInputs(
  definition: OpDefinition,
  names: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>>,
): (string | string[])[] {
  let next = 0;
  return definition.inputs.map((input) => {
    const count = listLength(input, attributes);
    if (count === undefined) return names[next++] ?? '';
    return names.slice(next, (next += count));
  });
}

function listLength(
  input: InputArgument,
  attributes: Readonly<Record<string, AttributeValue>>,
): number | undefined {
  if (input.number_attr !== '') return Number(attributes[input.number_attr]?.['i'] ?? 0);
  if (input.type_list_attr === '') return undefined;
  const list = attributes[input.type_list_attr]?.['list'] as
    { readonly type?: readonly number[] } | undefined;
  return list?.type?.length ?? 0;
}
