/** Digests of attributes and tensors: what is equal has the same, whatever it is called and however it is written. */
import { createHash, type Hash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { externalPlace } from '../../../onnx/externalPlace';
import { ATTRIBUTE, DATA_TYPES, TENSOR } from '../../../onnx/fields';
import { FileBytes } from '../../../onnx/fileBytes';
import { BYTES, type Message } from '../../../onnx/wire';
import { readTensor, type Tensor } from '../onnx/tensor';
import { cut, type Problems } from '../told';

const PIECE_BYTES = 1024 * 1024;
const MAX_SHOWN_DIMS = 8;
const MAX_OPEN_FILES = 20;
/** `AttributeProto`'s and `TensorProto`'s text for readers, which `fields.ts` leaves out. */
const DOC_STRING = { attribute: 13, tensor: 12 } as const;

export interface Weights {
  readonly name: string;
  /** `float[8,4]` */
  readonly shape: string;
  /** Null where its values could not be read. */
  readonly digest: string | null;
}

export class Digests {
  private readonly folder;
  private readonly files = new Map<string, FileBytes>();

  constructor(
    model: string,
    private readonly problems: Problems,
  ) {
    this.folder = realpathSync(dirname(model));
  }

  close(): void {
    for (const file of this.files.values()) file.close();
    this.files.clear();
  }

  /** @param into by name */
  addAttribute(message: Message, into: Map<string, string>): void {
    const hash = createHash('sha256');
    let name = '';
    while (message.next()) {
      const { field } = message;
      if (message.is(ATTRIBUTE.name, BYTES)) name = message.text;
      else if (field === DOC_STRING.attribute) continue;
      else if ((field === ATTRIBUTE.tensor || field === ATTRIBUTE.tensors) && message.kind === BYTES) {
        const { shape, digest } = this.weights(message.inner);
        hash.update(`${shape} ${digest ?? 'unknown'}\n`);
      } else addBytes(hash, message.wire.bytes, message.fieldFrom, message.fieldTo - message.fieldFrom);
    }
    into.set(name, hash.digest('hex'));
  }

  weights(message: Message): Weights {
    const { wire, start, end } = message;
    const tensor = readTensor(wire.message(start, end));
    const hash = createHash('sha256');
    const isRead =
      tensor.external === null ? addValues(hash, wire.message(start, end), bitsOf(tensor)) : this.addFile(hash, tensor);
    const dims = tensor.dims.slice(0, MAX_SHOWN_DIMS).map(String);
    const shape = `${tensor.type}[${dims.join(',')}${tensor.dims.length > MAX_SHOWN_DIMS ? ',…' : ''}]`;
    hash.update(`\n${tensor.type}[${tensor.dims.join(',')}]`);
    return { name: tensor.name, shape, digest: isRead ? hash.digest('hex') : null };
  }

  /** @returns whether it could be read */
  private addFile(hash: Hash, { external, bytes, name }: Tensor): boolean {
    if (external === null) return false;
    const file = this.open(external.location);
    const length = external.length ?? bytes;
    if (file !== null && external.offset + length <= file.size) {
      addBytes(hash, file, external.offset, length);
      return true;
    }
    this.problems.add(`the values of "${cut(name)}" lie in the file "${cut(external.location)}", which can't be read`);
    return false;
  }

  private open(location: string): FileBytes | null {
    const known = this.files.get(location);
    if (known !== undefined) return known;
    try {
      const place = externalPlace(this.folder, location);
      if (typeof place === 'string') return null;
      if (this.files.size >= MAX_OPEN_FILES) this.close();
      const file = new FileBytes(place.path);
      this.files.set(location, file);
      return file;
    } catch {
      return null; // said by whoever wanted it
    }
  }
}

const bitsOf = ({ type }: Tensor): number => Object.values(DATA_TYPES).find(([name]) => name === type)?.[1] ?? 0;

function addValues(hash: Hash, message: Message, bits: number): true {
  while (message.next()) {
    const { field } = message;
    switch (field) {
      case TENSOR.rawData:
      case TENSOR.floatData:
      case TENSOR.doubleData:
        // Packed floats are the bytes that raw data has.
        addBytes(hash, message.wire.bytes, message.from, message.to - message.from);
        break;
      case TENSOR.int32Data:
      case TENSOR.int64Data:
      case TENSOR.uint64Data:
        addIntegers(hash, message, bits);
        break;
      case TENSOR.stringData:
        hash.update(`${String(message.length)}:`);
        addBytes(hash, message.wire.bytes, message.from, message.length);
    }
  }
  return true;
}

/** As raw data has them, if that can be told; else as they are written. */
function addIntegers(hash: Hash, message: Message, bits: number): void {
  const { wire, fieldFrom, fieldTo } = message;
  let isExact = bits >= 8;
  message.eachInteger((value) => {
    if (!Number.isSafeInteger(value)) isExact = false;
  });
  if (!isExact) {
    addBytes(hash, wire.bytes, fieldFrom, fieldTo - fieldFrom);
    return;
  }
  const piece = Buffer.alloc(message.kind === BYTES ? PIECE_BYTES : 8);
  let used = 0;
  message.eachInteger((value) => {
    if (used + 8 > piece.length) {
      hash.update(piece.subarray(0, used));
      used = 0;
    }
    piece.writeBigInt64LE(BigInt(value), used);
    used += bits / 8;
  });
  hash.update(piece.subarray(0, used));
}

function addBytes(hash: Hash, bytes: FileBytes, from: number, length: number): void {
  for (let done = 0; done < length; done += PIECE_BYTES)
    hash.update(bytes.read(from + done, Math.min(PIECE_BYTES, length - done)));
}
