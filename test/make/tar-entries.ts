import { createReadStream } from 'node:fs';
import { extract } from 'tar-stream';

/** The files of an archive by their paths, in order, as a reader that is not ours sees them. */
export async function readEntries(file: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  for await (const entry of createReadStream(file).pipe(extract())) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
    entries.set(entry.header.name, Buffer.concat(chunks));
  }
  return entries;
}
