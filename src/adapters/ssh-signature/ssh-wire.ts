/** Reads the fields of the SSH wire format (RFC 4251 section 5). Every read gives undefined once the bytes do not fit. */
export interface SshReader {
  uint32(): number | undefined;
  /** A length and as many bytes. */
  string(): Uint8Array | undefined;
  /** The same as ASCII text; undefined where it holds anything else. */
  text(): string | undefined;
  isAtEnd(): boolean;
}

export function sshReader(bytes: Uint8Array): SshReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  const uint32 = () => {
    if (offset + 4 > bytes.length) return undefined;
    offset += 4;
    return view.getUint32(offset - 4);
  };
  const string = () => {
    const length = uint32();
    if (length === undefined || offset + length > bytes.length) return undefined;
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  return {
    uint32,
    string,
    text() {
      const value = string();
      return value?.every((byte) => byte >= 0x20 && byte < 0x7f) === true
        ? Buffer.from(value).toString('latin1')
        : undefined;
    },
    isAtEnd: () => offset === bytes.length,
  };
}

/** A length and the bytes. */
export function sshString(value: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The magnitude of an `mpint` without leading zeros; undefined for a negative or padded one, which no signer writes. */
export function positiveInteger(mpint: Uint8Array): Uint8Array | undefined {
  const [first, second] = mpint;
  if (first === undefined || first >= 0x80) return undefined;
  if (first !== 0) return mpint;
  return second !== undefined && second >= 0x80 ? mpint.subarray(1) : undefined;
}
