import { changePolicy, maintainer, runner } from './actors.ts';
import type { Scope } from './folder.ts';
import type { GithubServer } from './github-server.ts';
import { startGithub } from './github-server.ts';
import type { RunAt } from './program.ts';
import type { ProjectOptions, TestProject } from './project.ts';
import { makeProject } from './project.ts';

/** A project whose releases are on a test server for GitHub; its image is in the embedded registry. */
export interface GithubProject {
  readonly project: TestProject;
  readonly github: GithubServer;
  /** Signs a release tag of HEAD and pushes it. */
  tag(version: string): Promise<void>;
  /** A fresh clone with CI's key and the token. */
  runner(scope: Scope): Promise<RunAt>;
  /** The maintainer's clone, with a token. */
  maintainer(): Promise<RunAt>;
}

export async function makeGithubProject(scope: Scope, options: ProjectOptions = {}): Promise<GithubProject> {
  const github = await startGithub(scope, new Map());
  const project = await makeProject(scope, options);
  const forge = `forge: { kind: github, address: "${github.address}", repository: ${github.repository} }\n`;
  await changePolicy(project, (text) => `${text}${forge}`);
  const withToken = ({ folder, env }: RunAt): RunAt => ({ folder, env: { ...env, ...github.environment } });
  return {
    project,
    github,
    tag: async (version) => {
      await project.tag(version);
      github.tags.set(`v${version}`, await project.clone.git('rev-parse', `refs/tags/v${version}`));
    },
    runner: async (own) => withToken(await runner(own, project)),
    maintainer: async () => withToken(await maintainer(project)),
  };
}
