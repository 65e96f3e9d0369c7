import { deflateSync } from 'node:zlib';

/** What cargo-auditable puts into a program. */
export function auditSection(packages: readonly object[]): Uint8Array {
  return deflateSync(JSON.stringify({ packages }));
}

/** What the Go linker puts into a program since Go 1.18. */
export function goSection(version: string, lines: readonly (readonly string[])[]): Uint8Array {
  const mark = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
  const text = lines.map((parts) => `${parts.join('\t')}\n`).join('');
  const modules = Buffer.concat([mark, Buffer.from(text), mark.toReversed()]);
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:', 'latin1');
  header[14] = 8;
  header[15] = 2;
  return Buffer.concat([header, sized(Buffer.from(version)), sized(modules)]);
}

function sized(bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let left = bytes.length; ; left = Math.floor(left / 128)) {
    length.push(left < 128 ? left : (left % 128) + 128);
    if (left < 128) return Buffer.concat([Buffer.from(length), bytes]);
  }
}
