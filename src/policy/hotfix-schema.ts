import * as z from './field.ts';
import { choice, parsedText, section } from './parsed-text.ts';
import { parsePathPattern } from './repository-path.ts';

/** How small a hotfix has to be, and what becomes of it. */
export interface HotfixPolicy {
  /** Lines added and taken away, in files that are build input. */
  readonly maxLines: number;
  /** Files that are build input. */
  readonly maxFiles: number;
  /** Path patterns a hotfix may touch; empty: any. What is no build input it may always touch. */
  readonly paths: readonly string[];
  /** Whether a published hotfix is shown as open until the default branch has its changes. */
  readonly mergeBack: 'required' | 'off';
}

const limit = (description: string) => {
  return z.int(1, 1_000_000, { error: 'a whole number from 1 to 1000000' }).meta({ description });
};

export const hotfixSchema = section('a mapping', {
  maxLines: limit('Lines added and taken away; above it, tagging the hotfix needs a reason.').default(300),
  maxFiles: limit('Files changed; above it, tagging the hotfix needs a reason.').default(15),
  paths: z
    .array(
      parsedText(
        {
          wanted: 'a path pattern such as "src/**"',
          description: 'A path; "*" stands for any part of one name, "**" for any folders.',
        },
        parsePathPattern,
      ),
      { error: 'a list of path patterns' },
    )
    .default([])
    .meta({ description: 'What a hotfix may touch without a reason. Default: anything.' }),
  mergeBack: choice(
    ['required', 'off'],
    'Whether a published hotfix is shown as open until the default branch has its changes.',
  ).default('required'),
})
  .prefault({})
  .meta({
    description:
      'What a hotfix may be: a small change, brought back to the default branch. What is in notBuildInput is not counted.',
  });
