import { printParseErrorCode, visit } from 'jsonc-parser';
import { SafetensorsError } from './safetensors-error.ts';
import type { SafetensorsErrorCode } from './safetensors-error.ts';

/** A number as it is written, so that 18446744073709551615 and 1.0 keep what they are. */
export interface JsonNumber {
  readonly literal: string;
}

export type JsonNode = null | boolean | string | JsonNumber | JsonNode[] | Map<string, JsonNode>;

interface Source {
  readonly file: string;
  /** Where the text begins in the file. */
  readonly byte: number;
  /** Code of the error for text that is not JSON. */
  readonly code: SafetensorsErrorCode;
}

/** The reference's JSON reader (serde_json) stops here too; without a limit a crafted header exhausts the stack. */
const MAX_DEPTH = 128;

/**
 * Reads JSON as RFC 8259 has it, and refuses what `JSON.parse` lets pass: a key that stands twice in an object, and
 * half surrogate pairs. Neither comments nor trailing commas are allowed.
 *
 * @throws SafetensorsError with the given code, or `duplicate-key`; `byte` is where in the file.
 */
export function parseStrictJson(text: string, source: Source): JsonNode {
  const open: (JsonNode[] | Map<string, JsonNode>)[] = [];
  let root: JsonNode | undefined;
  let key = '';

  const refuse = (code: SafetensorsErrorCode, offset: number, problem: string): never => {
    const byte = source.byte + Buffer.byteLength(text.slice(0, offset));
    throw new SafetensorsError(code, problem, { file: source.file, byte });
  };
  const place = (value: JsonNode): void => {
    const parent = open.at(-1);
    if (parent === undefined) root = value;
    else if (Array.isArray(parent)) parent.push(value);
    else parent.set(key, value);
  };
  const enter = (container: JsonNode[] | Map<string, JsonNode>, offset: number): void => {
    if (open.length === MAX_DEPTH) {
      refuse(source.code, offset, `JSON nested more than ${MAX_DEPTH} levels deep`);
    }
    place(container);
    open.push(container);
  };
  const wellFormed = (value: string, offset: number): string =>
    /\p{Surrogate}/u.test(value) ? refuse(source.code, offset, 'half a surrogate pair in a string') : value;

  visit(
    text,
    {
      onObjectBegin: (offset) => enter(new Map(), offset),
      onArrayBegin: (offset) => enter([], offset),
      onObjectEnd: () => void open.pop(),
      onArrayEnd: () => void open.pop(),
      onObjectProperty: (name, offset) => {
        const parent = open.at(-1);
        if (parent instanceof Map && parent.has(name)) {
          refuse('duplicate-key', offset, `the key ${JSON.stringify(name)} stands twice in one object`);
        }
        key = wellFormed(name, offset);
      },
      onLiteralValue: (value: string | number | boolean | null, offset, length) => {
        if (typeof value === 'string') place(wellFormed(value, offset));
        else if (typeof value === 'number') place({ literal: text.slice(offset, offset + length) });
        else place(value);
      },
      onError: (error, offset) => refuse(source.code, offset, `not JSON: ${printParseErrorCode(error)}`),
    },
    { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false },
  );
  return root === undefined ? refuse(source.code, 0, 'not JSON: no value') : root;
}
