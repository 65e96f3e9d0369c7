import type { PolicyTemplate, TemplateMaintainer } from '../../policy/shown-project.ts';
import { formatPolicyTemplate } from '../../policy/policy-template.ts';
import type { Policy } from '../../policy/policy.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { parseSshPublicKey } from '../../policy/ssh-public-key.ts';
import type { SigningSetup } from '../../ports/signing-setup.ts';
import { policyFile } from '../facts/load-policy.ts';

/** What `init` writes. */
export interface FirstPolicy {
  /** Texts by their paths in the repository; the policy is the last one. */
  readonly files: ReadonlyMap<string, string>;
  /** The maintainer whose key git signs with here; undefined where there is none that can be used. */
  readonly maintainer: string | undefined;
  /** The policy as it is read. */
  readonly policy: Policy;
}

/** The first policy of a project: what it shows, and the person who writes it as its maintainer. */
export async function makeFirstPolicy(shown: PolicyTemplate, setup: SigningSetup): Promise<FirstPolicy> {
  const signer = await findSigner(setup);
  const template = signer === undefined ? shown : { ...shown, maintainers: [signer.maintainer] };
  const text = formatPolicyTemplate(template);
  const policy = parsePolicy(text, { file: policyFile });
  const files = new Map([[ignoreFile, ignoredData]]);
  if (signer?.keyFile !== undefined) files.set(signer.keyFile.path, signer.keyFile.text);
  files.set(policyFile, text);
  return { files, maintainer: signer?.maintainer.name, policy };
}

const ignoreFile = '.cutwater/.gitignore';
/** What Cutwater keeps beside the sources: the registry, releases and logs on disk. Keys and the pinned tool are committed. */
const ignoredData = `*
!.gitignore
!keys/
!keys/*
!tool/
!tool/package.json
!tool/package-lock.json
`;

interface Signer {
  readonly maintainer: TemplateMaintainer;
  readonly keyFile?: { readonly path: string; readonly text: string };
}

async function findSigner(setup: SigningSetup): Promise<Signer | undefined> {
  const key = await setup.readSigningKey();
  const name = (await setup.readUserName()) ?? 'First maintainer';
  if (key.is === 'ssh') {
    const parsed = parseSshPublicKey(key.publicKey);
    return parsed.is === 'ok' ? { maintainer: { name, ssh: parsed.value } } : undefined;
  }
  if (key.is !== 'openpgp' || key.fault !== undefined) return undefined;
  const text = await setup.exportPublicKey(key.fingerprint);
  if (text === undefined) return undefined;
  const path = `.cutwater/keys/${fileName(name)}.asc`;
  return { maintainer: { name, fingerprint: key.fingerprint, keyFile: path }, keyFile: { path, text } };
}

function fileName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return plain === '' ? 'maintainer' : plain.slice(0, 60);
}
