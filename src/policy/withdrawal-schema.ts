import { choice, section } from './parsed-text.ts';

/** What `withdraw` does besides deciding. */
export interface WithdrawalPolicy {
  /** Where the incident is written under the version in the changelog. */
  readonly incident: 'commit' | 'branch' | 'none';
}

export const withdrawalSchema = section('a mapping with incident', {
  incident: choice(
    ['commit', 'branch', 'none'],
    'Where the incident is written into the changelog: a commit on the protected branch, a branch of its own for a pull request, or nowhere.',
  ).default('commit'),
}).meta({ description: 'What withdraw and restore do besides deciding.' });
