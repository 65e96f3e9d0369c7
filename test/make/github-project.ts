import type { Scope } from './folder.ts';
import type { GithubServer } from './github-server.ts';
import { startGithub } from './github-server.ts';
import type { HostedProject } from './hosted-project.ts';
import { makeHostedProject } from './hosted-project.ts';
import type { ProjectOptions } from './project.ts';

/** A project whose releases are on a test server for GitHub. */
export interface GithubProject extends HostedProject {
  readonly github: GithubServer;
}

export async function makeGithubProject(scope: Scope, options: ProjectOptions = {}): Promise<GithubProject> {
  const github = await startGithub(scope, new Map());
  return { ...(await makeHostedProject(scope, { kind: 'github', host: github }, options)), github };
}
