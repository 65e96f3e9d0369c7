import type { CiPolicy } from '../../policy/policy.ts';
import type { ShellLine } from '../process-document/shell.ts';
import { sh } from '../process-document/shell.ts';

/** Where those who verify have the key or the trusted root: as it lies in the repository, or by its name alone. */
export type FilesAt = 'repository' | 'hand';

/** What tells cosign whose signature is wanted. */
export function cosignOptions(ci: CiPolicy, files: FilesAt): ShellLine {
  if (ci.kind === 'key') return sh`--key ${fileAt(ci.keyFile, files)} --insecure-ignore-tlog`;
  const identity = `^${ci.identity.split('*').map(escapePattern).join('[^/]*')}$`;
  return sh`--certificate-identity-regexp ${identity} --certificate-oidc-issuer ${ci.issuer} --trusted-root ${fileAt(ci.trustedRoot, files)}`;
}

/** The same for `cutwater verify`. */
export function verifyOptions(ci: CiPolicy, files: FilesAt): ShellLine {
  if (ci.kind === 'key') return sh`--key ${fileAt(ci.keyFile, files)}`;
  return sh`--certificate-identity ${ci.identity} --certificate-oidc-issuer ${ci.issuer} --trusted-root ${fileAt(ci.trustedRoot, files)}`;
}

function fileAt(path: string, files: FilesAt): string {
  return files === 'repository' ? path : path.slice(path.lastIndexOf('/') + 1);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
