import { changePolicy, runner } from './actors.ts';
import type { Scope } from './folder.ts';
import type { RunAt } from './program.ts';
import type { TestProject } from './project.ts';
import { makeProject } from './project.ts';
import type { SigstoreServers } from './sigstore-servers.ts';
import { identityToken, startSigstore, workflow } from './sigstore-servers.ts';

export interface KeylessProject {
  readonly project: TestProject;
  readonly services: SigstoreServers;
  /** A runner that has a token of its workflow and no CI key. */
  readonly at: RunAt;
}

/** A project whose workflow signs without a key, by services of the test's own. */
export async function makeKeylessProject(
  scope: Scope,
  options: { readonly image?: string } = {},
): Promise<KeylessProject> {
  const services = await startSigstore(scope);
  const project = await makeProject(scope, options);
  const keyless = `keyless: { issuer: ${workflow.issuer}, identity: "${workflow.identity}", trustedRoot: .cutwater/keys/trusted-root.json }`;
  await changePolicy(
    project,
    (text) =>
      `${text.replace('keyFile: .cutwater/keys/ci.pub', keyless)}signing: { fulcio: ${services.url}, rekor: ${services.url} }\n`,
    { '.cutwater/keys/trusted-root.json': services.trustedRoot },
  );
  await project.tag('1.0.0');
  const { folder, env } = await runner(scope, project);
  const { CUTWATER_CI_KEY: _, ...without } = env;
  return { project, services, at: { folder, env: { ...without, SIGSTORE_ID_TOKEN: identityToken() } } };
}
