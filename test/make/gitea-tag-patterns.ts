/** Patterns with tags that they cover, and tags that they do not. `test/real` asks Gitea the same. */
export const tagPatternExamples: readonly (readonly [
  pattern: string,
  covered: readonly string[],
  not: readonly string[],
])[] = [
  ['v*', ['v1.2.3', 'vendor/v1'], ['1.2.3', 'av1']],
  ['withdrawn/*', ['withdrawn/v1.2.3/1'], ['withdrawn', 'a/withdrawn/b']],
  ['{v*,evidence/**}', ['v1', 'evidence/staging/v1.2.3-rc.1/1'], ['checkpoint/1', 'xv1']],
  ['v[0-9].?', ['v1.2'], ['va.2', 'v1x2', 'v1.22']],
  ['v[!0-9]*', ['vx', 'v-1'], ['v1', 'v']],
  ['v1.2+x', ['v1.2+x'], ['v1x2+x', 'v1.22x']],
  [String.raw`/^v\d+\.\d+$/`, ['v1.2'], ['v1.2.3', 'xv1.2']],
  ['/rc/', ['v1.2.3-rc.1'], ['v1.2.3']],
];
