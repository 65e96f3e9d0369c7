import { resolve } from 'node:path';
import type { TemporaryWorkspace } from '../adapters/files/temporary-workspace.ts';
import { temporaryWorkspace } from '../adapters/files/temporary-workspace.ts';
import { openpgpSignatures } from '../adapters/gpg/openpgp-signatures.ts';
import { imageFiles } from '../adapters/image-files/extract-file.ts';
import { rememberFiles } from '../adapters/image-files/remember-files.ts';
import type { RegistryHosts } from '../adapters/oci-http/registry-hosts.ts';
import { createRegistryHosts } from '../adapters/oci-http/registry-hosts.ts';
import { programStarter } from '../adapters/program-start/program-starter.ts';
import { sshSignatures } from '../adapters/ssh-signature/ssh-signature.ts';
import { rememberVerdicts } from '../adapters/tag-verifier/remember-verdicts.ts';
import { tagVerifier } from '../adapters/tag-verifier/tag-verifier.ts';
import { CutwaterError, isCutwaterError } from '../domain/error.ts';
import { quote } from '../domain/quote.ts';
import type { Report } from '../engine/event.ts';
import type { LoadedPolicy } from '../engine/facts/load-policy.ts';
import { loadProtectedPolicy, policyFile } from '../engine/facts/load-policy.ts';
import type { VerifyWorld } from '../engine/world.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { BundleVerifier } from '../ports/attestor.ts';
import type { Git } from '../ports/git.ts';
import type { CliContext } from './command.ts';
import { readText, readTextWhereThere } from './compose-files.ts';
import { openComparison } from './compose-comparison.ts';
import { openGit, openHistory } from './compose-git.ts';
import type { OpenedForge } from './compose-forge.ts';
import { openSbomTool } from './compose-listing.ts';
import { openForge } from './compose-forge.ts';
import { openImageRepository } from './compose-registry.ts';
import type { OpenedRepository, Project } from './project.ts';
import type { Progress } from './render/progress.ts';
import { makeProgress, progressMode } from './render/progress.ts';

export interface OpenOptions {
  /** Whether the remote must answer, or what this clone has may do. */
  readonly fetch: 'must' | 'try';
  /** `write` where pointers or images may change: one token with all rights is asked for at once. */
  readonly access: 'read' | 'write';
}

/** Opens a project to look at it. */
export async function openProject(context: CliContext, options: OpenOptions): Promise<Project<VerifyWorld>> {
  const parts = await openParts(context, options);
  return {
    loaded: parts.loaded,
    opened: parts.opened,
    world: readWorld(context, parts),
    close: once(() => closeParts(parts)),
  };
}

/**
 * Which branch holds the rules: the remote's default branch. The working copy is asked only where there is no remote: in
 * CI it may be the tree of the very tag that is judged.
 */
async function protectedBranchOf(git: Git): Promise<string> {
  const [top, remote] = await Promise.all([git.topFolder(), git.remoteUrl()]);
  if (remote === undefined) return branchOfWorkingCopy(top);
  const branch = await git.defaultBranch();
  if (branch !== undefined) return branch;
  throw new CutwaterError(
    'CONFIG_INVALID',
    'Cannot read the policy: the remote names no default branch to read it from',
    {
      hint: 'Set the default branch of the remote to the protected one',
    },
  );
}

async function branchOfWorkingCopy(top: string): Promise<string> {
  const text = await readText(resolve(top, policyFile), 'CONFIG_MISSING');
  return parsePolicy(text, { file: policyFile }).git.branch;
}

/** Brings branches and tags of the remote here. Where looking is all that is wanted, an unreachable one is no error. */
async function readRemote(
  git: Git,
  asked: { readonly fetch: OpenOptions['fetch']; readonly report: Report },
): Promise<{ readonly git: Git; readonly branch: string; readonly tagSource: 'remote' | 'local' }> {
  try {
    const branch = await protectedBranchOf(git);
    return { git: afterFetch(git, await git.fetchRemote()), branch, tagSource: 'remote' };
  } catch (error) {
    if (asked.fetch === 'must' || !isCutwaterError(error, 'UNREACHABLE')) throw error;
    const text = `${error.message}; this is judged by what the clone has`;
    asked.report({ type: 'note', level: 'warning', text });
    return { git, branch: await branchOfWorkingCopy(await git.topFolder()), tagSource: 'local' };
  }
}

/** What was fetched a moment ago answers the first question for it; whoever asks again wants to see what has changed. */
function afterFetch(git: Git, tags: Awaited<ReturnType<Git['fetchRemote']>>): Git {
  let fetched = tags;
  return {
    ...git,
    fetchRemote: async () => {
      const answer = fetched ?? (await git.fetchRemote());
      fetched = undefined;
      return answer;
    },
  };
}

