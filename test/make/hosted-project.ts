import type { HostedForgeKind } from '../../src/domain/forge-capabilities.ts';
import { changePolicy, maintainer, runner } from './actors.ts';
import type { Scope } from './folder.ts';
import type { RunAt } from './program.ts';
import type { ProjectOptions, TestProject } from './project.ts';
import { makeProject } from './project.ts';

/** The test server of a forge, as a project needs it. */
export interface ForgeHost {
  readonly address: string;
  /** Lets a run speak to it as someone who may write. */
  readonly environment: Readonly<Record<string, string>>;
  /** Tag name to tag object. */
  readonly tags: Map<string, string>;
}

/** A project whose releases are on the test server of a forge; its image is in the embedded registry. */
export interface HostedProject {
  readonly project: TestProject;
  /** Signs a release tag of HEAD and pushes it. */
  tag(version: string): Promise<void>;
  /** A fresh clone with CI's key and the token. */
  runner(scope: Scope): Promise<RunAt>;
  /** The maintainer's clone, with a token. */
  maintainer(): Promise<RunAt>;
}

export async function makeHostedProject(
  scope: Scope,
  { kind, host }: { readonly kind: HostedForgeKind; readonly host: ForgeHost },
  options: ProjectOptions = {},
): Promise<HostedProject> {
  const project = await makeProject(scope, options);
  const forge = `forge: { kind: ${kind}, address: "${host.address}", repository: acme/tiny }\n`;
  await changePolicy(project, (text) => `${text}${forge}`);
  const withToken = ({ folder, env }: RunAt): RunAt => ({ folder, env: { ...env, ...host.environment } });
  return {
    project,
    tag: async (version) => {
      await project.tag(version);
      host.tags.set(`v${version}`, await project.clone.git('rev-parse', `refs/tags/v${version}`));
    },
    runner: async (own) => withToken(await runner(own, project)),
    maintainer: async () => withToken(await maintainer(project)),
  };
}
