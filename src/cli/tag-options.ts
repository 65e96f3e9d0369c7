import type { OptionSpec } from './command.ts';

/** What every command that makes a release tag takes. */
export const pushTagOption: OptionSpec = {
  name: 'push',
  summary: 'Push the tag, with its branch where the remote lacks the commit, and nothing else',
  value: { kind: 'flag' },
};

export const atOption: OptionSpec = {
  name: 'at',
  summary: 'Tag this commit; HEAD by default, with a clean working copy',
  value: { kind: 'text', placeholder: 'COMMIT' },
};
