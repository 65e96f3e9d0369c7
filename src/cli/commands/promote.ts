import { CutwaterError } from '../../domain/error.ts';
import { exitCodes } from '../../domain/error-catalogue.ts';
import type { ExitCode } from '../../domain/error-catalogue.ts';
import { escapeText } from '../../domain/quote.ts';
import { parseReason } from '../../domain/release-message.ts';
import { releaseTagOf } from '../../domain/tag-name.ts';
import type { Version } from '../../domain/version.ts';
import { readVersion } from '../../domain/version.ts';
import type { PromotionMade } from '../../engine/tag/promote.ts';
import { promote } from '../../engine/tag/promote.ts';
import { describeOrigin, originJson } from '../../estate/describe-origin.ts';
import type { CliContext, CommandInput } from '../command.ts';
import { openTagProject } from '../compose-tag.ts';
import { writeJson } from '../render/json.ts';
import { renderReleaseTag } from '../render/release-tag.ts';

/** `cutwater promote RC` */
export async function run(input: CommandInput, context: CliContext): Promise<ExitCode> {
  const candidate = readVersion(input.argument('RC'));
  const reason = readReason(input, candidate);
  const isRebuild = input.flag('rebuild');
  const project = await openTagProject(context);
  try {
    const promotion = await promote(project.world, project.loaded, {
      candidate,
      rebuild: isRebuild ? reason : undefined,
      hotfixReason: isRebuild ? undefined : reason,
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

/** Of a new build, or of a large hotfix that keeps its candidate's image. */
function readReason(input: CommandInput, candidate: Version): string | undefined {
  const isRebuild = input.flag('rebuild');
  const text = input.text('reason') ?? (isRebuild ? '' : undefined);
  if (text === undefined) return undefined;
  const name = releaseTagOf(candidate);
  const parsed = parseReason(text);
  if (parsed.is === 'ok') return parsed.value;
  const act = isRebuild ? `build anew instead of ${name}` : `promote ${name}`;
  throw new CutwaterError('USAGE', `Cannot ${act}: the reason ${parsed.reason}`, {
    hint: 'Write --reason "TEXT"; it is recorded in the tag',
  });
}

function renderPromotion({ made, origin }: PromotionMade, at: string | undefined): readonly string[] {
  const { said, next } = renderReleaseTag(made, at);
  return [said, ...describeOrigin(origin).map((line) => `  ${escapeText(line, 1000)}`), next];
}
