import { checkedText, section } from './parsed-text.ts';
import type { PolicyProblem } from './policy-problem.ts';

/** The archive of trivy that the workflows take, by its digest. */
export interface TrivyPin {
  /** `v0.74.0`. */
  readonly version: string;
  /** SHA-256 of the archive for each kind of machine that runs the jobs. */
  readonly sha256: { readonly amd64?: string | undefined; readonly arm64?: string | undefined };
}

const archiveDigest = checkedText(
  {
    wanted: '64 hexadecimal digits',
    description:
      'SHA-256 of the archive for Linux on this kind of machine, as the list of checksums of the release has it.',
    pattern: '^[0-9a-f]{64}$',
  },
  (text) => (/^[0-9a-f]{64}$/.test(text) ? undefined : 'is no SHA-256'),
).optional();

export const trivyPinSchema = section('a mapping with version and sha256', {
  version: checkedText(
    {
      wanted: 'a version such as "v0.74.0"',
      description: 'The release of trivy.',
      pattern: '^v\\d+\\.\\d+\\.\\d+$',
      examples: ['v0.74.0'],
    },
    (text) => (/^v\d{1,5}\.\d{1,5}\.\d{1,5}$/.test(text) ? undefined : 'is no such version'),
  ),
  sha256: section('a mapping of amd64 and arm64 to digests', { amd64: archiveDigest, arm64: archiveDigest }).meta({
    description: 'The digest of the archive, for each kind of machine that runs the jobs.',
  }),
}).meta({
  description:
    'The archive of trivy that the workflows take from its releases, by digest. Default: on GitHub an action that is pinned, and checksums of the same release; elsewhere trivy is on the runner.',
});

/** A pin that no machine could use. */
export function trivyWithoutDigest(data: unknown): readonly PolicyProblem[] {
  const sha256 = memberOf(memberOf(memberOf(data, 'ci'), 'trivy'), 'sha256');
  if (typeof sha256 !== 'object' || sha256 === null || Object.keys(sha256).length > 0) return [];
  return [{ path: ['ci', 'trivy', 'sha256'], found: 'no digest', wanted: 'the digest for amd64, arm64 or both' }];
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
