import type { Command } from './command.ts';

/** What publishes a version, here or on the forge. */
export const releaseCommands: readonly Command[] = [
  {
    name: 'release',
    summary: 'Verify, build, check and publish a version',
    description:
      'Run it again after any interruption: it goes on where the world says it stopped. With --watch it releases nothing itself: it waits for the workflow that the pushed tag started on the forge, shows its jobs, and says what became of each artifact. It then ends with 0 if everything is published, 1 if the run failed, 3 if something is missing after it, 5 if the time is up (run it again), 8 if the run waits for the approval of a person.',
    arguments: [{ name: 'VERSION', summary: '1.2.3 or v1.2.3', required: true }],
    options: [
      {
        name: 'leave-aliases',
        summary: "Stop once it is published; aliases and announcements are left to the next 'reconcile'",
        value: { kind: 'flag' },
      },
      { name: 'watch', summary: 'Wait for the release workflow on the forge instead', value: { kind: 'flag' } },
      {
        name: 'timeout',
        summary: 'With --watch: how long, such as 90m. Default: ci.timeout and an hour',
        value: { kind: 'text', placeholder: 'TIME' },
      },
      {
        name: 'interval',
        summary:
          'With --watch: shortest time between two looks, in seconds; it grows while nothing happens. Default: 3',
        value: { kind: 'number', placeholder: 'SECONDS', least: 1, most: 3600 },
      },
    ],
    examples: [
      { line: 'release v1.2.3', says: 'Publish the version of a signed tag' },
      { line: 'release 1.3.0-rc.1', says: 'Publish a release candidate' },
      { line: 'release v1.2.3 --leave-aliases', says: 'In CI, where one other job moves the aliases' },
      { line: 'release v1.2.3 --watch', says: 'After the tag was pushed: wait for the workflow that publishes it' },
      { line: 'release v1.2.3 --watch --timeout 30m --json', says: 'The same in a script: one document at the end' },
    ],
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'build',
    summary: 'Build one platform, for the job that publishes the image',
    description:
      "Judges tag or commit as 'release' and 'edge' do, builds its images for one platform on a machine of that kind, and keeps the result in the registry, signed. 'release' or 'edge' then puts the platforms together; alone, each builds all of them by itself. Does nothing where no build is needed.",
    arguments: [{ name: 'VERSION', summary: '1.2.3 or v1.2.3; or --edge', required: false }],
    options: [
      {
        name: 'platform',
        summary: 'The platform to build, one of the policy; given once, since each is for a machine of its kind',
        value: { kind: 'list', placeholder: 'PLATFORM' },
      },
      { name: 'edge', summary: "Of the default branch, for 'edge' to publish", value: { kind: 'flag' } },
      {
        name: 'commit',
        summary: 'With --edge: of this commit, not of the head',
        value: { kind: 'text', placeholder: 'REV' },
      },
    ],
    examples: [
      {
        line: 'build v1.2.3 --platform linux/arm64',
        says: 'In CI, on an arm64 machine, before the job that publishes',
      },
      {
        line: 'build --edge --commit "$GITHUB_SHA" --platform linux/arm64',
        says: 'The same of the commit that was pushed',
      },
    ],
    load: () => import('./commands/build.ts'),
  },
];
