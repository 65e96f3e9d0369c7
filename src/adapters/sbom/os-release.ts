/** What `/etc/os-release` says (freedesktop.org, os-release(5)). */
export interface OsRelease {
  /** Lower case: `debian`, `alpine`. */
  readonly id: string;
  /** `12`; rolling distributions have none. */
  readonly versionId: string | undefined;
}

/** Undefined where the file names no distribution, or is larger than any of them: above 64 kB. */
export function readOsRelease(bytes: Uint8Array): OsRelease | undefined {
  if (bytes.length > maximumBytes) return undefined;
  const values = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const end = line.indexOf('=');
    if (end > 0) values.set(line.slice(0, end), unquote(line.slice(end + 1).trimEnd()));
  }
  const id = values.get('ID') ?? '';
  const versionId = values.get('VERSION_ID') ?? '';
  if (!/^[a-z0-9._-]{1,64}$/.test(id)) return undefined;
  return { id, versionId: /^[A-Za-z0-9._~+-]{1,64}$/.test(versionId) ? versionId : undefined };
}

function unquote(value: string): string {
  const mark = value.at(0);
  const quoted = value.length > 1 && (mark === '"' || mark === "'") && value.at(-1) === mark;
  return quoted ? value.slice(1, -1) : value;
}

const maximumBytes = 64 * 1024;
