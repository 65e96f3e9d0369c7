import { createHash } from 'node:crypto';
import type { Digest } from '../../domain/digest.ts';
import { digestFromHex } from '../../domain/digest.ts';
import { CutwaterError } from '../../domain/error.ts';

export interface ByteExpectation {
  /** Verb and object for messages. */
  readonly what: string;
  readonly digest: Digest;
  readonly size: number;
}

/**
 * Passes bytes on while it counts and hashes them. The last chunk is held back until size and digest are right, so that
 * nobody ever gets, or sends, the whole of something wrong; DIGEST_MISMATCH otherwise. Never reads beyond the size.
 * A source that was made here for the same digest is given back as it is: hashing twice finds nothing more.
 */
export function checkedBytes(source: AsyncIterable<Uint8Array>, wanted: ByteExpectation): AsyncIterable<Uint8Array> {
  const same = source instanceof CheckedBytes && source.checks(wanted);
  return same ? source : new CheckedBytes(source, wanted);
}

/** Its invariant: whoever reads it to the end has read the bytes of the digest. */
class CheckedBytes implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #wanted: ByteExpectation;

  constructor(source: AsyncIterable<Uint8Array>, wanted: ByteExpectation) {
    this.#source = source;
    this.#wanted = wanted;
  }

  checks({ digest, size }: ByteExpectation): boolean {
    return this.#wanted.digest === digest && this.#wanted.size === size;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const wanted = this.#wanted;
    const hash = createHash('sha256');
    let size = 0;
    let held: Uint8Array | undefined;
    for await (const chunk of this.#source) {
      if (chunk.length === 0) continue;
      size += chunk.length;
      if (size > wanted.size) throw mismatch(wanted, `at least ${size} bytes`, `${wanted.size}`);
      hash.update(chunk);
      if (held !== undefined) yield held;
      held = chunk;
    }
    if (size < wanted.size) throw mismatch(wanted, `only ${size} bytes`, `${wanted.size}`);
    const found = digestFromHex(hash.digest('hex'));
    if (found !== wanted.digest) throw mismatch(wanted, found, wanted.digest);
    if (held !== undefined) yield held;
  }
}

function mismatch({ what }: ByteExpectation, found: string, wanted: string): CutwaterError {
  return new CutwaterError('DIGEST_MISMATCH', `Cannot ${what}: found ${found}, wanted ${wanted}`);
}
