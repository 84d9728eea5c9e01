import protobuf from 'protobufjs';
import type { BindingConstants, OpAttribute } from '../native/binding.ts';
import { TensorError } from '../errors.ts';

/** Of tensorflow/core/framework/attr_value.proto what a recorded node needs. */
const schema = protobuf.parse(
  `syntax = "proto3";
  message AttrValue {
    message ListValue { repeated bytes s = 2; repeated int64 i = 3 [packed = true]; repeated float f = 4 [packed = true];
      repeated bool b = 5 [packed = true]; repeated int32 type = 6 [packed = true]; }
    oneof value { ListValue list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; Shape shape = 7; TensorProto tensor = 8; }
  }
  message Shape { message Dim { int64 size = 1; } repeated Dim dim = 2; }
  message TensorProto { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; }`,
  { keepCase: true },
).root;
const attrValue = schema.lookupType('AttrValue');

export type AttributeValue = Record<string, unknown>;

export function shapeProto(shape: readonly number[]): AttributeValue {
  return { dim: shape.map((size) => ({ size })) };
}

/** An attribute as `recordingAdd` takes it: a serialised AttrValue. */
export function encodeAttributeValue(value: AttributeValue): Uint8Array {
  return attrValue.encode(attrValue.fromObject(value)).finish();
}

/** tfjs-node's form of an attribute in TensorFlow's. */
export function encodeAttribute(
  constants: BindingConstants,
  { name, type, value }: OpAttribute,
): AttributeValue {
  const list = Array.isArray(value);
  switch (type) {
    case constants.TF_ATTR_STRING:
      return { s: Buffer.from(String(value)) };
    case constants.TF_ATTR_INT:
      return list ? { list: { i: value } } : { i: value };
    case constants.TF_ATTR_FLOAT:
      return list ? { list: { f: value } } : { f: value };
    case constants.TF_ATTR_BOOL:
      return list ? { list: { b: value } } : { b: value };
    case constants.TF_ATTR_TYPE:
      return list ? { list: { type: value } } : { type: value };
    case constants.TF_ATTR_SHAPE:
      return { shape: shapeProto(value as number[]) };
    default:
      throw new TensorError('RECORDING_FAILED', `attribute ${name} has the unknown type ${type}`);
  }
}

/** A constant's value. */
export function encodeTensor(dtype: number, shape: readonly number[], content: Uint8Array): AttributeValue {
  return { tensor: { dtype, tensor_shape: shapeProto(shape), tensor_content: content } };
}
