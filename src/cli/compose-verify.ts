import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { createRegistryHosts } from '../adapters/oci-http/registry-hosts.ts';
import type { ImageName } from '../domain/image-name.ts';
import { formatImageName } from '../domain/image-name.ts';
import { CutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import type { CiSigner, Trust } from '../domain/trust.ts';
import type { OutsideWorld } from '../engine/verify/outside-statement.ts';
import type { CliContext } from './command.ts';
import { readGivenFile } from './compose-files.ts';
import { openImageRepository } from './compose-registry.ts';
import { makeProgress, progressMode } from './render/progress.ts';

/** Whose signature counts, as the command line says it. */
export type AskedSigner =
  | { readonly kind: 'key'; readonly file: string }
  | { readonly kind: 'keyless'; readonly identity: string; readonly issuer: string; readonly trustedRoot: string };

const keyHint =
  "Name the public half of CI's key in PEM, such as cosign.pub (ECDSA P-256 or Ed25519); keys of maintainers go into a file for --trust";

/** The key or the workflow, read and judged before any server is asked. Throws KEY_UNUSABLE naming the file. */
export async function readAskedSigner({ cwd }: CliContext, asked: AskedSigner): Promise<Trust> {
  if (asked.kind === 'keyless') {
    const hint = 'Name a trusted root of sigstore, as "cosign trusted-root create" writes it';
    const bytes = await readGivenFile(resolve(cwd, asked.trustedRoot), hint);
    const workflow = { ...asked, name: asked.identity, trustedRoot: bytes };
    const { readTrustedRoot } = await import('../adapters/sigstore-bundle/trusted-root.ts');
    readTrustedRoot({ subject: `trusted root ${quote(asked.trustedRoot)}`, bytes, hint });
    return trustIn(workflow, asked.trustedRoot);
  }
  const bytes = await readGivenFile(resolve(cwd, asked.file), keyHint);
  const pem = new TextDecoder().decode(bytes);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw new CutwaterError(
      'KEY_UNUSABLE',
      `Cannot use ${quote(asked.file)}: it holds a private key, a public one is wanted`,
      {
        hint: `${keyHint}. Nobody who verifies needs the private one`,
      },
    );
  const { readPublicKey } = await import('../adapters/sigstore-bundle/pem-key.ts');
  readPublicKey({ name: asked.file, pem, origin: '--key', hint: keyHint });
  return trustIn({ kind: 'key', name: asked.file, publicKeyPem: pem }, asked.file);
}

function trustIn(signer: CiSigner, origin: string): Trust {
  return { maintainers: [], ci: [signer], origin };
}

export interface OpenedOutside {
  readonly world: OutsideWorld;
  close(): Promise<void>;
}

/** Opens the repositories of an image and of the statements about it, without a project. */
export async function openOutside(
  context: CliContext,
  images: { readonly image: ImageName; readonly statements: ImageName },
): Promise<OpenedOutside> {
  const { options, stderr: sink, narration: terminal } = context;
  const progress = makeProgress({ sink, terminal, mode: progressMode(terminal, options), verbose: options.verbose });
  // Nothing lies there: the registry of a project on disk is not asked without the project.
  const place = { folder: tmpdir(), access: 'read', report: progress.report, hosts: createRegistryHosts() } as const;
  const opened = await openImageRepository(context, images.image, place);
  const isSame = formatImageName(images.image) === formatImageName(images.statements);
  const stated = isSame ? opened : await openImageRepository(context, images.statements, place);
  const { bundleVerifier } = await import('../adapters/sigstore-bundle/bundle-verifier.ts');
  return {
    world: { repository: opened.repository, statements: stated.repository, bundleVerifier: bundleVerifier() },
    close: async () => {
      progress.close();
      await Promise.all([opened.close(), ...(isSame ? [] : [stated.close()])]);
    },
  };
}
