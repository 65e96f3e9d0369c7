/** What `/etc/os-release` says (freedesktop.org, os-release(5)). */
export interface OsRelease {
  /** Lower case: `debian`, `alpine`. */
  readonly id: string;
  /** `12`; rolling distributions have none. */
  readonly versionId: string | undefined;
}

/** Undefined where the file names no distribution. */
export function readOsRelease(bytes: Uint8Array): OsRelease | undefined {
  const values = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const [, key, value = ''] = /^([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) values.set(key, unquote(value));
  }
  const id = values.get('ID') ?? '';
  const versionId = values.get('VERSION_ID') ?? '';
  if (!/^[a-z0-9._-]{1,64}$/.test(id)) return undefined;
  return { id, versionId: /^[A-Za-z0-9._~+-]{1,64}$/.test(versionId) ? versionId : undefined };
}

function unquote(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}
