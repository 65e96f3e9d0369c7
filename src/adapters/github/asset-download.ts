import { quote } from '../../domain/quote.ts';
import { downloadFile } from '../forge-http/download-file.ts';
import type { GithubApi } from './github-api.ts';
import type { GithubAsset } from './github-release.ts';

/** The bytes of a file. GitHub answers with an address on another host, which gets no token. */
export function downloadGithubAsset(api: GithubApi, { id, name, size }: GithubAsset): AsyncIterable<Uint8Array> {
  const what = `download ${quote(name)} from github ${api.place.label}`;
  return downloadFile(api.session, {
    call: { what, url: api.url(`releases/assets/${id}`), headers: { accept: 'application/octet-stream' } },
    size,
  });
}