/** The rules count where they are protected, and only there; whoever has just written them is told. */
async function loadCommitted(git: Git, branch: string): Promise<LoadedPolicy> {
  try {
    return await loadProtectedPolicy(git, branch);
  } catch (error) {
    if (!isCutwaterError(error)) throw error;
    const isThere = (await git.branchHead(branch)) !== undefined;
    if (isThere && error.code !== 'CONFIG_MISSING') throw error;
    if ((await readTextWhereThere(resolve(await git.topFolder(), policyFile))) === undefined) throw error;
    const push = (await git.remoteUrl()) !== undefined ? ` and push ${quote(branch)}` : '';
    const otherwise = isThere ? '' : ', or name the branch that is protected as git.branch';
    throw new CutwaterError(error.code, error.message, {
      hint: `${policyFile} is written here, and counts once it is on ${quote(branch)}: commit it${push}${otherwise}`,
    });
  }
}

/** An image with the repositories filled from it. */
interface OpenedImage {
  readonly opened: OpenedRepository;
  readonly mirrors: readonly OpenedRepository[];
}

export interface Parts extends OpenedImage {
  readonly git: Git;
  readonly loaded: LoadedPolicy;
  readonly companions: readonly OpenedImage[];
  readonly forge: OpenedForge;
  readonly hosts: RegistryHosts;
  readonly topFolder: string;
  readonly tagSource: 'remote' | 'local';
  readonly workspace: TemporaryWorkspace;
  readonly progress: Progress;
}

export async function openParts(context: CliContext, { fetch, access }: OpenOptions): Promise<Parts> {
  const clone = openGit(context);
  const { options, stderr: sink, narration: terminal } = context;
  const progress = makeProgress({ sink, terminal, mode: progressMode(terminal, options), verbose: options.verbose });
  const { report } = progress;
  const { git, branch, tagSource } = await readRemote(clone, { fetch, report });
  const loaded = await loadCommitted(git, branch);
  const topFolder = await git.topFolder();
  const hosts = createRegistryHosts();
  const place = { folder: topFolder, access, report, hosts };
  const images: OpenedImage[] = [];
  for (const { name, mirrors: names } of loaded.policy.images) {
    const opened = await openImageRepository(context, name, place);
    const mirrors: OpenedRepository[] = [];
    for (const mirror of names) mirrors.push(await openImageRepository(context, mirror, place));
    images.push({ opened, mirrors });
  }
  const [image, ...companions] = images;
  if (image === undefined)
    throw new CutwaterError('CONFIG_INVALID', 'Cannot open the project: the policy names no image');
  const forge = await openForge(context, loaded.policy.forge, place);
  const workspace = await temporaryWorkspace();
  return { git, loaded, ...image, companions, forge, hosts, topFolder, tagSource, workspace, progress };
}

// Commands close before they print, so that nothing of the progress is left on the terminal, and again when they fail.
export function once(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= act());
}

export async function closeParts(parts: Parts): Promise<void> {
  parts.progress.close();
  const opened = [parts, ...parts.companions].flatMap((image) => [image.opened, ...image.mirrors]);
  await Promise.all(opened.map((repository) => repository.close()));
  parts.forge.close();
  await parts.workspace.remove();
}

export function readWorld(context: CliContext, parts: Parts): VerifyWorld {
  const newFolder = (name: string): Promise<string> => parts.workspace.newFolder(name);
  return {
    git: parts.git,
    comparison: openComparison(context),
    history: openHistory(context),
    repository: parts.opened.repository,
    mirrors: parts.mirrors.map(({ repository }) => repository),
    companions: parts.companions.map(({ opened, mirrors }) => ({
      repository: opened.repository,
      mirrors: mirrors.map(({ repository }) => repository),
    })),
    tagVerifier: rememberVerdicts(tagVerifier({ openpgp: openpgpSignatures(), ssh: sshSignatures() })),
    bundleVerifier: bundleVerifierWhenAsked(),
    forge: parts.forge,
    imageFiles: rememberFiles(imageFiles(parts.workspace.folder)),
    workspace: parts.workspace,
    programs: programStarter({ signal: context.signal }),
    // Few verifications build anything.
    openRebuilder: async () => (await import('./compose-builder.ts')).openRebuilder(context, parts),
    sbomMaker: {
      toolVersion: context.version,
      // Its readers load parsers of every format, and few runs make an SBOM.
      makeSbom: async (request) => {
        const { cyclonedxSbom } = await import('../adapters/sbom/cyclonedx-sbom.ts');
        return cyclonedxSbom(request, context.version);
      },
    },
    sbomTool: (order) => openSbomTool({ environment: context.env, newFolder, signal: context.signal }, order),
    tagSource: parts.tagSource,
    now: Math.floor(Date.now() / 1000),
    report: parts.progress.report,
    signal: context.signal,
  };
}

/** Its packages take long to load, and where no statement is judged none of them is needed. */
function bundleVerifierWhenAsked(): BundleVerifier {
  const load = async (): Promise<BundleVerifier> =>
    (await import('../adapters/sigstore-bundle/bundle-verifier.ts')).bundleVerifier();
  return {
    verifyStatement: async (bundle, trust) => (await load()).verifyStatement(bundle, trust),
    verifyBlob: async (bundle, blob, trust) => (await load()).verifyBlob(bundle, blob, trust),
  };
}
