import type { TrivyPin } from '../policy/trivy-pin-schema.ts';

/** trivy's own names for machines in the names of its archives, by what `uname -m` says. */
const machines = [
  { machine: 'x86_64', architecture: 'amd64', archive: 'Linux-64bit' },
  { machine: 'aarch64', architecture: 'arm64', archive: 'Linux-ARM64' },
] as const;

/**
 * Lines of shell that put the pinned trivy into `$folder` and end where its archive is another one. The digest is of the
 * policy: whoever exchanges files of that release, and its checksums with them, is found out.
 */
export function pinnedTrivyLines({ version, sha256 }: TrivyPin): readonly string[] {
  const known = machines.flatMap(({ machine, architecture, archive }) => {
    const digest = sha256[architecture];
    return digest === undefined ? [] : [`  ${machine}) archive=${archive} digest=${digest} ;;`];
  });
  const address = `https://github.com/aquasecurity/trivy/releases/download/${version}/trivy_${version.slice(1)}_$archive.tar.gz`;
  return [
    'case "$(uname -m)" in',
    ...known,
    '  *) echo "ci.trivy has no digest for $(uname -m)" >&2; exit 1 ;;',
    'esac',
    `curl --fail --silent --show-error --location --proto '=https' --output "$folder/archive" "${address}"`,
    'echo "$digest  $folder/archive" | sha256sum --check --strict --quiet',
    'tar -xzf "$folder/archive" -C "$folder" trivy',
  ];
}
