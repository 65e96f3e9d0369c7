import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Advisory } from './scanned-release.ts';

/** A database of osv-scanner for Debian 12 in a folder, with these advisories only; it is as old as its file. */
export async function makeOsvDatabase(
  folder: string,
  { advisories, updatedAt }: { readonly advisories: readonly Advisory[]; readonly updatedAt: Date },
): Promise<void> {
  const place = join(folder, 'osv-scalibr', 'Debian');
  await mkdir(place, { recursive: true });
  const file = join(place, 'all.zip');
  await writeFile(file, zipOf(advisories.map((one) => [`${one.id}.json`, JSON.stringify(toOsv(one))])));
  await utimes(file, updatedAt, updatedAt);
}

/** The OSV schema, 1.7. */
function toOsv({ id, package: name, fixedIn, severity }: Advisory): unknown {
  return {
    schema_version: '1.7.0',
    id,
    modified: '2026-11-26T08:00:00Z',
    severity: [{ type: 'CVSS_V3', score: vectors[severity] }],
    affected: [
      {
        package: { ecosystem: 'Debian:12', name },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: fixedIn }] }],
      },
    ],
  };
}

const vectors: Readonly<Record<Advisory['severity'], string>> = {
  critical: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
  low: 'CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N',
};

/** A ZIP archive without compression (PKWARE, APPNOTE 6.3). */
function zipOf(files: readonly (readonly [name: string, text: string])[]): Uint8Array {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of files) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(text), 10);
    common.writeUInt32LE(Buffer.byteLength(text), 14);
    common.writeUInt32LE(Buffer.byteLength(text), 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const body = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), Buffer.from(text)]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    const entry = [Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), common, rest, Buffer.from(name)];
    directory.push(Buffer.concat(entry));
    bodies.push(body);
    at += body.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, list, end]);
}
