import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-entry.ts';
import type { ExitCode } from '../../domain/error-entry.ts';
import { escapeText } from '../../domain/quote.ts';
import { parseReason } from '../../domain/release-message.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { readVersion } from '../../domain/version.ts';
import type { PromotionMade, PromotionOrder } from '../../engine/tag/promote.ts';
import { promote } from '../../engine/tag/promote.ts';
import { describeOrigin, originJson } from '../../estate/describe-origin.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openTagProject } from '../compose-tag.ts';
import { writeJson } from '../render/json.ts';
import { renderReleaseTag } from '../render/release-tag.ts';

/** `cutwater promote RC` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const candidate = readVersion(input.argument('RC'));
  const { rebuild, hotfixReason } = readReasons(input, candidate);
  const project = await openTagProject(context);
  try {
    const promotion = await promote(project.world, project.loaded, {
      candidate,
      rebuild,
      hotfixReason,
      at: input.text('at'),
      push: input.flag('push'),
    });
    await project.close();
    const { made, origin } = promotion;
    if (context.options.json)
      writeJson(context.stdout, { schema: 'cutwater.promotion/1', ...made, image: originJson(origin, made.commit) });
    else context.stdout.write(`${renderPromotion(promotion, input.text('at')).join('\n')}\n`);
    return exitCodes.done;
  } finally {
    await project.close();
  }
}

/** `--reason` is that of the new build where one is asked for, else of the large hotfix; only where both are, two are needed. */
function readReasons(input: CommandInput, candidate: Version): Pick<PromotionOrder, 'rebuild' | 'hotfixReason'> {
  const isRebuild = input.flag('rebuild');
  const name = releaseTagOf(candidate);
  const act = isRebuild ? `build anew instead of ${name}` : `promote ${name}`;
  const reason = readReason(input.text('reason') ?? (isRebuild ? '' : undefined), { act, option: 'reason' });
  const ofHotfix = readReason(input.text('hotfix-reason'), { act, option: 'hotfix-reason' });
  if (isRebuild) return { rebuild: reason, hotfixReason: ofHotfix };
  if (ofHotfix === undefined) return { rebuild: undefined, hotfixReason: reason };
  throw new CutwaterError('USAGE', `Cannot ${act}: --hotfix-reason is given, and no new build is asked for`, {
    hint: 'Write --reason "TEXT" instead, or add --rebuild',
  });
}

function readReason(
  text: string | undefined,
  { act, option }: { readonly act: string; readonly option: string },
): string | undefined {
  if (text === undefined) return undefined;
  const parsed = parseReason(text);
  if (parsed.is === 'ok') return parsed.value;
  throw new CutwaterError('USAGE', `Cannot ${act}: the reason ${parsed.reason}`, {
    hint: `Write --${option} "TEXT"; it is recorded in the tag`,
  });
}

function renderPromotion({ made, origin }: PromotionMade, at: string | undefined): readonly string[] {
  const { said, next } = renderReleaseTag(made, at);
  return [said, ...describeOrigin(origin).map((line) => `  ${escapeText(line, 1000)}`), next];
}
