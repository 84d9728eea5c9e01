import { castInputs } from '../compile/input-casts.ts';
import type { BaseBinding, ExtendedBinding } from '../native/binding.ts';
import { TF_BFLOAT16 } from '../native/bfloat16-dtype.ts';
import { typeAttribute } from '../native/native-op.ts';
import type { Bfloat16Storage } from './bfloat16-storage.ts';

/** The addon's calls, to which bfloat16 tensors look as they do to tfjs: like float32 ones. */
export function bfloat16AsFloat32(
  native: ExtendedBinding,
  storage: Bfloat16Storage,
): Pick<BaseBinding, 'executeOp' | 'tensorDataSync'> {
  function withFloat32<T>(use: (toFloat32: (id: number) => number) => T): T {
    const temporary = new Map<number, number>();
    const toFloat32 = (id: number): number => {
      const known = temporary.get(id);
      if (known !== undefined) return known;
      const types = [
        typeAttribute(native, 'SrcT', TF_BFLOAT16),
        typeAttribute(native, 'DstT', native.TF_FLOAT),
      ];
      const [wide] = native.executeOp('Cast', types, [id], 1);
      if (wide === undefined) throw new Error('Cast has one output');
      temporary.set(id, wide.id);
      return wide.id;
    };
    try {
      return use(toFloat32);
    } finally {
      for (const id of temporary.values()) native.deleteTensor(id);
    }
  }

  return {
    executeOp: (op, attributes, inputs, outputCount) => {
      if (storage.isEmpty() || !inputs.some((id) => storage.has(id))) {
        return native.executeOp(op, attributes, inputs, outputCount);
      }
      const dtypeOf = (id: number) => native.tensorInfo(id).dtype;
      return withFloat32((toFloat32) => {
        const call = castInputs({ op, attributes, inputs }, { constants: native, dtypeOf, toFloat32 });
        return native.executeOp(op, [...call.attributes], [...call.inputs], outputCount);
      });
    },
    tensorDataSync: (id) =>
      storage.has(id)
        ? withFloat32((toFloat32) => native.tensorDataSync(toFloat32(id)))
        : native.tensorDataSync(id),
  };
}
