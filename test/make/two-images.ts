import { changePolicy } from './actors.ts';
import type { Scope } from './folder.ts';
import type { ProjectOptions, TestProject } from './project.ts';
import { makeProject } from './project.ts';

export const companion = 'tiny-web';

/** A second image beside the one of `makeProject`: `embedded/tiny-web`, one text file on scratch for one platform. */
export const companionPolicy = `  - repository: embedded/${companion}
    platforms: [linux/amd64]
    build:
      assemble:
        prepare: []
        files:
          - from: web.txt
            to: /web.txt
        entrypoint: [/web.txt]
`;

/** The project gets its second image with this commit. */
export async function addCompanion(project: TestProject, policy: string = companionPolicy): Promise<void> {
  const change = (text: string): string => text.replace('upgrading: false\n', `${policy}upgrading: false\n`);
  await changePolicy(project, change, { 'web.txt': 'one\n' });
}

/** A project that releases two images together. */
export async function makeTwoImages(scope: Scope, options: ProjectOptions = {}): Promise<TestProject> {
  const project = await makeProject(scope, options);
  const prepare = options.prepare ?? '[]';
  await addCompanion(project, companionPolicy.replace('prepare: []', `prepare: ${prepare}`));
  return project;
}
